//! What is wrong with the stages that others read from (`convert.go`, `validateCircularDependency`).

use crate::model::{Dependency, DependencyKind, DependencyTarget, Model, Stage};
use crate::text::Span;

/// A reference that the build fails at.
pub(super) enum Fault {
    /// The stage is part of a circle; `back` is the reference that closes it, if it is another one.
    Circular { span: Span, stage: String, back: Option<Span> },
    /// The stage comes later.
    Later { span: Span, message: String, defined: Option<Span> },
    /// No stage has that number.
    NoSuchIndex { span: Span, message: String, stages: usize },
}

/// The faults in the order of the file.
pub(super) fn faults(model: &Model) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut core = None;
    for stage in &model.stages {
        // A trigger reads from the stages that come before the one it runs in.
        let is_trigger = |it: &&Dependency| it.step.and_then(|at| stage.steps.get(at)).is_some_and(|step| step.onbuild);
        let own = stage.dependencies.iter().filter(|it| it.kind != DependencyKind::From && !is_trigger(it));
        for dependency in own {
            if let Some(message) = no_such_index(dependency, model.stages.len()) {
                let stages = model.stages.len();
                faults.push(Fault::NoSuchIndex { span: dependency.span, message, stages });
                continue;
            }
            let DependencyTarget::NotYet(target) = dependency.target else { continue };
            let core = core.get_or_insert_with(|| circles(model));
            let circular = target == stage.index || in_circle(core, stage.index) && in_circle(core, target);
            faults.push(if circular {
                circular_fault(model, stage, dependency, target)
            } else {
                later(model, stage, dependency, target)
            });
        }
    }
    faults
}

fn in_circle(core: &[bool], stage: usize) -> bool {
    core.get(stage).copied().unwrap_or(false)
}

fn no_such_index(dependency: &Dependency, stages: usize) -> Option<String> {
    let index: i64 = dependency.name.parse().ok().filter(|_| dependency.kind == DependencyKind::Copy)?;
    let exists = usize::try_from(index).is_ok_and(|index| index < stages);
    (!exists).then(|| format!("invalid stage index {index}"))
}

fn circular_fault(model: &Model, stage: &Stage, dependency: &Dependency, target: usize) -> Fault {
    let other = model.stages.get(target).filter(|it| it.index != stage.index);
    let leads_back = |it: &&Dependency| matches!(it.target, DependencyTarget::Stage(index) if index == stage.index);
    let back = other.and_then(|other| other.dependencies.iter().find(leads_back)).map(|it| it.span);
    Fault::Circular { span: dependency.span, stage: shown(stage), back }
}

fn later(model: &Model, stage: &Stage, dependency: &Dependency, target: usize) -> Fault {
    let name = &dependency.name;
    let defined = model.stages.get(target).and_then(|it| it.from).map(|from| from.span);
    let message = match dependency.kind {
        DependencyKind::Mount => {
            let to = mount_target(stage, dependency);
            format!("cannot mount from stage \"{name}\" to \"{to}\", stage needs to be defined before current command")
        }
        _ => {
            let current = shown(stage);
            format!("cannot copy from stage \"{name}\", it needs to be defined before current stage \"{current}\"")
        }
    };
    Fault::Later { span: dependency.span, message, defined }
}

/// The stage as BuildKit calls it.
fn shown(stage: &Stage) -> String {
    stage.name.map_or_else(|| format!("stage-{}", stage.index), |name| name.text.to_ascii_lowercase())
}

/// The target of the mount as it is written.
fn mount_target(stage: &Stage, dependency: &Dependency) -> String {
    let step = dependency.step.and_then(|index| stage.steps.get(index));
    let flag = step.and_then(|step| step.instruction.flags_named("mount").find(|flag| flag.span == dependency.span));
    let word = flag.and_then(|flag| flag.option(&["target", "dst", "destination"]));
    match (word, step) {
        (Some(word), Some(step)) => step.expand(word).text,
        _ => String::new(),
    }
}

/// The stages that lie in a circle of `--from` and `from=`, or between two circles: what is left
/// when those that read nothing, and those that nobody reads, are taken away again and again.
fn circles(model: &Model) -> Vec<bool> {
    let count = model.stages.len();
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for stage in &model.stages {
        for dependency in stage.dependencies.iter().filter(|it| it.kind != DependencyKind::From) {
            match dependency.target {
                DependencyTarget::Stage(to) | DependencyTarget::NotYet(to) if to < count => {
                    edges.push((stage.index, to))
                }
                _ => {}
            }
        }
    }
    let reversed: Vec<(usize, usize)> = edges.iter().map(|&(from, to)| (to, from)).collect();
    let (forth, back) = (peel(count, &edges), peel(count, &reversed));
    forth.iter().zip(&back).map(|(a, b)| *a && *b).collect()
}

/// Takes away whoever has no edge left, in linear time.
fn peel(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut degree = vec![0u32; count];
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(from, to) in edges {
        degree[from] += 1;
        readers[to].push(from);
    }
    let mut open: Vec<usize> = (0..count).filter(|&stage| degree[stage] == 0).collect();
    let mut left = vec![true; count];
    while let Some(stage) = open.pop() {
        left[stage] = false;
        for &reader in &readers[stage] {
            degree[reader] -= 1;
            if degree[reader] == 0 {
                open.push(reader);
            }
        }
    }
    left
}
