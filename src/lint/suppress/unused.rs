//! `unused-suppression`: what is to be said of the comments themselves.

use std::collections::HashMap;

use super::{EXPERIMENTAL, Suppressions, Tongue, tongue};
use crate::config::{Config, ShellEngine};
use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::rules;
use crate::shell;
use crate::syntax::dockerfile::{Pragma, PragmaDialect, PragmaKind};
use crate::text::Span;

const RULE: &str = "unused-suppression";

/// The remarks about all pragmas of a file. In a fragment nobody knows what would be reported, so
/// that only what cannot be read is told.
pub(super) fn remarks(all: &Suppressions, config: &Config, fragment: bool) -> Vec<Diagnostic> {
    let Some(severity) = rules::by_name(RULE).and_then(|rule| config.severity(rule)) else { return Vec::new() };
    let mut checks = HashMap::new();
    for at in all.pragmas.iter().filter_map(|pragma| all.checked_by(pragma)) {
        *checks.entry(at).or_default() += 1;
    }
    let mut teller = Teller { all, config, fragment, severity, checks, out: Vec::new() };
    for at in 0..all.pragmas.len() {
        teller.pragma(at);
    }
    teller.out
}

struct Teller<'a> {
    all: &'a Suppressions<'a>,
    config: &'a Config,
    fragment: bool,
    severity: Severity,
    /// How many `check=` comments each instruction has.
    checks: HashMap<usize, u32>,
    out: Vec<Diagnostic>,
}

/// What is wrong with a name.
enum Fault {
    Unknown(Option<&'static str>),
    Unused,
}

type Name = (String, Span);

impl Teller<'_> {
    fn pragma(&mut self, at: usize) {
        let pragma = &self.all.pragmas[at];
        match &pragma.kind {
            PragmaKind::Malformed(why) => self.malformed(pragma, why),
            PragmaKind::Shell(_) => {}
            PragmaKind::Ignore(ignore) => {
                let hadolint = ignore.dialect == PragmaDialect::Hadolint;
                let fault = |name: &Name| self.fault(at, tongue(ignore), &name.0, hadolint);
                let faults: Vec<Option<Fault>> = ignore.names.iter().map(fault).collect();
                self.names(pragma, &ignore.names, faults, true);
            }
            PragmaKind::Check(options) => {
                let faults = options.skip.iter().map(|name| self.fault(at, Tongue::Buildkit, &name.0, false)).collect();
                self.names(pragma, &options.skip, faults, !options.error && options.experimental.is_empty());
            }
        }
    }

    fn malformed(&mut self, pragma: &Pragma, why: &str) {
        let remark = self.remark(pragma.span, "this comment silences nothing: it cannot be read".to_string());
        self.out.push(remark.primary_label(why).note("write `# cachalot: ignore=rule-name reason`"));
    }

    fn fault(&self, at: usize, tongue: Tongue, name: &str, hadolint: bool) -> Option<Fault> {
        if let Some(unknown) = unknown(name, tongue, hadolint) {
            return Some(unknown);
        }
        let unused = match self.all.reaches[at] {
            // Replaced by a build argument, or not read by BuildKit at all.
            None if self.all.pragmas[at].comment.is_none() => false,
            None => true,
            Some(reach) => !self.all.was_used(reach, tongue, name),
        };
        let for_another = hadolint && rules::reports_less_than_hadolint(name);
        (unused && !for_another && !self.fragment && self.could_be_used(name)).then_some(Fault::Unused)
    }

    /// True if the rule ran, so that its silence says something.
    fn could_be_used(&self, name: &str) -> bool {
        if EXPERIMENTAL.contains(&name) || name == RULE {
            return false;
        }
        let looked_for = self.is_looked_for(name);
        let is_on = rules::named(name).iter().any(|rule| self.config.severity(rule).is_some());
        name.eq_ignore_ascii_case("all") || is_on || looked_for
    }

    /// True for a code of ShellCheck that would be reported: the native engine does not know all.
    fn is_looked_for(&self, name: &str) -> bool {
        let code = name.get(2..).filter(|_| rules::is_shellcheck_code(name)).and_then(|code| code.parse().ok());
        let is_known = code.is_some_and(|code| match self.config.shell.value {
            ShellEngine::Native => shell::codes().binary_search(&code).is_ok(),
            ShellEngine::External => true,
            ShellEngine::Auto | ShellEngine::Off => false,
        });
        is_known && self.config.code_severity(name, Severity::Hint).is_some()
    }

