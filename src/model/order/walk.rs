//! Walks the stages in the order in which their steps run.

use std::collections::{BTreeMap, BTreeSet};

use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

use super::super::tools::{Ecosystem, Flag};
use super::super::{Base, Context, Dependency, DependencyKind, DependencyTarget, Model, Stage, Step};
use super::brought::{self, Source};
use super::install::{Class, Install, installs};
use super::needs::Needs;
use super::taint::{self, Taint};
use super::{Culprit, LateInstall, Origin, Reach, Scripts, Sufferer, judge, names};

/// Copies that one chain of stages keeps in mind, and judgements that one file may cost: what a
/// person writes stays far below.
const COPIES: usize = 48;
const JUDGEMENTS: usize = 4_000;
const STAGES: usize = 500;
const INSTALLS: usize = 100;

/// Ecosystems whose builds download what is missing, and have a step that does only that.
const FETCHING_BUILDS: &[Ecosystem] = &[
    Ecosystem::Go,
    Ecosystem::Rust,
    Ecosystem::Jvm,
    Ecosystem::DotNet,
    Ecosystem::Swift,
    Ecosystem::Haskell,
    Ecosystem::Dart,
];

pub(super) fn walk<'m, 'd>(model: &'m Model<'d>, context: Option<&Context>) -> Vec<LateInstall<'m, 'd>> {
    let context = context.filter(|context| is_the_one(model, context));
    let mut walk = Walk {
        model,
        context,
        inputs: Vec::new(),
        ends: Vec::new(),
        taints: Vec::new(),
        hits: Vec::new(),
        judged: 0,
        copied_from: copied_from(model),
    };
    for stage in model.stages.iter().take(STAGES) {
        walk.stage(stage);
    }
    walk.group()
}

fn copied_from(model: &Model) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let reads = |it: &&Dependency| it.kind == DependencyKind::Copy;
    for dependency in model.stages.iter().flat_map(|stage| &stage.dependencies).filter(reads) {
        let mut next = match dependency.target {
            DependencyTarget::Stage(index) => Some(index),
            _ => None,
        };
        while let Some(index) = next.filter(|index| found.insert(*index)) {
            next = match model.stages.get(index).map(|stage| &stage.base) {
                Some(Base::Stage(parent)) => Some(*parent),
                _ => None,
            };
        }
    }
    found
}

/// True unless the context is plainly another one: it lacks what the Dockerfile copies by name, or
/// the manifests of every install.
fn is_the_one(model: &Model, context: &Context) -> bool {
    let (mut there, mut missing) = (0, 0);
    let mut manifests = Vec::new();
    for (_, step) in model.steps() {
        if step.copies_context() {
            let sources = brought::of_transfer(step, None);
            for source in sources.iter().filter(|source| !source.is_whole() && !source.is_pattern()) {
                *(if context.exists(&source.path) { &mut there } else { &mut missing }) += 1;
            }
        }
        let by_manifest = installs(step).iter().filter(|install| install.class == Class::Manifest);
        manifests.extend(by_manifest.map(|install| &install.meaning));
        manifests.truncate(50);
    }
    if there > 0 || missing > 0 || manifests.is_empty() {
        return there >= missing;
    }
    let mut files = context.entries().iter().filter(|entry| !entry.is_dir());
    files.any(|entry| manifests.iter().any(|meaning| meaning.reads(&entry.path)))
}

/// A copy or mount.
struct Input<'m, 'd, 'c> {
    stage: &'m Stage<'d>,
    step: &'m Step<'d>,
    /// What it reads of the context.
    sources: Vec<Source<'c>>,
    /// The stage that it reads, and the paths there.
    from: Option<(usize, Vec<String>)>,
    mount: Option<Span>,
}

/// What has happened so far in a chain of stages.
#[derive(Clone, Default)]
struct Past<'m, 'd> {
    /// Copies, by index, with the number of RUNs before each.
    inputs: Vec<(usize, usize)>,
    runs: Vec<&'m Step<'d>>,
    /// Installs that no copy made late: tool and folder.
    early: Vec<(&'static str, Option<String>)>,
    /// Ecosystems whose packages are there, early or late.
    fetched: Vec<Ecosystem>,
    /// Ecosystems whose installed packages came from another stage.
    copied: Vec<Ecosystem>,
}

struct Hit<'m, 'd> {
    sufferer: Sufferer<'m, 'd>,
    culprits: Vec<Culprit<'m, 'd>>,
}

struct Walk<'m, 'd, 'c, 'f> {
    model: &'m Model<'d>,
    context: Option<&'c Context<'f>>,
    inputs: Vec<Input<'m, 'd, 'f>>,
    ends: Vec<Past<'m, 'd>>,
    taints: Vec<Option<Taint>>,
    hits: Vec<Hit<'m, 'd>>,
    judged: usize,
    /// Stages that others copy from, with those that they inherit from.
    copied_from: BTreeSet<usize>,
}

impl<'m, 'd, 'f> Walk<'m, 'd, '_, 'f> {
    fn stage(&mut self, stage: &'m Stage<'d>) {
        let mut past = match &stage.base {
            Base::Stage(parent) => self.ends.get(*parent).cloned().unwrap_or_default(),
            _ => Past::default(),
        };
        let (later, now): (Vec<_>, Vec<_>) = stage.steps.iter().partition(|step| step.onbuild);
        for step in stage.triggers.iter().chain(now) {
            self.step(stage, step, &mut past);
        }
        let mut child = past.clone();
        for step in later {
            self.step(stage, step, &mut child);
        }
        self.ends.push(past);
        let wanted = self.copied_from.contains(&stage.index);
        let taint = wanted.then(|| taint::of_stage(self.model, stage.index, &self.taints, self.context)).flatten();
        self.taints.push(taint);
    }

