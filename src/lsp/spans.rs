//! Places in an instruction that several features ask for.

use crate::syntax::dockerfile::{Body, Command, Instruction, Word};
use crate::text::Span;

/// The word around an offset, as people see words.
pub(super) fn word_at(text: &str, offset: usize) -> Option<Span> {
    let is_word = |c: char| c.is_alphanumeric() || "-_./+".contains(c);
    let start =
        text[..offset].rfind(|c| !is_word(c)).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text[offset..].find(|c| !is_word(c)).map_or(text.len(), |at| offset + at);
    (start < end).then(|| Span::from(start..end))
}

/// Keyword, flags with their parts, and arguments of an instruction, and of one inside ONBUILD.
pub(super) fn words(instruction: &Instruction) -> Vec<Span> {
    let mut found = vec![instruction.keyword.span];
    for flag in &instruction.flags {
        found.extend([flag.span, flag.name.span]);
        found.extend(flag.value.as_ref().map(|value| value.span));
        found.extend(flag.options.iter().map(|option| option.span));
        found.extend(flag.options.iter().filter_map(|option| option.value.as_ref()).map(|value| value.span));
    }
    found.extend(arguments(&instruction.body).iter().map(|word| word.span));
    match &instruction.body {
        Body::From(from) => found.extend(from.as_keyword.iter().chain(&from.name).map(|name| name.span)),
        Body::Arg(all) => found.extend(all.iter().map(|it| it.name.span)),
        Body::Env(pairs) | Body::Label(pairs) => {
            found.extend(pairs.iter().map(|pair| pair.key.span.to(pair.value.span)));
        }
        Body::Run(command) | Body::Cmd(command) | Body::Entrypoint(command) | Body::Shell(command) => {
            found.extend(strings(command));
        }
        Body::Healthcheck(Some(command)) => found.extend(strings(command)),
        Body::Onbuild(inner) => found.extend(words(inner)),
        _ => {}
    }
    found
}

/// The strings of the exec form.
pub(super) fn strings(command: &Command) -> Vec<Span> {
    match command {
        Command::Exec { words, .. } => words.iter().map(|word| word.span).collect(),
        Command::Shell { .. } => Vec::new(),
    }
}

/// The arguments that are words of the language and not code of a shell.
pub(super) fn arguments(body: &Body) -> Vec<&Word> {
    match body {
        Body::From(from) => vec![&from.image],
        Body::Arg(all) => all.iter().filter_map(|it| it.value.as_ref()).collect(),
        Body::Env(pairs) | Body::Label(pairs) => pairs.iter().flat_map(|pair| [&pair.key, &pair.value]).collect(),
        Body::Copy(it) | Body::Add(it) => it.sources.iter().chain([&it.dest]).collect(),
        Body::Workdir(word) | Body::User(word) | Body::Stopsignal(word) | Body::Maintainer(word) => vec![word],
        Body::Volume(words) | Body::Expose(words) | Body::Unknown(words) => words.iter().collect(),
        _ => Vec::new(),
    }
}
