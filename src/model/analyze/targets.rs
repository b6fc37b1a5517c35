//! What the names of stages stand for, and which stages the target needs.

use std::collections::HashMap;

use crate::syntax::dockerfile::Flag;

use super::super::{Dependency, DependencyKind, DependencyTarget, Model, Mount, MountKind, Step};
use super::Walk;

impl<'d> Walk<'d> {
    pub(super) fn note_dependencies(&mut self, stage: usize, step: &Step<'d>) {
        let mut found = Vec::new();
        let from = step.instruction.flag("from").and_then(|flag| flag.value.as_ref());
        if let (Some(value), true) = (from.filter(|value| !value.raw.is_empty()), step.transfer().is_some()) {
            let target = self.target_named(&value.raw, true);
            let (name, step) = (unquoted(&value.raw), Some(step.index));
            found.push(Dependency { kind: DependencyKind::Copy, target, name, span: value.span, step });
        }
        for mount in &step.mounts {
            if let Some(target) = mount.from.clone() {
                let name = step.instruction.flags_named("mount").find(|flag| flag.span == mount.span);
                let name = name.and_then(|flag| flag.option(&["from"])).map_or("", |word| word.raw.as_str());
                let (name, span, step) = (unquoted(name), mount.span, Some(step.index));
                found.push(Dependency { kind: DependencyKind::Mount, target, name, span, step });
            }
        }
        self.model.stages[stage].dependencies.extend(found);
    }

    /// What a name in `--from` or `from=` stands for, among the stages so far.
    pub(super) fn target_named(&self, raw: &str, numbers: bool) -> DependencyTarget {
        let name = raw.trim_matches(['"', '\'']);
        if name.contains('$') {
            return DependencyTarget::Unknown;
        }
        let current = self.model.stages.len().saturating_sub(1);
        if let (true, Ok(index)) = (numbers, name.parse::<usize>()) {
            return seen_from(current, index);
        }
        match self.names.get(&name.to_ascii_lowercase()) {
            Some(&stage) => seen_from(current, stage),
            None => DependencyTarget::Image(name.to_string()),
        }
    }
}

/// What the stage of that index is to the stage `current`.
fn seen_from(current: usize, stage: usize) -> DependencyTarget {
    if stage < current { DependencyTarget::Stage(stage) } else { DependencyTarget::NotYet(stage) }
}

/// BuildKit looks names of `--from` and `from=` up when it knows all stages: the last stage of a
/// name is meant, and the build fails where it comes later.
pub(super) fn resolve_later_stages(model: &mut Model, names: &HashMap<String, usize>) {
    for stage in &mut model.stages {
        let current = stage.index;
        let resolve = |kind: DependencyKind, name: &str, target: &mut DependencyTarget| {
            let is_number = kind == DependencyKind::Copy && name.parse::<i64>().is_ok();
            let Some(&found) = names.get(&name.to_ascii_lowercase()).filter(|_| !is_number) else { return };
            if *target != DependencyTarget::Unknown {
                *target = seen_from(current, found);
            }
        };
        let not_from = |dependency: &&mut Dependency| dependency.kind != DependencyKind::From;
        for Dependency { kind, name, target, .. } in stage.dependencies.iter_mut().filter(not_from) {
            resolve(*kind, name, target);
        }
        // What is no bind mount begins empty, and the empty image goes by its name: `scratch`.
        if let Some(&found) = names.get("scratch") {
            let begins_empty = |mount: &&Mount| mount.from.is_none() && mount.kind != MountKind::Bind;
            for step in &stage.steps {
                let (kind, step_index) = (DependencyKind::Mount, Some(step.index));
                let empty = step.mounts.iter().filter(begins_empty);
                stage.dependencies.extend(empty.map(|mount| {
                    let name = "scratch".to_string();
                    Dependency { kind, target: seen_from(current, found), name, span: mount.span, step: step_index }
                }));
            }
        }
        for step in &mut stage.steps {
            let flags: Vec<&Flag> = step.instruction.flags_named("mount").collect();
            for mount in &mut step.mounts {
                let flag = flags.iter().find(|flag| flag.span == mount.span);
                let name = flag.and_then(|flag| flag.option(&["from"])).map(|word| unquoted(&word.raw));
                if let (Some(name), Some(target)) = (name, &mut mount.from) {
                    resolve(DependencyKind::Mount, &name, target);
                }
            }
        }
    }
}

fn unquoted(name: &str) -> String {
    name.trim_matches(['"', '\'']).to_string()
}

pub(super) fn find_target(model: &Model) -> Option<usize> {
    let wanted = model.options.target.as_deref();
    let named = wanted.and_then(|name| model.stage_named(name, model.stages.len())).map(|stage| stage.index);
    let numbered = wanted.and_then(|name| name.parse().ok()).filter(|index| *index < model.stages.len());
    named.or(numbered).or(model.stages.len().checked_sub(1))
}

pub(super) fn mark_reachable(model: &mut Model) {
    let mut open: Vec<usize> = model.target.into_iter().collect();
    while let Some(index) = open.pop() {
        let stage = &mut model.stages[index];
        if std::mem::replace(&mut stage.reachable, true) {
            continue;
        }
        let stages = stage.dependencies.iter().filter_map(|dependency| match dependency.target {
            DependencyTarget::Stage(index) => Some(index),
            _ => None,
        });
        open.extend(stages);
    }
}
