use crate::model::Step;
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::{Body, Keyword, Word};
use crate::text::Span;

/// A signal, a mode, a checksum or a volume that the builder refuses once variables are put in.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model) {
        for (span, message, note) in faults(here.step) {
            here.report(cx, span, message).note(note);
        }
    }
}

type FaultAt = (Span, String, &'static str);

fn faults(step: &Step) -> Vec<FaultAt> {
    let mut faults = Vec::new();
    match step.body() {
        Body::Stopsignal(word) => {
            let signal = known(step, word).filter(|signal| !is_signal(signal));
            let note = "write a number, or a name such as SIGTERM";
            faults.extend(signal.map(|signal| (word.span, format!("invalid signal: {signal}"), note)));
        }
        Body::Volume(words) => {
            // The parser tells of what is empty as written.
            let is_empty = |word: &&Word| !word.raw.is_empty() && known(step, word).is_some_and(|path| path.is_empty());
            let message = "VOLUME specified can not be an empty string".to_string();
            let empty = words.iter().find(is_empty);
            faults.extend(empty.map(|word| (word.span, message, "the variables in it are not set")));
        }
        Body::Copy(transfer) | Body::Add(transfer) => {
            let flag = |name: &str| step.instruction.flag(name).and_then(|flag| flag.value.as_ref());
            let chmod = flag("chmod").and_then(|word| Some((word.span, chmod_error(&known(step, word)?)?)));
            faults.extend(chmod.map(|(span, message)| (span, message, "write octal digits such as 0755, or `u+x`")));
            let is_inline = |word: &Word| step.instruction.heredocs.iter().any(|heredoc| heredoc.marker == word.span);
            let checksum = flag("checksum").filter(|_| step.kind() == Keyword::Add);
            if let Some(word) = checksum.filter(|_| transfer.sources.iter().all(is_inline)) {
                let message = "checksum can't be specified for multiple sources".to_string();
                faults.push((word.span, message, "an inline file has no checksum"));
                return faults;
            }
            let sources = transfer.sources.iter().map(|word| known(step, word)).collect::<Option<Vec<_>>>();
            if let (Some(word), Some(sources)) = (checksum, sources) {
                let message =
                    known(step, word).filter(|it| !it.is_empty()).and_then(|sum| checksum_error(&sum, &sources));
                let note = "a checksum is `sha256:` with 64 hexadecimal digits, for one remote file";
                faults.extend(message.map(|message| (word.span, message, note)));
            }
        }
        _ => {}
    }
    faults
}

fn known(step: &Step, word: &Word) -> Option<String> {
    let expanded = step.expand(word);
    expanded.known.then_some(expanded.text)
}

/// As `signal.ParseSignal` of Linux: any number but 0, or a name with or without `SIG`.
fn is_signal(signal: &str) -> bool {
    const NAMES: [&str; 38] = [
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
        "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
        "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX", "UNUSED", "EMT",
    ];
    if let Ok(number) = signal.parse::<i64>() {
        return number != 0;
    }
    let upper = signal.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let offset = |prefix: &str, up_to: u32| {
        let rest = name.strip_prefix(prefix).and_then(|digits| digits.parse::<u32>().ok());
        rest.is_some_and(|offset| (1..=up_to).contains(&offset))
    };
    NAMES[..36].contains(&name) || offset("RTMIN+", 15) || offset("RTMAX-", 14)
}

/// An octal number up to 07777, or a symbolic mode such as `u=rwX,go-w`.
fn chmod_error(mode: &str) -> Option<String> {
    let number = || format!("invalid chmod parameter: '{mode}'. it should be octal string and between 0 and 07777");
    if mode.is_empty() {
        return None;
    }
    if mode.starts_with(|c: char| c.is_ascii_digit()) {
        let parsed = u32::from_str_radix(mode, 8);
        return parsed.map_or(true, |mode| mode > 0o7777).then(number);
    }
    let is_clause = |clause: &str| {
        let rest = clause.trim_start_matches(['u', 'g', 'o', 'a']);
        rest.starts_with(['+', '-', '=']) && rest[1..].chars().all(|c| "rwxXstugo+-=".contains(c))
    };
    (!mode.split(',').all(is_clause)).then(|| "invalid syntax".to_string())
}

fn checksum_error(sum: &str, sources: &[String]) -> Option<String> {
    let is_remote = |source: &String| super::shared_remote::is_http(source) || super::shared_remote::is_git(source);
    match sources {
        [source] if !is_remote(source) => Some("checksum requires HTTP(S) or Git sources".to_string()),
        [source] if super::shared_remote::is_http(source) => digest_error(sum).map(str::to_string),
        [_] => None,
        _ => Some("checksum can't be specified for multiple sources".to_string()),
    }
}

/// As `go-digest` checks it.
fn digest_error(digest: &str) -> Option<&'static str> {
    let Some((algorithm, hex)) = digest.split_once(':') else { return Some("invalid checksum digest format") };
    let len = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Some("unsupported digest algorithm"),
    };
    match () {
        () if hex.len() != len => Some("invalid checksum digest length"),
        () if !hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) => {
            Some("invalid checksum digest format")
        }
        () => None,
    }
}
