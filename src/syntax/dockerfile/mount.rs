//! The comma separated options of `RUN --mount` and `RUN --device`.

use std::ops::Range;

use super::ast::{Flag, FlagOption, Ident, Instruction, Word};
use super::cx::Cx;
use super::directives::is_bool;
use super::go_quote as quoted;
use super::suggest::with_suggestion;
use crate::text::Span;

const KEYS: [&str; 19] = [
    "type",
    "from",
    "source",
    "target",
    "readonly",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "src",
    "dst",
    "destination",
    "ro",
    "rw",
    "readwrite",
    "env",
];

/// What a mount mounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MountKind {
    /// A folder of the build context, of a stage or of an image.
    Bind,
    /// A folder that later builds find again.
    Cache,
    /// Memory.
    Tmpfs,
    /// A secret of the build.
    Secret,
    /// The socket of an SSH agent.
    Ssh,
    /// The type holds a variable or is none that BuildKit knows.
    Unknown,
}

/// One `--mount` of RUN with BuildKit's defaults filled in.
#[derive(Clone, Debug)]
pub struct Mount<'a> {
    /// The flag.
    pub flag: &'a Flag,
    /// The type; `bind` where none is given.
    pub kind: MountKind,
    /// The stage or image; `None` is the build context for a bind mount, nothing for a cache.
    pub from: Option<&'a Word>,
    /// The path in the source.
    pub source: Option<&'a Word>,
    /// Where it is mounted.
    pub target: Option<&'a Word>,
    /// The id as written; that of a cache is its target where none is given.
    pub id: Option<&'a Word>,
    /// `shared`, `private` or `locked`, of a cache; `None` means `shared`.
    pub sharing: Option<&'a Word>,
    /// True where the command cannot write there.
    pub read_only: bool,
    /// True where the build fails without the secret or agent.
    pub required: bool,
    /// The variable that holds the secret.
    pub env: Option<&'a Word>,
}

/// The mounts of a RUN, in order; of any other instruction none.
pub fn mounts(instruction: &Instruction) -> Vec<Mount<'_>> {
    instruction.flags_named("mount").map(mount).collect()
}

fn mount(flag: &Flag) -> Mount<'_> {
    let kind = flag.option(&["type"]).map_or(MountKind::Bind, |word| kind(&word.raw));
    let writable = matches!(kind, MountKind::Cache | MountKind::Tmpfs);
    Mount {
        flag,
        kind,
        from: flag.option(&["from"]),
        source: flag.option(&["source", "src"]),
        target: flag.option(&["target", "dst", "destination"]),
        id: flag.option(&["id"]),
        sharing: flag.option(&["sharing"]),
        read_only: read_only(flag).unwrap_or(!writable),
        required: flag.switch(&["required"]).unwrap_or(false),
        env: flag.option(&["env"]),
    }
}

/// The last of the switches that say so wins.
fn read_only(flag: &Flag) -> Option<bool> {
    let said = flag.options.iter().rev().find_map(|option| match option.key.text.to_ascii_lowercase().as_str() {
        "readonly" | "ro" => Some((option, true)),
        "readwrite" | "rw" => Some((option, false)),
        _ => None,
    });
    said.map(|(option, meaning)| option.is_on() == meaning)
}

fn kind(word: &str) -> MountKind {
    match word.to_ascii_lowercase().as_str() {
        "bind" => MountKind::Bind,
        "cache" => MountKind::Cache,
        "tmpfs" => MountKind::Tmpfs,
        "secret" => MountKind::Secret,
        "ssh" => MountKind::Ssh,
        _ => MountKind::Unknown,
    }
}

/// Cuts the value of a flag at its commas.
pub(super) fn options(flag: &Flag, place: impl Fn(u32, u32) -> Span) -> Vec<FlagOption> {
    let Some(value) = &flag.value else { return Vec::new() };
    let mut options = Vec::new();
    let mut variables = value.variables.iter().peekable();
    for range in csv_fields(&value.raw).0 {
        let (at, end) = (range.start as u32, range.end as u32);
        let field = &value.raw[range];
        let key_len = field.find('=').unwrap_or(field.len()) as u32;
        let key = Ident { text: field[..key_len as usize].to_string(), span: place(at, at + key_len) };
        let word = (key_len < field.len() as u32).then(|| {
            let span = place(at + key_len + 1, end);
            let mut inside = Vec::new();
            while let Some(variable) = variables.next_if(|variable| variable.span.start < span.end) {
                // One that begins in the key or runs over the comma is none to BuildKit.
                if span.contains(variable.span) {
                    inside.push(variable.clone());
                }
            }
            let raw = field[key_len as usize + 1..].to_string();
            Word { raw, span, at: value.at + at + key_len + 1, variables: inside }
        });
        options.push(FlagOption { span: place(at, end), key, value: word });
    }
    options
}

