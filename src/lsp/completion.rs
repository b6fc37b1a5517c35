//! Completion from the table of words, the file's own names and the build context.

use serde_json::{Value, json};

use crate::syntax::dockerfile::Keyword;

use super::document::Snapshot;
use super::heredocs::{self, heredoc_at};
use super::items::{Cursor, Items};
use super::registries::{self, Question};
use super::scope::{args, stages, variables};
use super::server::{Failure, Server};
use super::snippets::Place;
use super::words::{self, Word};
use super::{commands, comments, flags, paths};

/// What is told of completion.
pub(super) fn provider() -> Value {
    json!({"triggerCharacters": ["-", "=", ",", "$", "{", "/", " ", "#", ":", "@"], "resolveProvider": true})
}

/// `textDocument/completion`.
pub(super) fn complete(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let snippets = server.client.can("/textDocument/completion/completionItem/snippetSupport");
    let replaces = server.client.can("/textDocument/completion/completionItem/insertReplaceSupport");
    let mut items = Items { snippets, ..Items::default() };
    fill(server, document, offset, &mut items);
    let document = document.snapshot.clone();
    if let Some(question) = items.question.take() {
        items.more |= registries::ask(server, &document, question);
    }
    let lazily =
        server.client.has("/textDocument/completion/completionItem/resolveSupport/properties", "documentation");
    let client = Some(&server.client).filter(|_| !lazily);
    let cursor = Cursor { offset, replaces };
    let told = items.all.iter().enumerate().map(|(at, item)| item.told(at, &document, cursor, client));
    let told: Vec<Value> = told.collect();
    let answer = json!({"isIncomplete": items.more, "items": told});
    server.offered = items.all;
    Ok(answer)
}

fn fill(server: &Server, document: &Snapshot, offset: usize, items: &mut Items) {
    let text = &document.text;
    let line_start = document.lines.start(text, document.lines.line_of(offset));
    if let Some((instruction, heredoc)) = heredoc_at(document.tree(), text, offset) {
        return heredocs::fill(document, instruction, heredoc, offset, items);
    }
    if let Some(comment) = text[line_start..offset].trim_start().strip_prefix('#') {
        return comments::fill(document, line_start, comment, items);
    }
    let (keyword, before) = instruction_before(document, offset);
    let word = before.rsplit(BORDERS).next().unwrap_or_default();
    if let Some(dollar) = word.rfind('$') {
        items.prefix = word[dollar + 1..].trim_start_matches('{').to_string();
        return variables(document, offset, items);
    }
    items.prefix = word.to_string();
    match keyword {
        Some(keyword) => arguments(server, document, (&keyword, before), offset, items),
        None => instructions(document, offset, items),
    }
}

/// What ends a word.
pub(super) const BORDERS: [char; 4] = [' ', '\t', '\n', '['];

/// Only FROM and ARG can stand before the first FROM.
fn instructions(document: &Snapshot, offset: usize, items: &mut Items) {
    let mut froms = document.tree().instructions.iter().filter(|it| it.kind == Keyword::From);
    let is_begun = froms.clone().any(|it| (it.keyword.span.end as usize) < offset);
    let fits = |name: &str| is_begun || ["FROM", "ARG"].contains(&name);
    for (name, about) in words::INSTRUCTIONS.iter().filter(|(name, _)| fits(name)) {
        items.add(name, about, 14);
    }
    if froms.next().is_none() {
        items.snippets(Place::EmptyFile);
    }
    if is_begun {
        items.snippets(Place::Instruction);
        commands::leave_out_foreign(document, offset, items);
    }
}

