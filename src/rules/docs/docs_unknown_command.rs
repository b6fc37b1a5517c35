use crate::diagnostic::{Edit, Fix};
use crate::model::docs::DocText;
use crate::rules::DocsCx;
use crate::syntax::docker_cli::{CliWord, Invocation, Place, Program, Verb, near_subcommand};

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(doc) = cx.document else { return };
    for call in doc.calls() {
        if call.misspelt {
            report(cx, &call.program_word, "docker", "there is no program");
        }
        let (Verb::Unknown, Some(last)) = (call.verb, call.path.last()) else { continue };
        let words: Vec<&str> = call.path[..call.path.len() - 1].iter().map(|word| word.text.as_str()).collect();
        let parent = if call.program == Program::Compose { "compose".to_string() } else { words.join(" ") };
        if !is_plain(&last.text) || is_words(call) || says_it_is_missing(doc, call.span.end) {
            continue;
        }
        if let Some(meant) = near_subcommand(call.program, &parent, &last.text) {
            let group = [call.program_word.text.as_str()].into_iter().chain(words);
            report(cx, last, meant, &format!("{} has no command", group.collect::<Vec<_>>().join(" ")));
        }
    }
}

fn report(cx: &mut DocsCx, word: &CliWord, meant: &str, what: &str) {
    let written = &word.text;
    let fix = Fix::unsafe_(format!("write `{meant}`"), vec![Edit::replace(word.span, meant)]);
    cx.report(word.span, format!("{what} `{written}`"))
        .note(format!("did you mean `{meant}`?"))
        .fix(Some(fix).filter(|_| !word.quoted));
}

fn is_plain(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// Prose that goes on with words: `docker log rotation`.
fn is_words(call: &Invocation) -> bool {
    call.place == Place::Prose && call.args.iter().any(|arg| arg.text.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// True where the next line shows what docker says to it: the author knows.
fn says_it_is_missing(doc: &DocText, end: u32) -> bool {
    let after: String = doc.text[end as usize..].lines().skip(1).take(2).collect();
    after.contains("is not a docker command") || after.contains("unknown command")
}