/// The fields of a line of CSV without the quotes around them, and what is wrong behind the last of them, with
/// its place. A quote that is doubled inside a field stays so.
fn csv_fields(line: &str) -> (Vec<Range<usize>>, Option<(usize, &'static str)>) {
    let (bare, stray) = ("bare \" in non-quoted-field", "extraneous or missing \" in quoted-field");
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let end = match rest.strip_prefix('"') {
            None => {
                let len = rest.find(',').unwrap_or(rest.len());
                if let Some(quote) = rest[..len].find('"') {
                    return (fields, Some((at + quote, bare)));
                }
                fields.push(at..at + len);
                at + len
            }
            Some(quoted) => {
                let close = match closing_quote(quoted) {
                    Ok(len) => at + 1 + len,
                    Err(len) => return (fields, Some((at + 1 + len, stray))),
                };
                if !matches!(line[close + 1..].chars().next(), None | Some(',')) {
                    return (fields, Some((close, stray)));
                }
                fields.push(at + 1..close);
                close + 1
            }
        };
        if end == line.len() {
            return (fields, None);
        }
        at = end + 1;
    }
}

/// Where the quote stands that ends a field; two in a row are one that belongs to it. Where none does, the place
/// behind the last two.
fn closing_quote(quoted: &str) -> Result<usize, usize> {
    let mut at = 0;
    loop {
        at += quoted[at..].find('"').ok_or(at)?;
        if !quoted[at + 1..].starts_with('"') {
            return Ok(at);
        }
        at += 2;
    }
}

/// Reports what BuildKit refuses in a `--mount`: the first problem of each.
pub(super) fn check(cx: &mut Cx, flag: &Flag) {
    let Some(value) = flag.value.as_ref() else { return };
    if value.raw.is_empty() {
        cx.error("invalid-mount", flag.span, "failed to parse csv mounts: EOF");
        return;
    }
    if let Some((at, what)) = csv_fields(&value.raw).1 {
        let message = format!("failed to parse csv mounts: parse error on line 1, column {}: {what}", at + 1);
        cx.error("invalid-mount", value.span, message);
        return;
    }
    let mut kind = Some("bind".to_string());
    for option in &flag.options {
        if let Some(message) = option_error(option, &mut kind) {
            cx.error("invalid-mount", option.span, message);
            return;
        }
    }
    if value.is_constant()
        && let Some(kind) = kind
        && let Some(message) = combination_error(flag, &kind)
    {
        cx.error("invalid-mount", value.span, message);
    }
}

/// `kind` follows the mount's type; it is `None` once a variable decides it.
fn option_error(option: &FlagOption, kind: &mut Option<String>) -> Option<String> {
    let key = option.key.text.to_ascii_lowercase();
    let unknown_kind = kind.is_none();
    let is = |wanted: &[&str]| unknown_kind || kind.as_deref().is_some_and(|kind| wanted.contains(&kind));
    let misplaced = || format!("unexpected key '{key}' for mount type '{}'", kind.as_deref().unwrap_or_default());
    let Some(value) = &option.value else {
        return match key.as_str() {
            "readonly" | "ro" | "readwrite" | "rw" => None,
            "required" if is(&["secret", "ssh"]) => None,
            "required" => Some(misplaced()),
            _ => Some(format!("invalid field '{}' must be a key=value pair", option.key.text)),
        };
    };
    let text = value.raw.as_str();
    let constant = value.is_constant() && !text.contains(['\\', '`', '\'']);
    let lower = text.to_ascii_lowercase();
    let invalid_number = || format!("invalid value {text} for {key}");
    match key.as_str() {
        "type" if !constant => *kind = None,
        "type" if self::kind(text) == MountKind::Unknown => {
            let message = format!("unsupported mount type {}", quoted(text));
            return Some(with_suggestion(message, text, &["bind", "cache", "tmpfs", "secret", "ssh"]));
        }
        "type" => *kind = Some(lower),
        "from" if !value.is_constant() => {
            return Some("'from' doesn't support variable expansion, define alias stage instead".to_string());
        }
        "required" if !is(&["secret", "ssh"]) => return Some(misplaced()),
        "size" if !is(&["tmpfs"]) => return Some(misplaced()),
        "readonly" | "ro" | "readwrite" | "rw" | "required" if constant && !is_bool(text) => {
            return Some(format!("invalid value for {key}: {text}"));
        }
        "sharing" if constant && !["shared", "private", "locked"].contains(&lower.as_str()) => {
            let message = format!("unsupported sharing value {}", quoted(text));
            return Some(with_suggestion(message, text, &["shared", "private", "locked"]));
        }
        "size" if constant && !is_size(&lower) => return Some(format!("invalid value for size: {text}")),
        "mode" if constant && u32::from_str_radix(digits(text), 8).is_err() => return Some(invalid_number()),
        "uid" | "gid" if constant && digits(text).parse::<u32>().is_err() => return Some(invalid_number()),
        key if !KEYS.contains(&key) => {
            let field = format!("{}={text}", option.key.text);
            return Some(with_suggestion(format!("unexpected key '{key}' in '{field}'"), key, &KEYS));
        }
        _ => {}
    }
    None
}