    fn step(&mut self, stage: &'m Stage<'d>, step: &'m Step<'d>, past: &mut Past<'m, 'd>) {
        if step.kind() == Keyword::Run {
            self.run(stage, step, past);
            if past.runs.len() < 200 {
                past.runs.push(step);
            }
            return;
        }
        if let Some((from, paths)) = stage_copy(stage, step) {
            let installed = paths.iter().filter_map(|path| names::installed_by(path));
            past.copied.extend(installed.take(INSTALLS.saturating_sub(past.copied.len())));
            self.add(Input { stage, step, sources: Vec::new(), from: Some((from, paths)), mount: None }, past);
        } else if step.copies_context() {
            let sources = brought::of_transfer(step, self.context);
            self.add(Input { stage, step, sources, from: None, mount: None }, past);
        }
    }

    fn add(&mut self, input: Input<'m, 'd, 'f>, past: &mut Past<'m, 'd>) {
        if past.inputs.len() == COPIES {
            past.inputs.remove(COPIES / 2);
        }
        past.inputs.push((self.inputs.len(), past.runs.len()));
        self.inputs.push(input);
    }

    fn run(&mut self, stage: &'m Stage<'d>, step: &'m Step<'d>, past: &mut Past<'m, 'd>) {
        let found = installs(step);
        if found.is_empty() {
            return;
        }
        let kept = past.inputs.len();
        for mount in &step.mounts {
            if let Some(source) = brought::of_mount(mount, self.context).filter(|source| !source.single) {
                let mount = Some(mount.span);
                self.add(Input { stage, step, sources: vec![source], from: None, mount }, past);
            }
        }
        for install in found {
            self.install(stage, step, install, past);
        }
        past.inputs.truncate(kept);
    }