    fn names(&mut self, pragma: &Pragma, names: &[Name], faults: Vec<Option<Fault>>, removable: bool) {
        let bad: Vec<usize> = (0..names.len()).filter(|&at| faults[at].is_some()).collect();
        for (at, fault) in faults.into_iter().enumerate() {
            let Some(fault) = fault else { continue };
            let (name, span) = &names[at];
            let mut remark = match &fault {
                Fault::Unknown(guess) => {
                    let remark = self.remark(*span, format!("there is no rule `{name}` to silence"));
                    match guess {
                        Some(guess) => remark.note(format!("did you mean `{guess}`?")),
                        None => remark.note("remove the name"),
                    }
                }
                Fault::Unused => self
                    .remark(*span, format!("`{name}` is silenced here but reports nothing"))
                    .note("remove it, or the next such problem stays hidden"),
            };
            // One fix per comment takes out all bad names; a misspelt one is the author's to mend.
            let misspelt = matches!(fault, Fault::Unknown(Some(_)));
            if bad.first() == Some(&at) && !misspelt {
                remark.fix = self.removal(pragma, names, &bad, removable);
            }
            self.out.push(remark);
        }
    }

    fn remark(&self, span: Span, message: String) -> Diagnostic {
        Diagnostic::new(RULE, self.severity, self.all.dockerfile.file, span, message)
    }

    fn removal(&self, pragma: &Pragma, names: &[Name], bad: &[usize], removable: bool) -> Option<Fix> {
        let kept: Vec<&str> = (0..names.len()).filter(|at| !bad.contains(at)).map(|at| names[at].0.as_str()).collect();
        if kept.is_empty() {
            let span = self.whole_line(pragma).filter(|_| removable)?;
            return Some(Fix::safe("remove the comment", vec![Edit::delete(span)]));
        }
        let list = names.first()?.1.to(names.last()?.1);
        Some(Fix::safe("remove the names that silence nothing", vec![Edit::replace(list, kept.join(","))]))
    }

    /// The pragma's line with its line end, unless taking it out would make what follows mean
    /// something else.
    fn whole_line(&self, pragma: &Pragma) -> Option<Span> {
        let source = self.all.source;
        let line = source.lines().line_of(pragma.span.start);
        let first = self.all.dockerfile.instructions.first().map_or(u32::MAX, |it| it.span.start);
        let after = source.text[source.lines().line_range(line + 1)].trim_start();
        let next_is_directive = pragma.comment.is_some() && pragma.span.start < first && looks_like_directive(after);
        (!next_is_directive && !self.has_rival(pragma)).then(|| Span::from(source.lines().line_range(line)))
    }

    /// True if another `check=` comment would take this one's place.
    fn has_rival(&self, pragma: &Pragma) -> bool {
        self.all.checked_by(pragma).is_some_and(|at| self.checks.get(&at).is_some_and(|count| *count > 1))
    }
}

fn unknown(name: &str, tongue: Tongue, hadolint: bool) -> Option<Fault> {
    let is_code = |prefix: &str| {
        name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) && name[2..].parse::<u16>().is_ok()
    };
    let known = match tongue {
        Tongue::Buildkit => name == "all" || rules::is_buildkit_name(name),
        Tongue::Shellcheck => name == "all" || is_code("SC"),
        Tongue::Any => {
            let theirs = is_code("SC") || rules::is_buildkit_name(name) || is_code("DL");
            name.eq_ignore_ascii_case("all") || theirs || !rules::named(name).is_empty()
        }
    };
    // hadolint's own pragma may name codes of later versions.
    let later = hadolint && name.len() == 6 && name.is_ascii();
    if known || later {
        return None;
    }
    let guess = match tongue {
        Tongue::Buildkit => rules::BUILDKIT_NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name)),
        Tongue::Any => rules::suggestion(name),
        Tongue::Shellcheck => None,
    };
    Some(Fault::Unknown(guess))
}

fn looks_like_directive(line: &str) -> bool {
    let Some(text) = line.strip_prefix('#') else { return false };
    let key = text.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
    text.contains('=') && ["syntax", "escape", "check"].contains(&key.as_str())
}
