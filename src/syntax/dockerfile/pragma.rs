//! Comments that speak to a linter: `# cachalot: …`, `# hadolint …`, `# shellcheck …`, `# check=…`.
//!
//! Only what the comment says is read here; what it covers is decided by whoever applies it.

use super::{Comment, Dockerfile};
use crate::text::Span;

/// How many names of one comment are read; more than all rules there are.
const MAX_NAMES: usize = 1000;

/// A comment that speaks to a linter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pragma {
    /// Index into [`Dockerfile::comments`]; `None` for a `# check=` directive at the top.
    pub comment: Option<usize>,
    /// From `#` to the end of the line.
    pub span: Span,
    /// What it says.
    pub kind: PragmaKind,
}

/// What a comment asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PragmaKind {
    /// Silences rules.
    Ignore(Ignore),
    /// `# hadolint shell=/bin/bash`: the shell that RUN uses from here on, or, before the first
    /// FROM, in every stage.
    Shell(String),
    /// `# check=…`.
    Check(CheckOptions),
    /// Meant as one of these, but not understood: why.
    Malformed(String),
}

/// A list of rules to silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// Who it is written for.
    pub dialect: PragmaDialect,
    /// Where it applies.
    pub scope: PragmaScope,
    /// The names as written, with their places; `all` stands for every rule.
    pub names: Vec<(String, Span)>,
}

/// Whose words a comment uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum PragmaDialect {
    Cachalot,
    Hadolint,
    /// `# shellcheck disable=SC2086`, which silences ShellCheck's codes only.
    Shellcheck,
}

/// How far a comment reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PragmaScope {
    /// The next instruction, or inside a continuation the next line.
    Next,
    /// The stage that begins next, or the rest of the one it stands in.
    Stage,
    /// The whole file.
    File,
}

/// The options of `check=`, as BuildKit reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// Names after `skip=` with their places; `all` is everything.
    pub skip: Vec<(String, Span)>,
    /// Names after `experimental=`.
    pub experimental: Vec<(String, Span)>,
    /// `error=`.
    pub error: bool,
}

/// The shell that a comment `# hadolint shell=…` names.
pub fn shell_pragma(comment: &Comment) -> Option<String> {
    match read(comment, comment.text.as_str(), 0) {
        Some(PragmaKind::Shell(shell)) => Some(shell),
        _ => None,
    }
}

/// The options of a `check=` value that stands in no file, such as a build argument's.
pub fn check_options(value: &str) -> Option<CheckOptions> {
    check(value, 0).ok()
}

/// All pragmas of a file, whose text is `text`, in the order of their place.
pub fn pragmas(dockerfile: &Dockerfile, text: &str) -> Vec<Pragma> {
    let directives = dockerfile.directives.iter().filter(|directive| directive.key == "check").map(|directive| {
        let kind =
            check(&directive.value, directive.value_span.start).map_or_else(PragmaKind::Malformed, PragmaKind::Check);
        Pragma { comment: None, span: directive.span, kind }
    });
    let comments = dockerfile.comments.iter().enumerate().filter_map(|(at, comment)| {
        let line = comment.span.slice(text);
        let words = line.trim_start_matches('#').trim();
        let start = comment.span.start + (words.as_ptr() as usize - line.as_ptr() as usize) as u32;
        let kind = read(comment, words, start)?;
        Some(Pragma { comment: Some(at), span: comment.span, kind })
    });
    let mut found: Vec<Pragma> = directives.chain(comments).collect();
    found.sort_by_key(|pragma| pragma.span);
    found
}

fn read(comment: &Comment, text: &str, start: u32) -> Option<PragmaKind> {
    let words = Words { text, start };
    if let Some(rest) = strip_word(text, "cachalot:") {
        return Some(words.cachalot(rest));
    }
    if let Some(rest) = strip_word(text, "hadolint").filter(|rest| rest.starts_with([' ', '\t'])) {
        return words.hadolint(rest);
    }
    if let Some(rest) = strip_word(text, "shellcheck").filter(|rest| rest.starts_with([' ', '\t'])) {
        return words.shellcheck(rest);
    }
    let value = strip_word(text, "check")?.trim_start().strip_prefix('=')?.trim_start();
    let options = check(value, words.offset(value));
    if comment.indented {
        let why = "BuildKit reads `check=` only in comments that begin in the first column";
        return options.is_ok().then(|| PragmaKind::Malformed(why.to_string()));
    }
    // BuildKit passes silently over options that it does not understand here.
    (!value.is_empty()).then(|| PragmaKind::Check(options.unwrap_or_default()))
}

fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// The text of a comment that still knows where it stands.
struct Words<'c> {
    text: &'c str,
    start: u32,
}

impl<'c> Words<'c> {
    /// The place in the file of a part of the text.
    fn offset(&self, part: &str) -> u32 {
        let at = part.as_ptr() as usize - self.text.as_ptr() as usize;
        self.start + at as u32
    }

