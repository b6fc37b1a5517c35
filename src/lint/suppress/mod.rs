//! Comments that silence rules, and what is said of those that silence nothing.

mod place;
mod unused;

use std::collections::HashMap;

use crate::config::{Config, Origin};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{self, Rule};
use crate::syntax::dockerfile::{
    CheckOptions, Dockerfile, Ignore, Pragma, PragmaDialect, PragmaKind, PragmaScope, check_options, pragmas,
};
use crate::text::{Source, Span};

use place::Places;

/// Checks of BuildKit that a comment above an instruction cannot silence: they look at the file as
/// a whole, and BuildKit asks only the directive at the top.
const NOT_BY_COMMENT: [&str; 7] = [
    "NoEmptyContinuation",
    "ConsistentInstructionCasing",
    "DuplicateStageName",
    "ReservedStageName",
    "InvalidBaseImagePlatform",
    "InvalidDefaultArgInFrom",
    "InvalidDefinitionDescription",
];
/// The check for which BuildKit asks the comment above the later of two instructions, although it
/// reports the earlier one.
const BY_LATER: &str = "overridden-instruction";
/// Checks that are off until `experimental=` asks for them, and that `skip=` then cannot silence.
const EXPERIMENTAL: [&str; 1] = ["InvalidDefinitionDescription"];

/// How far a name in a comment reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Reach {
    File,
    Stage(usize),
    Instruction(usize),
    /// A physical line, from 1, inside a continuation.
    Line(u32),
}

/// Which kind of name it is: ours, or one of BuildKit's or ShellCheck's, to which only their checks
/// answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Tongue {
    Any,
    Buildkit,
    Shellcheck,
}

/// The tongue in which a list of names is written.
fn tongue(ignore: &Ignore) -> Tongue {
    if ignore.dialect == PragmaDialect::Shellcheck { Tongue::Shellcheck } else { Tongue::Any }
}

/// What is known of a name within a reach.
#[derive(Debug)]
struct Slot {
    /// Diagnostics before this offset are not covered.
    from: u32,
    used: bool,
}

/// All pragmas of a file, ready to be asked.
pub(super) struct Suppressions<'a> {
    source: &'a Source,
    dockerfile: &'a Dockerfile,
    places: Places,
    pragmas: Vec<Pragma>,
    /// The reach of each pragma, as far as it has one.
    reaches: Vec<Option<Reach>>,
    slots: HashMap<(Reach, Tongue), HashMap<String, Slot>>,
    /// `BUILDKIT_DOCKERFILE_CHECK` takes the directive's place.
    replaced: Option<CheckOptions>,
    error: bool,
    experimental_everywhere: Vec<String>,
    experimental_at: HashMap<usize, Vec<String>>,
}

