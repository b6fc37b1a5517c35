use crate::syntax::dockerfile::{Body, Command, Instruction};

/// How an instruction's text is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Shell code, and the words of ENV, LABEL, ARG, COPY and the like.
    Shell,
    /// A JSON array.
    Json,
    /// Every blank of the text counts: nothing may be moved.
    Verbatim,
}

impl Quoting {
    /// How blanks in the arguments of `instruction` count.
    pub(super) fn of(instruction: &Instruction) -> Quoting {
        let command = |command: &Command| match command {
            Command::Exec { .. } => Quoting::Json,
            Command::Shell { broken_json: true, .. } => Quoting::Verbatim,
            Command::Shell { .. } => Quoting::Shell,
        };
        match &instruction.body {
            Body::Run(it) | Body::Cmd(it) | Body::Entrypoint(it) | Body::Shell(it) => command(it),
            Body::Healthcheck(it) => it.as_ref().map_or(Quoting::Shell, command),
            Body::Onbuild(inner) => Quoting::of(inner),
            Body::Copy(it) | Body::Add(it) if it.json => Quoting::Json,
            Body::Volume(_) if instruction.args_text().trim_start().starts_with('[') => Quoting::Json,
            Body::Env(pairs) | Body::Label(pairs) if pairs.iter().any(|pair| pair.legacy) => Quoting::Verbatim,
            Body::Workdir(_) | Body::User(_) | Body::Stopsignal(_) | Body::Maintainer(_) => Quoting::Verbatim,
            Body::Unknown(_) => Quoting::Verbatim,
            _ => Quoting::Shell,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Single,
    Double,
    Backquote,
    /// `$(` or `(`, in which quotes begin anew.
    Paren,
}

/// For each of `offsets` (sorted), whether a quote is open there. Where quotes do not match, all
/// that follows counts as quoted.
pub(super) fn quoted_at(text: &str, quoting: Quoting, offsets: &[usize]) -> Vec<bool> {
    if quoting == Quoting::Verbatim {
        return vec![true; offsets.len()];
    }
    let mut found = Vec::with_capacity(offsets.len());
    let mut open: Vec<Inside> = Vec::new();
    let mut quotes = 0usize;
    let bytes = text.as_bytes();
    let mut at = 0;
    while found.len() < offsets.len() {
        while offsets.get(found.len()).is_some_and(|offset| *offset <= at) {
            found.push(quotes > 0);
        }
        let Some(&byte) = bytes.get(at) else { break };
        at += 1;
        let top = open.last().copied();
        if byte == b'\\' && top != Some(Inside::Single) {
            at += 1;
            continue;
        }
        let closes = match top {
            Some(Inside::Single) => byte == b'\'',
            Some(Inside::Double) => byte == b'"',
            Some(Inside::Backquote) => byte == b'`',
            Some(Inside::Paren) => byte == b')',
            None => false,
        };
        if closes {
            quotes -= usize::from(top != Some(Inside::Paren));
            open.pop();
            continue;
        }
        let opens = match (byte, top) {
            (_, Some(Inside::Single)) => None,
            (b'"', _) => Some(Inside::Double),
            _ if quoting == Quoting::Json => None,
            (b'(', Some(Inside::Double)) => bytes[..at - 1].ends_with(b"$").then_some(Inside::Paren),
            (b'(', _) => Some(Inside::Paren),
            (b'\'', Some(Inside::Double)) => None,
            (b'\'', _) => Some(Inside::Single),
            (b'`', _) => Some(Inside::Backquote),
            _ => None,
        };
        if let Some(inside) = opens {
            quotes += usize::from(inside != Inside::Paren);
            open.push(inside);
        }
    }
    found.resize(offsets.len(), quotes > 0);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str, part: &str) -> bool {
        let at = text.find(part).expect("the part is in the text");
        quoted_at(text, Quoting::Shell, &[at])[0]
    }

    #[test]
    fn quotes_nest_in_substitutions() {
        assert!(quoted(r#"echo "a X""#, "X"));
        assert!(!quoted(r#"echo "a" X"#, "X"));
        assert!(quoted(r#"echo "$(cat "f" X)""#, "X"));
        assert!(!quoted(r#"echo "$(cat "f")" X"#, "X"));
        assert!(!quoted(r#"echo $(cat "f" X)"#, "X"));
        assert!(quoted(r#"echo it's X"#, "X"));
        assert!(!quoted(r#"echo it\'s X"#, "X"));
        assert!(quoted("echo `cat X`", "X"));
    }
}