    fn install(&mut self, stage: &'m Stage<'d>, step: &'m Step<'d>, install: &Install, past: &mut Past<'m, 'd>) {
        let (ecosystem, tool) = (install.meaning.tool.ecosystem, install.meaning.tool.name);
        if install.class == Class::Implicit && !FETCHING_BUILDS.contains(&ecosystem) {
            return;
        }
        let ran =
            |(name, folder): &(&'static str, Option<String>)| *name == tool && same_project(folder, install, ecosystem);
        let repeated = match install.class {
            Class::Manifest => past.early.iter().any(ran) || past.copied.contains(&ecosystem),
            Class::Independent => false,
            Class::Implicit => install.cached || past.fetched.contains(&ecosystem) || past.copied.contains(&ecosystem),
        };
        if repeated {
            return;
        }
        let hit = self.judge(stage, step, install, past);
        if install.class == Class::Independent {
            self.hits.extend(hit);
            return;
        }
        if !past.fetched.contains(&ecosystem) {
            past.fetched.push(ecosystem);
        }
        match hit {
            Some(hit) => self.hits.push(hit),
            None if past.early.len() < INSTALLS => past.early.push((tool, install.folder.clone())),
            None => {}
        }
    }

    fn judge(
        &mut self,
        stage: &'m Stage<'d>,
        step: &'m Step<'d>,
        install: &Install,
        past: &Past<'m, 'd>,
    ) -> Option<Hit<'m, 'd>> {
        self.judged += past.inputs.len();
        if self.judged > JUDGEMENTS || past.inputs.is_empty() {
            return None;
        }
        let inputs = past.inputs.iter().map(|(index, _)| &self.inputs[*index]);
        let sources: Vec<&Source> = inputs.flat_map(|input| &input.sources).collect();
        let needs = Needs::new(install, &sources, self.context);
        if needs.needs_sources()
            || needs.nothing_to_fetch()
            || judge::is_vendored(install, &needs, &sources, self.context)
        {
            return None;
        }
        if install.class == Class::Implicit
            && (judge::builds_stub(&past.runs, step) || !self.has_evidence(install, &needs, &sources))
        {
            return None;
        }
        let mut culprits = Vec::new();
        for (index, runs_before) in &past.inputs {
            let input = &self.inputs[*index];
            if let Some(culprit) = self.culprit(input, install, &needs)
                && !judge::is_used(
                    &culprit,
                    &input.sources.iter().collect::<Vec<_>>(),
                    &past.runs[(*runs_before).min(past.runs.len())..],
                    step,
                    install,
                )
            {
                culprits.push(culprit);
            }
        }
        if culprits.is_empty() {
            return None;
        }
        let reads = super::inputs::inputs_of(install, &needs, self.context);
        // What is installed for the whole machine has nothing to do with the project's scripts.
        let scripts = if install.meaning.has(Flag::Global) { Scripts::None } else { needs.scripts() };
        let sufferer = Sufferer { stage, step, install: install.clone(), reads, scripts };
        Some(Hit { sufferer, culprits })
    }

    fn culprit(&self, input: &Input<'m, 'd, '_>, install: &Install, needs: &Needs) -> Option<Culprit<'m, 'd>> {
        let (stage, step) = (input.stage, input.step);
        if let Some((from, paths)) = &input.from {
            let taint = self.taints.get(*from)?.as_ref()?;
            let dest = super::reorder::destination(step);
            let reach = |path: &String| judge::from_stage(path, dest.as_deref(), taint, needs, install);
            let reach = paths.iter().filter_map(reach).max()?;
            let (span, origin) = (sources_span(step)?, Origin::Stage(*from));
            return Some(Culprit { stage, step, span, reach, origin, files: Vec::new(), read: Vec::new() });
        }
        let mut culprit: Option<Culprit> = None;
        for source in &input.sources {
            let Some(excess) = judge::source(source, install, needs) else { continue };
            let (reach, files, read) = (excess.reach, excess.idle, excess.read);
            let origin = if input.mount.is_some() { Origin::Mount } else { Origin::Context };
            match &mut culprit {
                None => culprit = Some(Culprit { stage, step, span: source.span, reach, origin, files, read }),
                Some(it) => {
                    it.span = Span::new(it.span.start.min(source.span.start), it.span.end.max(source.span.end));
                    it.reach = it.reach.max(reach);
                    it.files.extend(files);
                    it.read.extend(read);
                }
            }
        }
        culprit
    }

    /// True if it is plain that the build downloads something: its manifest is in sight.
    fn has_evidence(&self, install: &Install, needs: &Needs, sources: &[&Source]) -> bool {
        let tool = install.meaning.tool;
        if let Some(context) = self.context {
            let folder = needs.folder.as_deref().unwrap_or("");
            let inside = |path: &str| folder.is_empty() || brought::below(path, folder).is_some();
            return context.sent().iter().any(|entry| tool.is_manifest(&entry.path) && inside(&entry.path));
        }
        let named = sources.iter().any(|source| !source.is_whole() && tool.is_manifest(&source.path));
        named || matches!(tool.name, "mvn" | "gradle")
    }

    fn group(self) -> Vec<LateInstall<'m, 'd>> {
        let mut groups: BTreeMap<(u32, bool), LateInstall<'m, 'd>> = BTreeMap::new();
        for Hit { sufferer, culprits } in self.hits {
            let widest = culprits.iter().map(|it| it.reach).max().unwrap_or(Reach::Files);
            let first = culprits.iter().position(|it| it.reach == widest).unwrap_or(0);
            let mut also = culprits;
            let copy = also.remove(first);
            let key = (copy.span.start, sufferer.install.class == Class::Implicit);
            let group =
                groups.entry(key).or_insert_with(|| LateInstall { copy, also: Vec::new(), installs: Vec::new() });
            for other in also {
                if !group.also.iter().any(|it| it.span == other.span) {
                    group.also.push(other);
                }
            }
            if group.installs.len() < INSTALLS
                && !group.installs.iter().any(|it| it.install.command.span == sufferer.install.command.span)
            {
                group.installs.push(sufferer);
            }
        }
        groups.into_values().collect()
    }
}

/// True if an install in `folder` was one of the same project.
fn same_project(folder: &Option<String>, install: &Install, ecosystem: Ecosystem) -> bool {
    match (folder, &install.folder) {
        _ if ecosystem == Ecosystem::Python => true,
        (Some(earlier), Some(now)) => brought::below(now, earlier).is_some(),
        _ => true,
    }
}

/// The bytes of a COPY's sources.
fn sources_span(step: &Step) -> Option<Span> {
    let sources = &step.transfer()?.sources;
    Some(Span::new(sources.first()?.span.start, sources.last()?.span.end))
}

/// The stage that a `COPY --from` of `stage` reads, and the paths there.
pub(super) fn stage_copy(stage: &Stage, step: &Step) -> Option<(usize, Vec<String>)> {
    let here = |span: Span| step.span().start <= span.start && span.end <= step.span().end;
    let dependency = stage.dependencies.iter().find(|it| it.kind == DependencyKind::Copy && here(it.span))?;
    let DependencyTarget::Stage(from) = dependency.target else { return None };
    let transfer = step.transfer()?;
    Some((from, transfer.sources.iter().map(|word| step.expand(word).text).collect()))
}