/// What fits the arguments of an instruction, from behind the keyword to the cursor.
fn arguments(server: &Server, document: &Snapshot, (keyword, before): (&str, &str), offset: usize, items: &mut Items) {
    let arguments = before.trim_start();
    let word = items.prefix.clone();
    let kind = kind_of(keyword);
    if kind == Keyword::Onbuild {
        return match arguments.split_once([' ', '\t']) {
            Some((inner, rest)) => self::arguments(server, document, (&inner.to_uppercase(), rest), offset, items),
            None => items.table(&words::triggers(), 14),
        };
    }
    let is_command = kind == Keyword::Run && commands::is_inside(arguments);
    if word.starts_with("--") && !is_command {
        return flags::fill(
            server,
            document,
            (kind, &arguments[..arguments.len() - word.len()]),
            &word[2..],
            offset,
            items,
        );
    }
    match kind {
        Keyword::From => from(server, document, arguments, offset, items),
        Keyword::Arg if word.contains('=') => {}
        Keyword::Arg => args(document, offset, items),
        Keyword::Copy | Keyword::Add => sources(server, document, arguments, items),
        Keyword::Expose if word.contains('/') => {
            items.prefix = word.rsplit('/').next().unwrap_or_default().to_string();
            items.table(&[("tcp", "the default"), ("udp", ""), ("sctp", "")], 12);
        }
        Keyword::Run if word.starts_with("<<") => {
            items.table(&[("<<EOF", "a script of several lines"), ("<<-EOF", "without leading tabs")], 15);
        }
        Keyword::Run if arguments.starts_with('[') => {}
        Keyword::Run => {
            if !is_command {
                items.table(words::arguments("RUN"), 12);
            }
            commands::fill(arguments, items);
            commands::leave_out_foreign(document, offset, items);
        }
        _ => {
            // The whole of an array that has only begun is replaced.
            if arguments == "[" {
                items.prefix = arguments.to_string();
            }
            items.table(words::arguments(keyword), 12);
        }
    }
}

/// The arguments that are there, without flags and what continues lines.
fn words_of(arguments: &str) -> impl Iterator<Item = &str> {
    arguments.split_whitespace().filter(|word| !word.starts_with("--") && *word != "\\" && *word != "`")
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
pub(super) fn instruction_before(document: &Snapshot, offset: usize) -> (Option<String>, &str) {
    let text = &document.text[..offset];
    let escape = document.tree().escape;
    let mut start = text.rfind('\n').map_or(0, |at| at + 1);
    let mut at = start;
    // Comments may stand between continued lines, blank lines as well.
    while at > 0 {
        let above = text[..at - 1].rfind('\n').map_or(0, |at| at + 1);
        let line = text[above..at].trim();
        match () {
            () if line.starts_with('#') || line.is_empty() => {}
            () if line.ends_with(escape) => start = above,
            () => break,
        }
        at = above;
    }
    let whole = text[start..].trim_start();
    match whole.split_once([' ', '\t']) {
        Some((keyword, rest)) => (Some(keyword.to_uppercase()), rest),
        None => (None, whole),
    }
}

fn from(server: &Server, document: &Snapshot, arguments: &str, offset: usize, items: &mut Items) {
    let mut typed: Vec<&str> = words_of(arguments).collect();
    typed.truncate(typed.len() - usize::from(!typed.is_empty() && !arguments.ends_with([' ', '\t'])));
    match typed.len() {
        0 => {}
        1 => return items.add("AS", "names the stage", 14),
        // What a stage is called is up to its author.
        _ => return,
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
    for word in server.registries.words(&question) {
        items.add(word, "", 12);
    }
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

/// What COPY and ADD can copy, and where to. Of what another stage holds nothing is known.
fn sources(server: &Server, document: &Snapshot, arguments: &str, items: &mut Items) {
    let is_json = words_of(arguments).next().is_some_and(|word| word.starts_with('['));
    if is_json && !items.prefix.starts_with('"') {
        return;
    }
    items.prefix = items.prefix.trim_start_matches('"').to_string();
    let typed = &arguments[..arguments.len() - items.prefix.len()];
    if words_of(typed).any(|word| word != "[" && word != "[\"") {
        items.add("./", "the working folder of the image", 19);
    }
    if !arguments.contains("--from=") {
        paths::fill(server, document, is_json, items);
    }
}
