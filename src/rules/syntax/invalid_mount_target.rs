use crate::model::{Mount, MountKind, Step};
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::{Flag, Keyword, go_quote};
use crate::text::Span;

/// A mount that cannot be made once variables and the working folder are known.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model) {
        for flag in here.step.instruction.flags_named("mount").filter(|_| here.step.kind() == Keyword::Run) {
            let mount = here.step.mounts.iter().find(|mount| mount.span == flag.span);
            let fault = kind_error(here.step, flag).or_else(|| mount.and_then(|mount| error(flag, mount)));
            if let Some((span, message, note)) = fault {
                here.report(cx, span, message).note(note);
            }
        }
    }
}

type FaultAt = (Span, String, &'static str);

/// The parser judges types and sharing without variables.
fn kind_error(step: &Step, flag: &Flag) -> Option<FaultAt> {
    let refused = |key: &str, words: &[&str]| {
        let word = flag.option(&[key]).filter(|word| !word.is_constant())?;
        let value = step.expand(word);
        let is_one = words.contains(&value.text.to_ascii_lowercase().as_str());
        (value.known && !is_one).then(|| (word.span, go_quote(&value.text)))
    };
    let kind = refused("type", &["bind", "cache", "tmpfs", "secret", "ssh"]).map(|(span, kind)| {
        (span, format!("unsupported mount type {kind}"), "the type is bind, cache, tmpfs, secret or ssh")
    });
    let sharing = || {
        let (span, value) = refused("sharing", &["shared", "private", "locked"])?;
        Some((span, format!("unsupported sharing value {value}"), "a cache is shared, private or locked"))
    };
    kind.or_else(sharing).or_else(|| number_error(step, flag))
}

/// `mode` is octal, `uid` and `gid` are decimal numbers.
fn number_error(step: &Step, flag: &Flag) -> Option<FaultAt> {
    [("mode", 8), ("uid", 10), ("gid", 10)].into_iter().find_map(|(key, radix)| {
        let word = flag.option(&[key]).filter(|word| !word.is_constant())?;
        let value = step.expand(word);
        let wrong = value.known && (value.text.starts_with('+') || u32::from_str_radix(&value.text, radix).is_err());
        wrong.then(|| (word.span, format!("invalid value {} for {key}", value.text), "the variable must hold a number"))
    })
}

fn error(flag: &Flag, mount: &Mount) -> Option<FaultAt> {
    let source = flag.option(&["source", "src"]);
    match mount.kind {
        MountKind::Ssh => {
            let source = source.filter(|word| !word.raw.is_empty())?;
            Some((source.span, "ssh does not support source".to_string(), "an agent's socket is chosen with `id=`"))
        }
        MountKind::Secret => None,
        _ => {
            let word = flag.option(&["target", "dst", "destination"]);
            let raw = word.map_or("", |word| word.raw.as_str());
            // The parser tells of `/` as written. An empty target is the working folder.
            let at_root = mount.known && raw != "/" && (mount.target == "/" || mount.at_root);
            let note = match word {
                None => "give it a `target=` other than the working folder `/`",
                Some(_) => "nothing can be mounted over the root: name a folder",
            };
            let span = word.map_or(flag.span, |word| word.span);
            at_root.then(|| (span, "invalid mount target \"/\"".to_string(), note))
        }
    }
}
