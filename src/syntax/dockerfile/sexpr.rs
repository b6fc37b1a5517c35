//! The tree as BuildKit's parser prints it.

use super::args::Args;
use super::ast::{Body, Dockerfile, Instruction, Keyword};
use super::go_quote as quoted;
use super::json::{Json, json};
use super::words::is_blank;

/// The instructions as BuildKit's parser tests write them: `(copy ["--link"] "a" "b")`, one a line.
/// What BuildKit refuses is printed as far as it could be read.
pub fn sexpr(dockerfile: &Dockerfile) -> String {
    let mut out = String::new();
    for instruction in &dockerfile.instructions {
        push(&mut out, instruction, dockerfile.escape);
        out.push('\n');
    }
    out
}

fn push(out: &mut String, instruction: &Instruction, escape: char) {
    out.push('(');
    out.push_str(&instruction.keyword.text.to_lowercase());
    push_flags(out, instruction);
    if let Body::Onbuild(trigger) = &instruction.body {
        out.push(' ');
        push(out, trigger, escape);
    } else {
        for argument in arguments(instruction, escape) {
            out.push(' ');
            out.push_str(&quoted(&argument));
        }
    }
    out.push(')');
}

fn push_flags(out: &mut String, instruction: &Instruction) {
    let flags = instruction.flags.iter().map(|flag| match &flag.value {
        Some(value) => quoted(&format!("--{}={}", flag.name.text, value.raw)),
        None => quoted(&format!("--{}", flag.name.text)),
    });
    let flags: Vec<String> = flags.collect();
    if !flags.is_empty() {
        out.push_str(&format!(" [{}]", flags.join(" ")));
    }
}

/// The arguments read anew from the logical line: the tree leaves out what stands in the place of a
/// comment, BuildKit does not.
fn arguments(instruction: &Instruction, escape: char) -> Vec<String> {
    let line = &instruction.logical;
    let range = instruction.args_start as usize..line.text.len();
    let args = Args { line, text: &line.text, range, escape };
    if args.is_empty() && instruction.kind != Keyword::Unknown {
        return Vec::new();
    }
    let words = |args: &Args| args.plain_words().into_iter().map(|word| args.text[word].to_string()).collect();
    match instruction.kind {
        Keyword::From | Keyword::Expose => words(&args),
        Keyword::Add | Keyword::Copy | Keyword::Volume => strings(&args).unwrap_or_else(|| words(&args)),
        Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell => command(&args),
        Keyword::Healthcheck => healthcheck(&args),
        Keyword::Arg => args.quoted_words().into_iter().map(|word| args.text[word].to_string()).collect(),
        Keyword::Env | Keyword::Label => pairs(&args),
        Keyword::Onbuild | Keyword::Unknown => vec![String::new()],
        Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir => vec![args.rest().to_string()],
    }
}

fn strings(args: &Args) -> Option<Vec<String>> {
    let Json::Strings(items) = json(args.rest()) else { return None };
    Some(items.iter().map(|item| args.json_string(item).value.text).collect())
}

fn command(args: &Args) -> Vec<String> {
    strings(args).unwrap_or_else(|| vec![args.rest().to_string()])
}

fn healthcheck(args: &Args) -> Vec<String> {
    let rest = args.rest();
    let (form, command_text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let command_args = args.from(args.range.end - command_text.trim_start().len());
    let mut words = vec![form.to_string()];
    if !command_args.is_empty() {
        words.extend(command(&command_args));
    }
    words
}

/// Each pair is a key, a value and the text between them: `=`, or nothing in the legacy form.
fn pairs(args: &Args) -> Vec<String> {
    let words = args.quoted_words();
    let first = words.first().map_or("", |word| &args.text[word.clone()]);
    if !first.contains('=') {
        let (key, value) = args.rest().split_once(is_blank).unwrap_or((args.rest(), ""));
        return vec![key.to_string(), value.trim_start_matches(is_blank).to_string(), String::new()];
    }
    let pairs = words.into_iter().filter_map(|word| args.text[word].split_once('='));
    pairs.flat_map(|(key, value)| [key.to_string(), value.to_string(), "=".to_string()]).collect()
}