impl<'a> Suppressions<'a> {
    /// Reads the comments of a Dockerfile.
    pub(super) fn new(dockerfile: &'a Dockerfile, source: &'a Source, config: &Config) -> Suppressions<'a> {
        let mut pragmas = pragmas(dockerfile, &source.text);
        pragmas.retain(|pragma| !(config.no_hadolint_comments && is_hadolint(pragma)));
        let replaced = config.build_args().find(|(name, _)| *name == "BUILDKIT_DOCKERFILE_CHECK");
        let mut all = Suppressions {
            source,
            dockerfile,
            places: Places::new(dockerfile, source),
            reaches: Vec::with_capacity(pragmas.len()),
            pragmas: Vec::new(),
            slots: HashMap::new(),
            replaced: replaced.and_then(|(_, value)| check_options(value)),
            error: false,
            experimental_everywhere: Vec::new(),
            experimental_at: HashMap::new(),
        };
        for pragma in &pragmas {
            let reach = all.enter(pragma);
            all.reaches.push(reach);
        }
        if let Some(options) = all.replaced.take() {
            all.enter_directive(&options);
        }
        all.pragmas = pragmas;
        all
    }

    /// Notes what a pragma silences and returns how far it reaches.
    fn enter(&mut self, pragma: &Pragma) -> Option<Reach> {
        match &pragma.kind {
            PragmaKind::Ignore(ignore) => {
                let reach = self.places.reach(ignore.scope, pragma)?;
                self.enter_names(reach, tongue(ignore), &ignore.names, pragma.span.start);
                Some(reach)
            }
            PragmaKind::Check(options) => match pragma.comment {
                None if self.replaced.is_some() => None,
                None => {
                    self.enter_directive(options);
                    Some(Reach::File)
                }
                Some(comment) => {
                    let instruction = self.places.checked_by(self.dockerfile, comment)?;
                    // Only the first of an instruction's `check=` comments counts.
                    let reach = Reach::Instruction(instruction);
                    if self.slots.contains_key(&(reach, Tongue::Buildkit)) {
                        return None;
                    }
                    self.enter_names(reach, Tongue::Buildkit, &options.skip, 0);
                    let names = options.experimental.iter().map(|(name, _)| name.clone());
                    self.experimental_at.entry(instruction).or_default().extend(names);
                    Some(reach)
                }
            },
            PragmaKind::Shell(_) | PragmaKind::Malformed(_) => None,
        }
    }

    fn enter_directive(&mut self, options: &CheckOptions) {
        self.enter_names(Reach::File, Tongue::Buildkit, &options.skip, 0);
        self.error |= options.error;
        self.experimental_everywhere.extend(options.experimental.iter().map(|(name, _)| name.clone()));
    }

    fn enter_names(&mut self, reach: Reach, tongue: Tongue, names: &[(String, Span)], from: u32) {
        let from = if matches!(reach, Reach::Stage(_)) && !self.places.covers_whole(reach, from) { from } else { 0 };
        let slots = self.slots.entry((reach, tongue)).or_default();
        for (name, _) in names {
            let slot = slots.entry(key(name, tongue)).or_insert(Slot { from, used: false });
            slot.from = slot.from.min(from);
        }
    }

    /// True if no comment silences or asks for anything.
    pub(super) fn is_empty(&self) -> bool {
        self.pragmas.is_empty() && self.slots.is_empty()
    }

    /// The severity at which a rule that is off runs because a comment asks for it.
    pub(super) fn switched_on(&self, rule: &Rule, config: &Config) -> Option<Severity> {
        let name = rule.buildkit_name().filter(|name| EXPERIMENTAL.contains(name))?;
        let untouched = matches!(config.severity_origin(rule), Origin::Default | Origin::Preset(_));
        let asked = asks_for(&self.experimental_everywhere, name)
            || self.experimental_at.values().any(|names| asks_for(names, name));
        (untouched && asked).then_some(rule.severity)
    }

    /// Takes out what is silenced, raises what BuildKit would fail on, and adds what is to be said
    /// of the comments themselves.
    pub(super) fn apply(mut self, found: &mut Vec<Diagnostic>, config: &Config, fragment: bool) {
        found.retain(|diagnostic| !self.is_silenced(diagnostic, config));
        if self.error {
            for diagnostic in found.iter_mut() {
                if rules::by_name(diagnostic.rule).is_some_and(|rule| rule.buildkit_name().is_some()) {
                    diagnostic.severity = Severity::Error;
                }
            }
        }
        let mut remarks = unused::remarks(&self, config, fragment);
        remarks.retain(|diagnostic| !self.is_silenced(diagnostic, config));
        found.append(&mut remarks);
    }

    fn is_silenced(&mut self, diagnostic: &Diagnostic, config: &Config) -> bool {
        let offset = diagnostic.primary.span.start;
        let rule = rules::by_name(diagnostic.rule);
        let instruction = self.places.instruction_at(offset);
        let is_off = |rule: &&Rule| config.severity(rule).is_none() && !self.is_experiment_at(rule, instruction);
        if rule.filter(is_off).is_some() {
            return true;
        }
        let stage = instruction.map(|at| Reach::Stage(self.places.stage_of(at)));
        let line = Reach::Line(self.source.line(offset));
        let reaches = [Some(Reach::File), stage, instruction.map(Reach::Instruction), Some(line)];
        let mut silenced = false;
        let later = diagnostic.secondary.first().filter(|_| diagnostic.rule == BY_LATER);
        let later = later.and_then(|label| self.places.instruction_at(label.span.start)).map(Reach::Instruction);
        for reach in reaches.into_iter().flatten() {
            for tongue in [Tongue::Any, Tongue::Buildkit, Tongue::Shellcheck] {
                let asked = match (reach, tongue, later) {
                    (Reach::Instruction(_), Tongue::Buildkit, Some(later)) => later,
                    _ => reach,
                };
                silenced |= self.take(asked, tongue, diagnostic.rule, rule, offset);
            }
        }
        silenced
    }

    /// True for a rule that is on only because of `experimental=`, at a place where it was asked for.
    fn is_experiment_at(&self, rule: &Rule, instruction: Option<usize>) -> bool {
        let Some(name) = rule.buildkit_name() else { return false };
        let here = instruction.and_then(|at| self.experimental_at.get(&at));
        asks_for(&self.experimental_everywhere, name) || here.is_some_and(|names| asks_for(names, name))
    }

    fn take(&mut self, reach: Reach, tongue: Tongue, name: &str, rule: Option<&Rule>, offset: u32) -> bool {
        let Some(slots) = self.slots.get_mut(&(reach, tongue)) else { return false };
        let mut taken = false;
        let aliases = rule.map_or(&[][..], |rule| rule.aliases);
        let names = match tongue {
            Tongue::Any => [name, "all"].into_iter().chain(aliases.iter().copied()).collect::<Vec<_>>(),
            Tongue::Shellcheck if rules::is_shellcheck_code(name) => vec![name, "all"],
            Tongue::Shellcheck => Vec::new(),
            Tongue::Buildkit => {
                let by_comment = matches!(reach, Reach::Instruction(_));
                let reachable =
                    |name: &&str| !(EXPERIMENTAL.contains(name) || by_comment && NOT_BY_COMMENT.contains(name));
                let own = aliases.iter().copied().filter(|name| rules::is_buildkit_name(name)).find(reachable);
                own.into_iter().flat_map(|name| [name, "all"]).collect()
            }
        };
        for name in names {
            if let Some(slot) = slots.get_mut(&key(name, tongue)).filter(|slot| slot.from <= offset) {
                slot.used = true;
                taken = true;
            }
        }
        taken
    }

    /// The instruction for which BuildKit reads a pragma, if it is a `check=` comment.
    fn checked_by(&self, pragma: &Pragma) -> Option<usize> {
        let is_check = matches!(pragma.kind, PragmaKind::Check(_));
        pragma.comment.filter(|_| is_check).and_then(|at| self.places.checked_by(self.dockerfile, at))
    }

    /// True if the name in a pragma of that reach silenced something.
    fn was_used(&self, reach: Reach, tongue: Tongue, name: &str) -> bool {
        self.slots.get(&(reach, tongue)).and_then(|slots| slots.get(&key(name, tongue))).is_some_and(|slot| slot.used)
    }
}

/// Our names are compared whatever their case, BuildKit's exactly.
fn key(name: &str, tongue: Tongue) -> String {
    match tongue {
        Tongue::Any | Tongue::Shellcheck => name.to_ascii_lowercase(),
        Tongue::Buildkit => name.to_string(),
    }
}

fn asks_for(names: &[String], wanted: &str) -> bool {
    names.iter().any(|name| name == wanted || name == "all")
}

fn is_hadolint(pragma: &Pragma) -> bool {
    matches!(&pragma.kind, PragmaKind::Ignore(Ignore { dialect: PragmaDialect::Hadolint, .. }))
}

impl Places {
    fn reach(&self, scope: PragmaScope, pragma: &Pragma) -> Option<Reach> {
        let comment = pragma.comment?;
        match scope {
            PragmaScope::File => Some(Reach::File),
            PragmaScope::Stage => Some(Reach::Stage(self.stage_from(pragma.span.start))),
            PragmaScope::Next => self.next(comment, pragma.span.start),
        }
    }
}

#[cfg(test)]
mod tests;
