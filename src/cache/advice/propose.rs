use crate::diagnostic::{Diagnostic, Fix, Severity, apply};
use crate::model::{BuildOptions, Context, Model};
use crate::syntax::dockerfile::parse;
use crate::text::{FileId, Span};

use super::super::replay::Track;
use super::measure::Measured;
use super::{Draft, Question, broad, ignore, link, mounts, order, variables};

/// What kind of change advice proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Manifests, install, then everything else.
    ManifestsFirst,
    /// Variables that change below the steps that do not use them.
    VariablesLater,
    /// Files that the build never needs, in the ignore file.
    Ignore,
    /// A bind mount of what is read instead of everything.
    NarrowMount,
    /// A copy of the one folder that is worked in instead of everything.
    NarrowCopy,
    /// `COPY --link`.
    Link,
    /// A cache mount for what still runs.
    CacheMount,
}

impl Kind {
    /// The word in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Kind::ManifestsFirst => "manifests-first",
            Kind::VariablesLater => "variables-later",
            Kind::Ignore => "ignore",
            Kind::NarrowMount => "narrow-mount",
            Kind::NarrowCopy => "narrow-copy",
            Kind::Link => "link",
            Kind::CacheMount => "cache-mount",
        }
    }
}

/// A change that may help.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What kind.
    pub kind: Kind,
    /// What to do, as an imperative.
    pub title: String,
    /// The edits of the Dockerfile, if there are any.
    pub fix: Option<Fix>,
    /// Lines for the ignore file.
    pub ignore: Vec<String>,
    /// Lines of the steps that it is for.
    pub about: Vec<u32>,
    /// What to think of before taking it.
    pub cautions: Vec<String>,
}

impl Proposal {
    pub(super) fn of_fix(kind: Kind, fix: Fix, about: Vec<u32>) -> Proposal {
        Proposal { kind, title: fix.title.clone(), fix: Some(fix), ignore: Vec::new(), about, cautions: Vec::new() }
    }
}

/// What proposals are made from.
pub(super) struct Cx<'a, 'd> {
    pub(super) model: &'a Model<'d>,
    pub(super) text: &'a str,
    pub(super) context: &'a Context<'a>,
    pub(super) now: &'a Measured,
    pub(super) question: &'a Question<'a>,
}

impl Cx<'_, '_> {
    /// True if the step at this line did not always hit.
    pub(super) fn misses_at(&self, line: u32) -> bool {
        let here = self.now.tracks.iter().filter(|track| track.place.line == line);
        here.into_iter().any(|track| track.fates.iter().any(|fate| *fate != super::super::replay::Fate::Hit))
    }

    /// True if the step at this line often ran for no other reason than a step above it.
    pub(super) fn inherits_at(&self, line: u32) -> bool {
        let often = |track: &&Track| track.inherited > 1 && track.inherited * 10 >= track.fates.len();
        self.now.tracks.iter().filter(|track| track.place.line == line).any(|track| often(&track))
    }
}

/// Everything that may make the draft better, what is understood best first.
pub(super) fn proposals(question: &Question, draft: &Draft, now: &Measured) -> Vec<Proposal> {
    with(question, draft, now, |cx| {
        let mut found = order::proposals(cx);
        found.extend(variables::proposals(cx));
        found.extend(mounts::narrow(cx));
        found.extend(broad::proposals(cx));
        found.extend(ignore::proposals(cx, &draft.ignore));
        found.extend(link::proposals(cx));
        found
    })
}

/// Calls with the draft's model and context.
pub(super) fn with<T>(question: &Question, draft: &Draft, now: &Measured, then: impl FnOnce(&Cx) -> T) -> T {
    let (dockerfile, _) = parse(FileId(0), &draft.text);
    let given = question.request.build_args().map(|(name, value)| (name.to_string(), value.to_string()));
    let options = BuildOptions {
        target: question.request.option("target").map(str::to_string),
        build_args: given.collect(),
        platform: question.request.option("platform").map(str::to_string),
        ..BuildOptions::default()
    };
    let model = Model::new(&dockerfile, &draft.text, options);
    let context = Context::new(question.files, question.dockerfile);
    then(&Cx { model: &model, text: &draft.text, context: &context, now, question })
}

/// The text with a fix in it; `None` where its edits do not fit.
pub(super) fn applied(text: &str, fix: &Fix) -> Option<String> {
    let mut carrier = Diagnostic::new("cache-advice", Severity::Info, FileId(0), Span::default(), String::new());
    carrier.fix = Some(fix.clone());
    let applied = apply(text, &[&carrier]);
    (!applied.fixed.is_empty()).then_some(applied.text)
}
