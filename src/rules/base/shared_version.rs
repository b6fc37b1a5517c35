//! The version of a language that the project itself names.

use crate::diagnostic::{Edit, Fix};
use crate::model::{Context, ImageRef};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Word;
use crate::text::Span;

/// A version and the file of the build context that names it.
pub(super) struct Version {
    pub(super) file: &'static str,
    pub(super) tag: String,
}

/// The tag of the official image that fits the project: `.nvmrc`, `go.mod` and the like know it.
pub(super) fn wanted(cx: &DockerfileCx, image: &ImageRef) -> Option<Version> {
    let context = cx.context.filter(|_| !cx.fragment)?;
    let readers: &[(&'static str, Reader)] = match image.official()? {
        "node" => &[(".nvmrc", whole_file), (".node-version", whole_file), ("package.json", engines)],
        "python" => &[(".python-version", whole_file), ("runtime.txt", whole_file)],
        "golang" => &[("go.mod", go_mod)],
        "rust" => &[("rust-toolchain.toml", channel), ("rust-toolchain", channel)],
        "ruby" => &[(".ruby-version", whole_file)],
        _ => return None,
    };
    readers.iter().find_map(|(file, read)| Some(Version { file, tag: read(&text(context, file)?)? }))
}

/// The fix that puts the tag behind the name, or in the place of `latest`.
pub(super) fn pin(image: &Word, tag: &str) -> Option<Fix> {
    if !image.is_constant() || image.raw.contains(['"', '\'', '@']) {
        return None;
    }
    let end = image.span.end;
    let start = if image.raw.ends_with(":latest") { end - ":latest".len() as u32 } else { end };
    let edit = Edit::replace(Span::new(start, end), format!(":{tag}"));
    (image.span.len() as usize == image.raw.len()).then(|| Fix::unsafe_(format!("pin `{tag}`"), vec![edit]))
}

type Reader = fn(&str) -> Option<String>;

fn text(context: &Context, file: &str) -> Option<String> {
    context.entry(file).filter(|entry| entry.size < 1 << 20)?;
    context.read_text(file)
}

/// `v22.11.0`, `python-3.13.1` and `ruby-3.4.1`: a file that says nothing else.
fn whole_file(text: &str) -> Option<String> {
    let line = text.lines().next()?.trim();
    let version = line.trim_start_matches("python-").trim_start_matches("ruby-").trim_start_matches('v');
    numbers(version)
}

/// `1`, `1.2` or `1.2.3` and nothing else.
fn numbers(version: &str) -> Option<String> {
    let parts: Vec<&str> = version.split('.').collect();
    let plain =
        parts.iter().all(|part| !part.is_empty() && part.len() < 6 && part.bytes().all(|byte| byte.is_ascii_digit()));
    (plain && parts.len() <= 3).then(|| version.to_string())
}

/// `"engines": {"node": "22.x"}`; an open range such as `>=18` names no version.
fn engines(text: &str) -> Option<String> {
    let manifest: serde_json::Value = serde_json::from_str(text).ok()?;
    let range = manifest.get("engines")?.get("node")?.as_str()?.trim();
    let version = range.trim_start_matches(['^', '~', '=', 'v', ' ']);
    let version = version.trim_end_matches(".x").trim_end_matches(".x").trim_end_matches(".*");
    let version = numbers(version)?;
    let loose = range.starts_with(['^', '~']);
    if loose { version.split('.').next().map(str::to_string) } else { Some(version) }
}

fn go_mod(text: &str) -> Option<String> {
    let line = |key: &str| text.lines().find_map(|line| line.trim().strip_prefix(key).map(str::to_string));
    let toolchain = line("toolchain go").and_then(|version| numbers(version.trim()));
    toolchain.or_else(|| numbers(line("go ")?.trim()))
}

fn channel(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix("channel")?.trim_start().strip_prefix('='));
    numbers(value.unwrap_or(text).trim().trim_matches('"'))
}