    fn cachalot(&self, rest: &'c str) -> PragmaKind {
        let rest = rest.trim_start();
        let key_end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(key_end);
        let scope = match key {
            "ignore" => PragmaScope::Next,
            "file-ignore" => PragmaScope::File,
            "stage-ignore" => PragmaScope::Stage,
            _ => return PragmaKind::Malformed(format!("`{key}` is not `ignore`, `stage-ignore` or `file-ignore`")),
        };
        self.ignore(PragmaDialect::Cachalot, scope, after)
    }

    fn hadolint(&self, rest: &'c str) -> Option<PragmaKind> {
        let rest = rest.trim_start();
        let (scope, rest) = if let Some(rest) = rest.strip_prefix("global ") {
            (PragmaScope::File, rest.trim_start())
        } else if let Some(rest) = rest.strip_prefix("stage ") {
            (PragmaScope::Stage, rest.trim_start())
        } else {
            (PragmaScope::Next, rest)
        };
        if let Some(value) = rest.strip_prefix("shell").map(str::trim_start).and_then(|rest| rest.strip_prefix('=')) {
            let shell = value.split_whitespace().next();
            return Some(match shell {
                Some(shell) => PragmaKind::Shell(shell.to_string()),
                None => PragmaKind::Malformed("no shell after `shell=`".to_string()),
            });
        }
        if let Some(after) = rest.strip_prefix("ignore") {
            return Some(self.ignore(PragmaDialect::Hadolint, scope, after));
        }
        // Prose about hadolint is prose; only what looks like `key=value` was meant for it.
        let key = rest.split(|c: char| c == '=' || c.is_whitespace()).next().unwrap_or_default();
        let assigns = rest[key.len()..].trim_start().starts_with('=');
        assigns.then(|| {
            PragmaKind::Malformed(format!("`{key}` is not `ignore`, `global ignore`, `stage ignore` or `shell`"))
        })
    }

    /// Only `disable=` speaks of what is reported; other keys are ShellCheck's own affair.
    fn shellcheck(&self, rest: &'c str) -> Option<PragmaKind> {
        let mut pairs = rest.split_ascii_whitespace();
        let list = pairs.find_map(|pair| pair.strip_prefix("disable="))?;
        let names = self.names(list);
        let ignore = Ignore { dialect: PragmaDialect::Shellcheck, scope: PragmaScope::Next, names };
        Some(match ignore.names.is_empty() {
            true => PragmaKind::Malformed("no code is named after `disable=`".to_string()),
            false => PragmaKind::Ignore(ignore),
        })
    }

    /// `=name,name reason`.
    fn ignore(&self, dialect: PragmaDialect, scope: PragmaScope, after: &'c str) -> PragmaKind {
        let Some(list) = after.trim_start().strip_prefix('=') else {
            return PragmaKind::Malformed("`=` and the rules' names must follow `ignore`".to_string());
        };
        let names = self.names(list.trim_start());
        if names.is_empty() {
            return PragmaKind::Malformed("no rule is named after `ignore=`".to_string());
        }
        PragmaKind::Ignore(Ignore { dialect, scope, names })
    }

    /// Names with commas between them; blanks around a comma are allowed. What follows is prose.
    fn names(&self, list: &'c str) -> Vec<(String, Span)> {
        let mut names = Vec::new();
        let mut rest = list;
        loop {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
            if end == 0 || names.len() >= MAX_NAMES {
                return names;
            }
            let start = self.offset(rest);
            names.push((rest[..end].to_string(), Span::new(start, start + end as u32)));
            match rest[end..].trim_start().strip_prefix(',') {
                Some(after) => rest = after.trim_start(),
                None => return names,
            }
        }
    }
}

/// Reads `skip=A,B;error=true;experimental=C`, cut at the first blank.
fn check(value: &str, start: u32) -> Result<CheckOptions, String> {
    let value = value.split(' ').next().unwrap_or_default();
    let mut options = CheckOptions::default();
    let mut at = start;
    for part in value.splitn(3, ';') {
        let Some((key, list)) = part.split_once('=') else { return Err(format!("invalid check option \"{part}\"")) };
        let list_at = at + key.len() as u32 + 1;
        match key {
            "skip" => options.skip = split_names(list, list_at),
            "experimental" => options.experimental = split_names(list, list_at),
            "error" => options.error = parse_bool(list).ok_or_else(|| format!("invalid check option \"{part}\""))?,
            _ => return Err(format!("invalid check option \"{key}\"")),
        }
        at += part.len() as u32 + 1;
    }
    Ok(options)
}

fn split_names(list: &str, start: u32) -> Vec<(String, Span)> {
    let mut at = start;
    let mut names = Vec::new();
    for name in list.split(',').take(MAX_NAMES) {
        let trimmed = name.trim();
        if !trimmed.is_empty() {
            let from = at + (name.len() - name.trim_start().len()) as u32;
            names.push((trimmed.to_string(), Span::new(from, from + trimmed.len() as u32)));
        }
        at += name.len() as u32 + 1;
    }
    names
}

/// Go's `strconv.ParseBool`.
fn parse_bool(word: &str) -> Option<bool> {
    match word {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}
