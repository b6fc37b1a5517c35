//! Completion from the table of words, the file's own names and the build context.

use serde_json::{Value, json};

use crate::model::{Context, Entry};
use crate::rules;
use crate::syntax::dockerfile::Keyword;

use super::commands;
use super::document::Snapshot;
use super::items::Items;
use super::names;
use super::registries::{self, Question};
use super::server::{Failure, Server};
use super::snippets::Place;
use super::words::{self, Word};

/// What is told of completion.
pub(super) fn provider() -> Value {
    json!({"triggerCharacters": ["-", "=", ",", "$", "{", "/", " ", "#", ":", "@"], "resolveProvider": true})
}

/// `textDocument/completion`.
pub(super) fn complete(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let snippets = server.client.can("/textDocument/completion/completionItem/snippetSupport");
    let mut items = Items { snippets, ..Items::default() };
    fill(server, document, offset, &mut items);
    let document = document.snapshot.clone();
    if let Some(question) = items.question.take() {
        items.more |= registries::ask(server, &document, question);
    }
    let lazily =
        server.client.has("/textDocument/completion/completionItem/resolveSupport/properties", "documentation");
    let told: Vec<Value> = items.all.iter().map(|item| item.told(&document, offset, lazily)).collect();
    let answer = json!({"isIncomplete": items.more, "items": told});
    server.offered = items.all;
    Ok(answer)
}

fn fill(server: &Server, document: &Snapshot, offset: usize, items: &mut Items) {
    let text = &document.text;
    let line_start = document.lines.start(text, document.lines.line_of(offset));
    let line = text[line_start..offset].trim_start();
    if let Some(comment) = line.strip_prefix('#') {
        return directive(comment.trim_start(), items);
    }
    let (keyword, before) = instruction_before(text, line_start, offset);
    let word = before.rsplit([' ', '\t', '\n', '[']).next().unwrap_or_default();
    if let Some(dollar) = word.rfind('$') {
        items.prefix = word[dollar + 1..].trim_start_matches('{').to_string();
        return variables(document, offset, items);
    }
    items.prefix = word.to_string();
    let Some(keyword) = keyword else {
        items.table(words::INSTRUCTIONS, 14);
        return instruction_snippets(document, items);
    };
    let arguments = before.trim_start();
    match kind_of(&keyword) {
        Keyword::Run if word.starts_with("--") && commands::is_inside(arguments) => commands::fill(arguments, items),
        kind if word.starts_with("--") => flag(server, document, kind, &word[2..], offset, items),
        Keyword::Onbuild if !arguments.contains(' ') => items.table(words::INSTRUCTIONS, 14),
        Keyword::From => from(server, document, arguments, offset, items),
        Keyword::Arg => items.table(words::AUTOMATIC_ARGS, 6),
        Keyword::Copy | Keyword::Add if arguments.contains("--from=") => {}
        Keyword::Copy | Keyword::Add => paths(server, document, items),
        Keyword::Expose if word.contains('/') => {
            items.prefix = word.rsplit('/').next().unwrap_or_default().to_string();
            items.table(&[("tcp", "the default"), ("udp", ""), ("sctp", "")], 12);
        }
        Keyword::Run if word.starts_with("<<") => {
            items.table(&[("<<EOF", "a script of several lines"), ("<<-EOF", "without leading tabs")], 15);
        }
        Keyword::Run if commands::is_inside(arguments) => commands::fill(arguments, items),
        _ => {
            if word.is_empty() || !word.starts_with('"') {
                items.prefix = if before.ends_with('[') { String::new() } else { word.to_string() };
            }
            items.table(words::arguments(&keyword), 12);
        }
    }
}

fn instruction_snippets(document: &Snapshot, items: &mut Items) {
    let is_begun = document.tree().instructions.iter().any(|it| it.kind == Keyword::From);
    if !is_begun {
        items.snippets(Place::EmptyFile);
    }
    items.snippets(Place::Instruction);
}

