//! Walks a Dockerfile once and keeps, for every instruction, the state that it meets
//! (BuildKit's `dockerfile2llb/convert.go`).

mod state;
mod targets;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::shell::{Memo, ShellSetting};
use crate::syntax::dockerfile::{ArgDeclaration, Body, Dockerfile, Flag, Instruction, Keyword};

use super::{
    Base, BuildOptions, Dependency, DependencyKind, DependencyTarget, Expanded, ImageRef, Model, Mount, MountKind,
    Origin, Scope, Stage, State, Step, Value, base_image, mount, paths,
};

use targets::{find_target, mark_reachable, resolve_later_stages};

/// Bytes of variable values kept for one file; what goes beyond is unknown. A few lines that each
/// multiply the one before would otherwise fill the memory.
const VALUE_BUDGET: usize = 4 << 20;

/// ARGs that BuildKit defines in the global scope (`platform.go`).
const AUTOMATIC: [&str; 11] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

pub(super) fn analyze<'d>(
    dockerfile: &'d Dockerfile,
    text: &'d str,
    options: BuildOptions,
    memo: Option<&'d Memo>,
) -> Model<'d> {
    let globals = automatic_args(&options);
    let model = Model {
        dockerfile,
        options,
        meta_args: Vec::new(),
        default_globals: globals.clone(),
        globals,
        stages: Vec::new(),
        target: None,
        chains: OnceLock::new(),
    };
    let mut walk = Walk { model, text, memo, escape: dockerfile.escape, budget: VALUE_BUDGET, names: HashMap::new() };
    for instruction in &dockerfile.instructions {
        walk.instruction(instruction);
    }
    let Walk { mut model, names, .. } = walk;
    resolve_later_stages(&mut model, &names);
    model.target = find_target(&model);
    mark_reachable(&mut model);
    model
}

fn automatic_args(options: &BuildOptions) -> Scope {
    let mut scope = Scope::default();
    let platform: Vec<&str> = options.platform.as_deref().unwrap_or_default().split('/').collect();
    for name in AUTOMATIC {
        let value = match (name, platform.as_slice()) {
            ("TARGETPLATFORM", [_, _, ..]) => Value::Known(options.platform.as_deref().unwrap_or_default().into()),
            ("TARGETOS", [os, _, ..]) => Value::Known((*os).into()),
            ("TARGETARCH", [_, arch, ..]) => Value::Known((*arch).into()),
            ("TARGETVARIANT", [_, _, variant]) => Value::Known((*variant).into()),
            _ => Value::Unknown,
        };
        scope.set(name, value, Origin::Automatic, None);
    }
    scope
}

struct Walk<'d> {
    model: Model<'d>,
    text: &'d str,
    memo: Option<&'d Memo>,
    escape: char,
    budget: usize,
    /// The last stage of each name, in lower case.
    names: HashMap<String, usize>,
}

impl<'d> Walk<'d> {
    fn instruction(&mut self, instruction: &'d Instruction) {
        match &instruction.body {
            Body::From(_) => self.open_stage(Some(instruction)),
            _ if instruction.kind == Keyword::From => self.open_stage(Some(instruction)),
            Body::Arg(declarations) if self.model.stages.is_empty() && !self.model.options.fragment => {
                let scope = self.model.globals.clone();
                self.model.meta_args.push((instruction, scope));
                for declaration in declarations {
                    self.declare_meta_arg(declaration);
                }
            }
            _ => {
                if self.model.stages.is_empty() {
                    self.open_stage(None);
                }
                self.step(instruction);
            }
        }
    }

    fn declare_meta_arg(&mut self, declaration: &ArgDeclaration) {
        let name = &declaration.name.text;
        let declared = Some(declaration.name.span);
        let expanded = |scope: &Scope| match &declaration.value {
            Some(word) => self.value(&scope.expand(&word.raw, self.escape)),
            // A declaration alone leaves what is there, such as the platform ARGs.
            None => scope.get(name).map_or(Value::Unset, |it| it.value.clone()),
        };
        let default = expanded(&self.model.default_globals);
        let given = self.model.options.build_args.get(name).map(|it| Value::Known(it.as_str().into()));
        let value = given.unwrap_or_else(|| expanded(&self.model.globals));
        self.spend(&value);
        self.model.default_globals.set(name, default, Origin::Arg, declared);
        self.model.globals.set(name, value, Origin::Arg, declared);
    }

    fn value(&self, expanded: &Expanded) -> Value {
        if expanded.known && expanded.text.len() <= self.budget {
            Value::Known(expanded.text.as_str().into())
        } else {
            Value::Unknown
        }
    }

    /// Begins a stage. Instructions without a FROM before them (a fragment, or a file that does not
    /// build) get one of which nothing is known, so that they are judged all the same.
    fn open_stage(&mut self, from: Option<&'d Instruction>) {
        let index = self.model.stages.len();
        let from_body = from.and_then(|it| match &it.body {
            Body::From(from) => Some(from),
            _ => None,
        });
        let from_scope = self.model.globals.clone();
        let image = from_body.map(|it| from_scope.expand(&it.image.raw, self.escape)).unwrap_or_default();
        let base = if from_body.is_some() { self.base(&image) } else { Base::Unknown };
        let mut dependencies = Vec::new();
        if let (Base::Stage(target), Some(body)) = (&base, from_body) {
            let (target, span, name) = (DependencyTarget::Stage(*target), body.image.span, image.text.clone());
            dependencies.push(Dependency { kind: DependencyKind::From, target, name, span, step: None });
        }
        let mut state = self.initial_state(&base, from);
        let triggers = self.triggers(&base, &mut state);
        self.apply_shell_pragma(from, &mut state);
        if let Some(name) = from_body.and_then(|it| it.name.as_ref()) {
            self.names.insert(name.text.to_ascii_lowercase(), index);
        }
        self.model.stages.push(Stage {
            index,
            from,
            from_body,
            name: from_body.and_then(|it| it.name.as_ref()),
            base,
            image,
            from_scope,
            triggers,
            steps: Vec::new(),
            dependencies,
            reachable: false,
            end: state,
        });
    }