/// Go's number parser takes no sign.
fn digits(text: &str) -> &str {
    if text.starts_with('+') { "" } else { text }
}

/// A number of bytes with a unit, in lower case: `64m`, `1.5 gib`, `512`.
fn is_size(text: &str) -> bool {
    let Some(last) = text.rfind(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' ')) else { return false };
    let (number, unit) = text.split_at(last + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let is_number = number.parse::<f64>().is_ok_and(|number| number >= 0.0);
    let unit = unit.strip_prefix(['k', 'm', 'g', 't', 'p']).map_or(unit, |rest| rest.strip_prefix('i').unwrap_or(rest));
    is_number && matches!(unit, "" | "b")
}

fn combination_error(flag: &Flag, kind: &str) -> Option<String> {
    let set = |keys: &[&str]| flag.option(keys).is_some_and(|word| !word.raw.is_empty());
    let given = |key: &str| flag.option(&[key]).is_some();
    if !matches!(kind, "secret" | "ssh" | "cache")
        && let Some(key) = ["mode", "uid", "gid"].into_iter().find(|key| given(key))
    {
        return Some(format!("{key} not allowed for {} type mounts", quoted(kind)));
    }
    if kind == "secret" {
        let (source, target, id) = (set(&["source", "src"]), set(&["target", "dst", "destination"]), set(&["id"]));
        let message = match () {
            () if set(&["from"]) => "secret mount should not have a from",
            () if set(&["sharing"]) => "secret mount should not define sharing",
            () if !source && !target && !id => "invalid secret mount. one of source, target required",
            () if source && id => "both source and id can't be set",
            () => return None,
        };
        return Some(message.to_string());
    }
    if kind != "ssh" && flag.option(&["target", "dst", "destination"]).is_some_and(|target| target.raw == "/") {
        return Some("invalid mount target \"/\"".to_string());
    }
    (set(&["sharing"]) && kind != "cache").then(|| format!("invalid cache sharing set for {kind} mount"))
}

#[cfg(test)]
mod tests {
    use super::csv_fields;

    #[test]
    fn fields_are_those_of_csv() {
        let show = |line: &str| {
            let (fields, error) = csv_fields(line);
            let fields: Vec<&str> = fields.into_iter().map(|it| &line[it]).collect();
            format!(
                "{}{}",
                fields.join("|"),
                error.map(|(at, what)| format!(" {at} {}", &what[..4])).unwrap_or_default()
            )
        };
        assert_eq!(show("type=cache,target=/a"), "type=cache|target=/a");
        assert_eq!(show("type=cache,,"), "type=cache||");
        assert_eq!(show("\"target=/a,b\",id=x"), "target=/a,b|id=x");
        assert_eq!(show("\"id=\"\"x\""), "id=\"\"x");
        assert_eq!(show("id=\"x\""), " 3 bare");
        assert_eq!(show("a,\"id=x"), "a 3 extr");
        assert_eq!(show("\"id\"x"), " 3 extr");
        assert_eq!(show("\"a\"\"b"), " 4 extr");
    }
}