fn kind_of(keyword: &str) -> Keyword {
    match keyword {
        "ADD" => Keyword::Add,
        "ARG" => Keyword::Arg,
        "COPY" => Keyword::Copy,
        "EXPOSE" => Keyword::Expose,
        "FROM" => Keyword::From,
        "HEALTHCHECK" => Keyword::Healthcheck,
        "ONBUILD" => Keyword::Onbuild,
        "RUN" => Keyword::Run,
        _ => Keyword::Unknown,
    }
}

/// The keyword, in capitals, of the instruction before the cursor, and its text from there to the
/// cursor; continued lines count, heredocs do not.
pub(super) fn instruction_before(text: &str, mut line_start: usize, offset: usize) -> (Option<String>, &str) {
    while line_start > 0 {
        let above = text[..line_start].trim_end_matches(['\r', '\n']);
        if !above.ends_with('\\') && !above.ends_with('`') {
            break;
        }
        line_start = above.rfind('\n').map_or(0, |at| at + 1);
    }
    let whole = text[line_start..offset].trim_start();
    match whole.split_once([' ', '\t']) {
        Some((keyword, rest)) => (Some(keyword.to_uppercase()), rest),
        None => (None, whole),
    }
}

fn directive(comment: &str, items: &mut Items) {
    let Some((key, value)) = comment.split_once('=') else {
        items.prefix = comment.to_string();
        return items.table(words::DIRECTIVES, 14);
    };
    items.prefix = value.rsplit(['=', ',']).next().unwrap_or_default().to_string();
    match key.trim() {
        "syntax" => items.table(&[("docker/dockerfile:1", ""), ("docker/dockerfile:1-labs", "")], 12),
        "escape" => items.table(&[("\\", "the default"), ("`", "for Windows paths")], 12),
        "check" if value.contains("skip=") => {
            items.add("all", "every check", 12);
            for name in rules::all().iter().filter_map(|rule| Some((rule.buildkit_name()?, rule.summary))) {
                items.add(name.0, name.1, 12);
            }
        }
        "check" => items.table(&[("skip=", "checks to leave out"), ("error=true", "fail on findings")], 12),
        "cachalot: ignore" | "cachalot: file-ignore" | "cachalot: stage-ignore" => {
            rules::all().iter().for_each(|rule| items.add(rule.name, rule.summary, 12));
        }
        _ => {}
    }
}

fn flag(server: &Server, document: &Snapshot, kind: Keyword, typed: &str, offset: usize, items: &mut Items) {
    let Some((name, value)) = typed.split_once('=') else {
        for (flag, about) in words::flags(kind) {
            let label = match words::flag_values(flag).first() {
                Some(("true", _)) => format!("--{flag}"),
                _ => format!("--{flag}="),
            };
            items.add(&label, about, 5);
        }
        if kind == Keyword::Run {
            items.snippets(Place::RunFlag);
        }
        return;
    };
    items.prefix = value.to_string();
    match name {
        "from" => stages(document, offset, items),
        "mount" => {
            let option = value.rsplit(',').next().unwrap_or_default();
            match option.split_once('=') {
                None => {
                    items.prefix = option.to_string();
                    words::MOUNT_KEYS.iter().for_each(|(key, about)| items.add(&format!("{key}="), about, 10));
                }
                Some((key, value)) => {
                    items.prefix = value.to_string();
                    items.table(words::mount_values(key), 12);
                    match key {
                        "from" => stages(document, offset, items),
                        "source" | "src" if !typed.contains("from=") => paths(server, document, items),
                        _ => {}
                    }
                }
            }
        }
        _ => items.table(words::flag_values(name), 12),
    }
}

fn from(server: &Server, document: &Snapshot, arguments: &str, offset: usize, items: &mut Items) {
    let words_before = arguments.split_whitespace().filter(|word| !word.starts_with("--")).count();
    if words_before >= 1 && (arguments.ends_with([' ', '\t']) || words_before >= 2) {
        return items.add("AS", "names the stage", 14);
    }
    if let Some((question, prefix)) = asked(&items.prefix.clone()) {
        items.prefix = prefix.to_string();
        return version(server, question, items);
    }
    stages(document, offset, items);
    items.table(words::arguments("FROM"), 9);
}

