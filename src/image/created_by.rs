//! A history entry's `created_by` back to the instruction that a Dockerfile would hold.

/// Who wrote a history entry, as far as its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// BuildKit's Dockerfile frontend.
    BuildKit,
    /// The classic Docker builder, and builders that imitate it.
    Classic,
    /// Anything else: free text.
    Other,
}

/// Which dialect an entry is in.
pub fn dialect(created_by: &str, comment: &str) -> Dialect {
    if comment.starts_with("buildkit.") || created_by.trim_end().ends_with("# buildkit") {
        Dialect::BuildKit
    } else if created_by.contains("#(nop)") || strip_shell(strip_args(created_by).1).is_some() {
        Dialect::Classic
    } else {
        Dialect::Other
    }
}

/// The instruction's text: keyword and arguments, as near to the source as the builder kept it.
pub fn instruction(created_by: &str, comment: &str) -> String {
    let text = created_by.trim();
    let text = text.strip_suffix("# buildkit").map_or(text, str::trim_end);
    if text.is_empty() {
        return comment.trim().to_owned();
    }
    if let Some((_, meta)) = text.split_once("#(nop)") {
        return as_written(&meta_instruction(meta.trim()));
    }
    if text.starts_with("EXPOSE ") || text.starts_with("HEALTHCHECK ") {
        return as_written(text);
    }
    let run = text.strip_prefix("RUN ");
    let (args, command) = strip_args(run.unwrap_or(text));
    match strip_shell(command) {
        Some(command) => format!("RUN {}", command.trim()),
        None if run.is_some() || args > 0 => format!("RUN {}", command.trim()),
        None => text.to_owned(),
    }
}

/// The first word in upper case, where it is an instruction of a Dockerfile.
pub fn keyword(instruction: &str) -> Option<&str> {
    let word = instruction.split_whitespace().next()?;
    const KEYWORDS: [&str; 18] = [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ];
    KEYWORDS.contains(&word).then_some(word)
}

/// `CMD ["sh"]`, `ADD file:… in /`, `COPY dir:… in /app`: the classic builder's own words.
fn meta_instruction(meta: &str) -> String {
    for keyword in ["ADD", "COPY"] {
        if let Some(rest) = meta.strip_prefix(keyword)
            && let Some((source, target)) = rest.trim().split_once(" in ")
        {
            return format!("{keyword} {} {}", source.trim(), target.trim());
        }
    }
    meta.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Values that builders print as Go does: `EXPOSE [80/tcp]`, `EXPOSE map[80/tcp:{}]`,
/// `HEALTHCHECK {Test:[CMD-SHELL true] Interval:0s …}`, `HEALTHCHECK &{["CMD-SHELL" "true"] "0s" …}`.
fn as_written(text: &str) -> String {
    let rest = |keyword: &str| text.strip_prefix(keyword).map(str::trim);
    if let Some(ports) = rest("EXPOSE ").and_then(|ports| ports.strip_prefix("map").unwrap_or(ports).strip_prefix('['))
    {
        let ports = ports.trim_end_matches(']').split_whitespace().map(|port| port.trim_end_matches(":{}"));
        return format!("EXPOSE {}", ports.collect::<Vec<_>>().join(" "));
    }
    let Some(check) = rest("HEALTHCHECK ").filter(|check| check.starts_with(['{', '&'])) else {
        return text.to_owned();
    };
    let words = check.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(words, _)| words);
    let words = words.replace("\" \"", " ").replace('"', "");
    match words.split_once(' ') {
        Some(("CMD-SHELL" | "CMD", command)) => format!("HEALTHCHECK CMD {command}"),
        _ => format!("HEALTHCHECK {words}"),
    }
}

/// Drops `|2 A=b C=d ` before the shell: build arguments, whose values may hold blanks.
fn strip_args(text: &str) -> (usize, &str) {
    let Some(rest) = text.strip_prefix('|') else { return (0, text) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let Ok(count) = rest[..digits].parse::<usize>() else { return (0, text) };
    let rest = rest[digits..].trim_start();
    for shell in SHELLS {
        if let Some(at) = rest.find(shell).filter(|&at| at == 0 || rest[..at].ends_with(' ')) {
            return (count, &rest[at..]);
        }
    }
    // An exec form follows the arguments: drop that many words.
    let mut rest = rest;
    for _ in 0..count.min(1000) {
        rest = rest.split_once(' ').map_or("", |(_, rest)| rest);
    }
    (count, rest)
}

const SHELLS: [&str; 9] = [
    "/bin/sh -c ",
    "/bin/bash -c ",
    "/bin/bash -o pipefail -c ",
    "/bin/bash -eo pipefail -c ",
    "/bin/bash -euo pipefail -c ",
    "/bin/ash -eo pipefail -c ",
    "/bin/ash -c ",
    "cmd /S /C ",
    "powershell -Command ",
];

/// The command behind a known shell, or any program called with flags that end in `-c`.
pub(super) fn strip_shell(text: &str) -> Option<&str> {
    if let Some(command) = SHELLS.iter().find_map(|shell| text.strip_prefix(shell)) {
        return Some(command);
    }
    let (program, mut rest) = text.split_once(' ')?;
    if !program.starts_with('/') || !program.ends_with("sh") {
        return None;
    }
    for _ in 0..8 {
        let (word, after) = rest.split_once(' ')?;
        if word.starts_with('-') && word.ends_with('c') && !word.starts_with("--") {
            return Some(after);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects() {
        let cases = [
            ("/bin/sh -c #(nop)  CMD [\"sh\"]", "CMD [\"sh\"]"),
            ("/bin/sh -c #(nop) ADD file:1f2e in / ", "ADD file:1f2e /"),
            ("/bin/sh -c apt-get update", "RUN apt-get update"),
            ("|2 A=b C=d e /bin/sh -c echo $A", "RUN echo $A"),
            ("RUN |1 V=1 /bin/sh -c echo $V # buildkit", "RUN echo $V"),
            ("RUN /bin/bash -o errexit -c make # buildkit", "RUN make"),
            ("COPY a b # buildkit", "COPY a b"),
            ("COPY a b", "COPY a b"),
            ("RUN [\"/bin/a\"]", "RUN [\"/bin/a\"]"),
            ("EXPOSE [80/tcp 443/tcp]", "EXPOSE 80/tcp 443/tcp"),
            ("/bin/sh -c #(nop)  EXPOSE 80", "EXPOSE 80"),
            ("EXPOSE map[80/tcp:{}]", "EXPOSE 80/tcp"),
            ("HEALTHCHECK {Test:[CMD-SHELL curl -f localhost] Interval:0s}", "HEALTHCHECK CMD curl -f localhost"),
            ("/bin/sh -c #(nop)  HEALTHCHECK &{[\"CMD-SHELL\" \"true\"] \"0s\" \"0s\"}", "HEALTHCHECK CMD true"),
            ("jib-maven-plugin:3.4", "jib-maven-plugin:3.4"),
            ("", ""),
        ];
        for (created_by, wanted) in cases {
            assert_eq!(instruction(created_by, ""), wanted, "{created_by}");
        }
        assert_eq!(dialect("COPY a b # buildkit", ""), Dialect::BuildKit);
        assert_eq!(dialect("/bin/sh -c ls", ""), Dialect::Classic);
        assert_eq!(dialect("bazel build", ""), Dialect::Other);
        assert_eq!(keyword("RUN a"), Some("RUN"));
    }
}
