use super::clean_path;
use super::expression::{self, ANYTHING, FOLDERS, NAME, NAME_CHAR};
use super::glob::{self, BadPattern, Glob};

/// One pattern of a matcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// True for `!`: brings back what earlier patterns exclude.
    pub(super) exception: bool,
    /// The cleaned path, without the `!`.
    pub(super) path: String,
    kind: Kind,
}

/// How `patternmatcher` decides; it takes a regular expression only where a comparison will not do.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Exact,
    Prefix(String),
    Suffix(String),
    /// Any of them.
    Globs(Vec<Glob>),
}

impl Pattern {
    /// Compiles `text`; `None` where it is blank.
    pub(super) fn new(text: &str) -> Result<Option<Pattern>, BadPattern> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let clean = clean_path(text);
        let exception = clean.starts_with('!');
        let path = clean.strip_prefix('!').unwrap_or(&clean).to_string();
        if path.is_empty() {
            return Err(BadPattern::Exclamation);
        }
        glob::check_syntax(&path)?;
        Ok(Some(Pattern { exception, kind: compile(&path)?, path }))
    }

    /// True if `path` itself matches, its folders aside.
    pub(super) fn matches(&self, path: &str, budget: &mut u64) -> bool {
        *budget = budget.saturating_sub(1);
        match &self.kind {
            Kind::Exact => path == self.path,
            Kind::Prefix(prefix) => path.starts_with(prefix),
            // `**/foo` holds `foo` too.
            Kind::Suffix(suffix) => path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path),
            Kind::Globs(globs) => globs.iter().any(|glob| glob.matches(path, budget)),
        }
    }

    /// The path without a last `/*` or `/**`, and whether no wildcard is left in it: such an
    /// exception can only bring back what lies below that path.
    pub(super) fn plain_prefix(&self) -> (&str, bool) {
        let path = self.path.strip_suffix("/**").unwrap_or(&self.path);
        let path = path.strip_suffix("/*").unwrap_or(path);
        (path, !path.contains(['*', '[', ']', '?', '^', '\\']))
    }
}

/// Turns a cleaned path into its matching. Each arm is one arm of `patternmatcher`'s translation.
fn compile(path: &str) -> Result<Kind, BadPattern> {
    #[derive(PartialEq)]
    enum Found {
        Exact,
        Prefix,
        Suffix,
        Expression,
    }
    let mut found = Found::Exact;
    let mut expression = String::with_capacity(path.len() + 16);
    expression.push('^');
    let mut rest = path.strip_prefix('\u{feff}').unwrap_or(path).chars().peekable();
    let mut first = true;
    while let Some(c) = rest.next() {
        match c {
            '*' if rest.next_if_eq(&'*').is_some() => {
                rest.next_if_eq(&'/');
                let last = rest.peek().is_none();
                expression.push_str(if last { ANYTHING } else { FOLDERS });
                found = match found {
                    _ if first => Found::Suffix,
                    Found::Exact if last => Found::Prefix,
                    _ => Found::Expression,
                };
            }
            '*' | '?' => {
                expression.push_str(if c == '*' { NAME } else { NAME_CHAR });
                found = Found::Expression;
            }
            // Not `|`, `{` and `}`: its table of what to escape ends before them.
            '.' | '+' | '(' | ')' | '$' => expression.extend(['\\', c]),
            '\\' => {
                expression.push(c);
                if let Some(escaped) = rest.next() {
                    expression.push(escaped);
                    found = Found::Expression;
                }
            }
            '[' | ']' => {
                expression.push(c);
                found = Found::Expression;
            }
            c => expression.push(c),
        }
        first = false;
    }
    Ok(match found {
        Found::Exact => Kind::Exact,
        Found::Prefix => Kind::Prefix(path.strip_suffix("**").unwrap_or(path).to_string()),
        Found::Suffix => Kind::Suffix(path.strip_prefix("**").unwrap_or(path).to_string()),
        Found::Expression => {
            // A lone `\` at the end of a pattern escapes this `$`, and so it does there.
            expression.push('$');
            Kind::Globs(expression::parse(&expression)?.into_iter().map(Glob::from_atoms).collect())
        }
    })
}