/// What is asked by an image whose tag or digest is being typed, and what of that is there.
fn asked(image: &str) -> Option<(Question, &str)> {
    if let Some((name, digest)) = image.split_once('@') {
        return Some((Question::Digest(name.to_string()), digest));
    }
    let (name, tag) = image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
    // What may become a registry with its port is no image yet.
    if !name.contains('/') && (name == "localhost" || name.contains('.')) {
        return None;
    }
    Some((Question::Tags(name.to_string()), tag))
}

/// Tags and digests: those that are known without asking, and those that a registry has told.
fn version(server: &Server, question: Question, items: &mut Items) {
    if let Question::Tags(name) = &question {
        items.table(tags(name), 12);
    }
    let known = items.all.len();
    for word in server.registries.words(&question) {
        items.add(word, "", 12);
    }
    items.all[known..].iter_mut().enumerate().for_each(|(at, item)| item.order = Some(at));
    items.question = Some(question);
}

/// Tags that every repository of the kind has; nothing is asked over the network.
fn tags(name: &str) -> &'static [Word] {
    match name {
        "node" => &[("22-slim", ""), ("22-alpine", ""), ("24-slim", ""), ("24-alpine", "")],
        "python" => &[("3.13-slim", ""), ("3.13-alpine", ""), ("3.12-slim", "")],
        "debian" => &[("bookworm-slim", ""), ("trixie-slim", "")],
        "ubuntu" => &[("24.04", ""), ("22.04", "")],
        _ => &[],
    }
}

fn stages(document: &Snapshot, offset: usize, items: &mut Items) {
    for name in names::stage_names(document.tree()).into_iter().filter(|name| (name.span.end as usize) < offset) {
        items.add(&name.text, "a stage of this file", 9);
    }
}

fn variables(document: &Snapshot, offset: usize, items: &mut Items) {
    let model = document.model();
    let at = offset as u32;
    let steps = model.steps().filter(|(_, step)| step.span().start <= at).last();
    let stage = model.stages.iter().rfind(|it| it.from.is_some_and(|from| from.span.start <= at));
    let in_from = stage.and_then(|it| it.from).is_some_and(|from| at <= from.span.end);
    let scope = match (stage, steps) {
        (Some(stage), _) if in_from => &stage.from_scope,
        (_, Some((_, step))) => &step.before.scope,
        (Some(stage), None) => &stage.end.scope,
        (None, None) => &model.globals,
    };
    let mut names: Vec<&String> = scope.iter().map(|(name, _)| name).collect();
    names.sort();
    names.into_iter().for_each(|name| items.add(name, "", 6));
    items.table(words::AUTOMATIC_ARGS, 6);
}

/// Files and folders of the build context that reach the builder, one folder at a time.
fn paths(server: &Server, document: &Snapshot, items: &mut Items) {
    let surroundings = server.surroundings(document);
    let Some(path) = document.path.as_deref() else { return };
    let Ok(config) = surroundings.config(document) else { return };
    let Some(files) = surroundings.context(document, &config) else { return };
    let own = files.path_of(path);
    let context = Context::new(&files, own.as_deref());
    let typed = items.prefix.trim_start_matches("./").trim_start_matches('/').to_string();
    let depth = typed.rfind('/').map_or(0, |at| at + 1);
    items.prefix = typed.clone();
    let inside = |entry: &&Entry| entry.path.strip_prefix(&typed[..depth]).is_some_and(|rest| !rest.contains('/'));
    for entry in context.entries().iter().filter(inside).filter(|entry| is_sent(&context, entry)) {
        match entry.is_dir() {
            true => items.add(&format!("{}/", entry.path), "", 19),
            false => items.add(&entry.path, "", 17),
        }
    }
    if depth == 0 {
        items.add(".", "the whole build context", 19);
    }
}

/// Not kept back by the ignore file. A folder may hold exceptions.
fn is_sent(context: &Context, entry: &Entry) -> bool {
    context.ignore_file().is_none_or(|ignore| {
        !ignore.matcher.excludes(&entry.path) || (entry.is_dir() && ignore.matcher.has_exceptions())
    })
}
