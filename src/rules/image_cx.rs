use crate::diagnostic::{Diagnostic, Severity};
use crate::image::analysis::Files;
use crate::image::base::Base;
use crate::image::stale::own_start;
use crate::image::{Entry, Image, PathId, Step};
use crate::model::docs::Docs;
use crate::text::{FileId, Source, Span};

use super::cx::Report;
use super::{Rule, RuleOptions};

/// What the rules about a built image judge.
#[derive(Clone, Copy)]
pub struct ImageSubject<'a> {
    /// The image.
    pub image: &'a Image,
    /// Its files; `None` where the layers were not read.
    pub files: Option<&'a Files>,
    /// The lowest layer that counts: those below are the base image's.
    pub first_own: usize,
    /// The documents beside its Dockerfile, where one was named.
    pub docs: Option<&'a Docs>,
}

/// What a rule about a built image reads, and where it reports: in the image's history, written as
/// a Dockerfile with one line for each step.
pub struct ImageCx<'a> {
    /// The image.
    pub image: &'a Image,
    /// Its files; `None` where the layers were not read.
    pub files: Option<&'a Files>,
    /// The documents beside its Dockerfile, where one was named.
    pub docs: Option<&'a Docs>,
    /// The rule's options.
    pub options: &'a RuleOptions,
    steps: &'a [Step],
    spans: &'a [Span],
    file: FileId,
    first_own: usize,
    rule: &'static Rule,
    severity: Severity,
    out: Vec<Diagnostic>,
}

/// An image as a text that diagnostics can point into.
pub struct ImageText {
    /// One line for each step of the history.
    pub source: Source,
    /// The lines, in the order of the steps.
    pub spans: Vec<Span>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl ImageText {
    /// Writes an image's history down.
    pub fn new(image: &Image) -> ImageText {
        let steps = image.steps();
        let mut text = String::new();
        let mut spans = Vec::new();
        for step in &steps {
            let start = text.len() as u32;
            text.extend(image.instruction(*step).chars().map(|letter| if letter.is_control() { ' ' } else { letter }));
            spans.push(Span::new(start, text.len() as u32));
            text.push('\n');
        }
        if steps.is_empty() {
            text.push('\n');
        }
        ImageText { source: Source::new(image.name.clone(), text), spans, steps }
    }
}

impl<'a> ImageCx<'a> {
    /// A context for one run of one rule.
    pub fn new(
        rule: &'static Rule,
        severity: Severity,
        options: &'a RuleOptions,
        file: FileId,
        text: &'a ImageText,
        subject: &ImageSubject<'a>,
    ) -> ImageCx<'a> {
        let ImageSubject { image, files, first_own, docs } = *subject;
        let (steps, spans) = (&text.steps, &text.spans);
        ImageCx { image, files, docs, options, steps, spans, file, first_own, rule, severity, out: Vec::new() }
    }

    /// What the rule reported.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.out
    }

    /// The layers that one answers for: those above the base image.
    pub fn own_layers(&self) -> std::ops::Range<usize> {
        self.first_own.min(self.image.layers.len())..self.image.layers.len()
    }

    /// Paths of the final file system that one's own layers put there, with the layer, by name;
    /// `wanted` sees the last component. A folder that no layer lists has no entry.
    pub fn own_live(&self, wanted: impl Fn(&[u8], Option<&Entry>) -> bool) -> Vec<(PathId, usize)> {
        let Some(files) = self.files else { return Vec::new() };
        let own = files.stacked.live.iter().filter(|live| live.layer as usize >= self.first_own);
        let paths = &files.trees.paths;
        let found = own.filter(|live| wanted(paths.name(live.path), files.entry(live).as_ref()));
        let mut found: Vec<(PathId, usize)> = found.map(|live| (live.path, live.layer as usize)).collect();
        found.sort_by(|a, b| paths.compare(a.0, b.0));
        found
    }

    /// The text of one of the few files whose contents are known, if one's own layers put it there.
    pub fn own_text(&self, path: &str) -> Option<String> {
        self.layer_of(path).filter(|layer| *layer >= self.first_own)?;
        Some(String::from_utf8_lossy(self.files?.contents(path)?).into_owned())
    }

    /// A path with a leading slash.
    pub fn path(&self, path: PathId) -> String {
        self.files.map_or(String::new(), |files| files.trees.paths.display(path))
    }

    /// The last step whose instruction is wanted.
    pub fn step_with(&self, wanted: impl Fn(&str) -> bool) -> Option<usize> {
        self.steps.iter().rposition(|step| wanted(&self.image.instruction(*step)))
    }

    /// True for a step of the base image.
    pub fn is_base_step(&self, step: usize) -> bool {
        step < own_start(self.image, self.first_own)
    }

    /// The history's entries that are one's own: the step and its text as the builder wrote it.
    pub fn own_history(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let (image, start) = (self.image, own_start(self.image, self.first_own));
        let steps = self.steps.iter().enumerate().skip(start);
        steps.filter_map(|(at, step)| Some((at, &image.config.history.get(step.history?)?.created_by[..])))
    }

    /// Reports at the step that made a layer.
    pub fn report_layer(&mut self, layer: usize, message: impl Into<String>) -> Report<'_> {
        let step = self.steps.iter().position(|step| step.layer == Some(layer));
        self.report_step(step, message)
    }

    /// Reports at the step that put a path into the final file system.
    pub fn report_path(&mut self, path: &str, message: impl Into<String>) -> Report<'_> {
        let step = self.layer_of(path).and_then(|layer| self.steps.iter().position(|step| step.layer == Some(layer)));
        self.report_step(step, message)
    }

    /// Reports at a step; without one, at the last.
    pub fn report_step(&mut self, step: Option<usize>, message: impl Into<String>) -> Report<'_> {
        let span = step.and_then(|step| self.spans.get(step)).or(self.spans.last());
        let span = span.copied().unwrap_or(Span::at(0));
        self.out.push(Diagnostic::new(self.rule.name, self.severity, self.file, span, message));
        Report::new(self.out.last_mut().expect("a diagnostic was just pushed"))
    }

    fn layer_of(&self, path: &str) -> Option<usize> {
        let files = self.files?;
        let id = files.trees.paths.find(path.as_bytes())?;
        Some(files.live(id)?.layer as usize)
    }
}

/// The lowest layer that rules look at: base images are somebody else's.
pub fn first_own(base: &Base, include_base: bool) -> usize {
    if include_base { 0 } else { base.border() }
}
