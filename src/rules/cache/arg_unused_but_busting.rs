use crate::diagnostic::{Edit, Fix};
use crate::model::order::{Declared, declared, installs, is_neutral};
use crate::model::{Base, Model, Stage, Step};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

use super::shared::code;

/// Beginnings of names that package managers and the builder itself read.
const READ: &[&str] = &[
    "NPM_",
    "YARN_",
    "PNPM_",
    "NODE_",
    "PIP_",
    "UV_",
    "POETRY_",
    "GO",
    "CARGO_",
    "RUST",
    "GEM_",
    "BUNDLE_",
    "DEBIAN_",
    "APT_",
    "LC_",
    "LANG",
    "TZ",
    "HTTP",
    "HTTPS",
    "FTP",
    "NO_PROXY",
    "ALL_PROXY",
    "BUILDKIT_",
    "TARGET",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "SOURCE_DATE_EPOCH",
    "PATH",
    "HOME",
    "COMPOSER_",
    "MAVEN_",
    "GRADLE_",
    "JAVA_",
    "DOTNET_",
    "NUGET_",
    "CI",
];

/// Words in the names of arguments whose purpose it is to make steps run again.
const ON_PURPOSE: &[&str] = &["CACHE", "BUST", "REFRESH", "REBUILD", "FORCE", "INVALIDATE", "NONCE", "RANDOM"];

/// Reports build arguments that no instruction names, above RUNs that cannot look at them.
pub(crate) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for stage in model.stages.iter().filter(|stage| stage.reachable) {
        let mut arguments = stage.steps.iter().filter(|step| step.kind() == Keyword::Arg && !step.onbuild).peekable();
        if arguments.peek().is_none() {
            continue;
        }
        let below = Below::new(model, stage);
        for step in arguments {
            let all = declared(step);
            let Some(run) = below.first_rerun(step) else { continue };
            for argument in &all {
                if is_unused(cx, argument, step) {
                    report(cx, argument, all.len(), step, run);
                }
            }
        }
    }
}

fn is_unused(cx: &DockerfileCx, argument: &Declared, step: &Step) -> bool {
    let name = argument.name.to_ascii_uppercase();
    let text = &cx.source.text;
    let rest = text.get(step.span().end as usize..).unwrap_or_default();
    let here = step.span().slice(text);
    !READ.iter().any(|start| name.starts_with(start))
        && !ON_PURPOSE.iter().any(|word| name.contains(word))
        && name.len() > 2
        && !rest.contains(argument.name)
        && here.matches(argument.name).count() == 1
}

/// The RUNs of a stage and of those that inherit from it, in order.
struct Below<'m, 'd> {
    /// Index of each RUN of the stage itself.
    own: Vec<usize>,
    /// From each RUN on: the first install, if no RUN from there on may look at an argument.
    reruns: Vec<Option<&'m Step<'d>>>,
}

impl<'m, 'd> Below<'m, 'd> {
    fn new(model: &'m Model<'d>, stage: &Stage) -> Below<'m, 'd> {
        let is_run = |it: &&Step| it.kind() == Keyword::Run && !it.onbuild;
        let mut inherits = vec![false; model.stages.len()];
        for heir in &model.stages[stage.index..] {
            let by_base = matches!(heir.base, Base::Stage(parent) if inherits.get(parent) == Some(&true));
            inherits[heir.index] = heir.index == stage.index || by_base;
        }
        let heirs = model.stages.iter().filter(|heir| inherits[heir.index]);
        let runs: Vec<&Step> = heirs.flat_map(|heir| heir.steps.iter().filter(is_run)).collect();
        let mut reruns = vec![None; runs.len()];
        let mut first = None;
        for (at, run) in runs.iter().enumerate().rev() {
            if run.commands().next().is_none() || !run.commands().all(is_blind) {
                break;
            }
            first = if installs(run).is_empty() { first } else { Some(*run) };
            reruns[at] = first;
        }
        Below { own: stage.steps.iter().filter(is_run).map(|it| it.index).collect(), reruns }
    }

    /// The first install below the argument; `None` where there is none, or a RUN there may look at it.
    fn first_rerun(&self, argument: &Step) -> Option<&'m Step<'d>> {
        let at = self.own.partition_point(|run| *run <= argument.index);
        self.reruns.get(at).copied().flatten()
    }
}

/// True for a command that does not look at the environment, or only at what is its own there.
fn is_blind(command: &crate::shell::Command) -> bool {
    is_neutral(command) || matches!(command.name.as_str(), "rm" | "chmod" | "chown" | "ln" | "touch" | "cp" | "mv")
}

fn report(cx: &mut DockerfileCx, argument: &Declared, of: usize, step: &Step, run: &Step) {
    let fix = (of == 1 && step.instruction.attached.is_empty()).then(|| deletion(&cx.source.text, step.span()));
    let message = format!("nothing uses {}, but each new value runs all RUN steps below it again", code(argument.name));
    cx.report(argument.span, message)
        .label(run.span(), "rebuilt whenever the value changes")
        .note("take it out, or declare it right above the step that is to use it")
        .fix(fix.flatten());
}

/// Deletes the lines of the instruction.
fn deletion(text: &str, span: Span) -> Option<Fix> {
    let is_line = text[..span.start as usize].ends_with('\n') || span.start == 0;
    let end = span.end + text.get(span.end as usize..)?.find('\n')? as u32 + 1;
    let edit = Edit::delete(Span::new(span.start, end));
    is_line.then(|| Fix::unsafe_("take the argument out", vec![edit]))
}