    fn base(&self, image: &Expanded) -> Base {
        // A stage is found by its exact name; names are kept in lower case (`convert.go`).
        if let Some(&stage) = self.names.get(&image.text) {
            return Base::Stage(stage);
        }
        match image.text.as_str() {
            "scratch" => Base::Scratch,
            name if !image.known || name.is_empty() => Base::Unknown,
            name => {
                let image = ImageRef::parse(name);
                let known = base_image(&image);
                Base::Image(image, known)
            }
        }
    }

    /// The ONBUILD instructions of the parent stage run first in this one.
    fn triggers(&mut self, base: &Base, state: &mut State) -> Vec<Step<'d>> {
        let Base::Stage(parent) = base else { return Vec::new() };
        let onbuild: Vec<(usize, &'d Instruction)> = self.model.stages[*parent]
            .steps
            .iter()
            .filter(|step| step.onbuild)
            .map(|step| (step.index, step.instruction))
            .collect();
        let mut steps = Vec::new();
        for (index, instruction) in onbuild {
            steps.push(self.make_step(index, instruction, false, state));
            self.advance(instruction, state);
        }
        steps
    }

    fn apply_shell_pragma(&self, from: Option<&Instruction>, state: &mut State) {
        let first_from = self.model.stages.first().and_then(|stage| stage.from).or(from);
        let file_wide = |at: u32| first_from.is_some_and(|from| at < from.span.start);
        for (_, shell) in self.model.options.shells.iter().filter(|(at, _)| file_wide(*at)) {
            state.shell = Arc::new(ShellSetting::from_words(&[shell.as_str(), "-c"]));
        }
    }

    fn step(&mut self, instruction: &'d Instruction) {
        let stage = self.model.stages.len() - 1;
        let index = self.model.stages[stage].steps.len();
        let mut state = std::mem::take(&mut self.model.stages[stage].end);
        self.pragma_before(instruction, stage, &mut state);
        let inner = match &instruction.body {
            Body::Onbuild(inner) => Some(&**inner),
            _ => None,
        };
        let step = self.make_step(index, inner.unwrap_or(instruction), inner.is_some(), &state);
        self.note_dependencies(stage, &step);
        self.model.stages[stage].steps.push(step);
        if inner.is_none() {
            self.advance(instruction, &mut state);
        }
        self.model.stages[stage].end = state;
    }

    /// A shell named by a comment inside the stage counts from there on.
    fn pragma_before(&self, instruction: &Instruction, stage: usize, state: &mut State) {
        let stage = &self.model.stages[stage];
        let from = stage.steps.last().map_or(stage.from.map_or(0, |it| it.span.start), |it| it.span().end);
        let here = |at: u32| from <= at && at < instruction.span.start;
        for (_, shell) in self.model.options.shells.iter().filter(|(at, _)| here(*at)) {
            state.shell = Arc::new(ShellSetting::from_words(&[shell.as_str(), "-c"]));
        }
    }

    fn make_step(&self, index: usize, instruction: &'d Instruction, onbuild: bool, state: &State) -> Step<'d> {
        let mounts = instruction.flags_named("mount").filter_map(|flag| self.mount(flag, state)).collect();
        Step {
            index,
            instruction,
            onbuild,
            before: state.clone(),
            mounts,
            escape: self.escape,
            text: self.text,
            memo: self.memo,
            scripts: OnceLock::new(),
            meanings: OnceLock::new(),
            installs: OnceLock::new(),
        }
    }

    fn mount(&self, flag: &Flag, state: &State) -> Option<Mount> {
        let mut mount = Mount::new(flag.span);
        let mut writable = None;
        for (key, value) in mount::options(flag) {
            let expanded = state.scope.expand(value.as_deref().unwrap_or(""), self.escape);
            mount.known &= expanded.known;
            let on = !matches!(value.as_deref(), Some("false" | "0"));
            match key.as_str() {
                "type" => mount.kind = MountKind::named(&expanded.text)?,
                // An empty name is none.
                "from" => mount.from = value.filter(|it| !it.is_empty()).map(|name| self.target_named(&name, false)),
                "source" | "src" => mount.source = expanded.text,
                "target" | "dst" | "destination" => mount.target = expanded.text,
                "id" => mount.id = Some(expanded.text),
                "rw" | "readwrite" => writable = Some(on),
                "ro" | "readonly" => writable = Some(!on),
                _ => {}
            }
        }
        // BuildKit refuses `/` and what becomes it with the working folder, but not `//` or `/a/..`.
        let mut over = Some(mount.target.clone());
        if !paths::is_absolute(&mount.target) {
            over = state.workdir.join(&mount.target).map(|path| paths::clean(&path));
            if !mount.target.is_empty() {
                mount.target = over.clone().unwrap_or(mount.target);
            }
        }
        mount.at_root = over.as_deref() == Some("/");
        mount.writable = writable.unwrap_or(matches!(mount.kind, MountKind::Cache | MountKind::Tmpfs));
        Some(mount)
    }
}
