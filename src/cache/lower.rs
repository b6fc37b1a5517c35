//! A Dockerfile becomes a graph, as BuildKit's `dockerfile2llb` lowers it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Base, BuildOptions, DependencyTarget, Model, Stage, Step as ModelStep};
use crate::syntax::dockerfile::{Body, Command, Dockerfile, Instruction, Keyword, parse};
use crate::text::FileId;

use super::environment::{Environment, shown};
use super::graph::{Graph, Input, Key, Part, Place, Step, Vertex, VertexKind};
use super::name::{command_name, instruction_text, step_name};
use super::paths::join;
use super::request::{ImageFacts, NamedContext, Request};
use super::tree::Dir;

/// BuildKit's `system.DefaultPathEnvUnix`.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// The platform where none is asked for: any will do, as long as it stays.
const DEFAULT_PLATFORM: &str = "linux/amd64";

/// The graph of building `dockerfile`, which was parsed from `text`.
pub fn lower(dockerfile: &Dockerfile, text: &str, request: &Request) -> Graph {
    let options = BuildOptions {
        target: request.option("target").map(str::to_string),
        build_args: request.build_args().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        platform: Some(request.option("platform").unwrap_or(DEFAULT_PLATFORM).to_string()),
        ..BuildOptions::default()
    };
    let model = Model::new(dockerfile, text, options);
    let globals = globals(&model, request);
    let mut lower = Lower {
        model: &model,
        text,
        request,
        globals,
        graph: Graph::default(),
        ends: Vec::new(),
        contexts: HashMap::new(),
        images: HashMap::new(),
        same: HashMap::new(),
    };
    for stage in &model.stages {
        lower.stage(stage);
    }
    lower.graph
}

/// ARGs before the first FROM and the automatic ones.
fn globals(model: &Model, request: &Request) -> Environment {
    let dockerfile = model.dockerfile;
    let platform = request.option("platform").unwrap_or(DEFAULT_PLATFORM);
    let mut env = Environment::default();
    let mut automatic = |prefix: &str, platform: &str| {
        let parts: Vec<&str> = platform.split('/').collect();
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        let values =
            [("PLATFORM", platform), ("OS", part(0)), ("OSVERSION", ""), ("ARCH", part(1)), ("VARIANT", part(2))];
        for (name, value) in values {
            let name = format!("{prefix}{name}");
            let value = request.build_arg(&name).unwrap_or(value).to_string();
            env.set(&name, value, true);
        }
    };
    automatic("BUILD", DEFAULT_PLATFORM);
    automatic("TARGET", platform);
    let last = model.stages.last().and_then(|stage| stage.name).map(|name| name.text.to_ascii_lowercase());
    let target = request.option("target").filter(|it| !it.is_empty()).map(str::to_string).or(last);
    let target = target.unwrap_or_else(|| "default".to_string());
    env.set("TARGETSTAGE", request.build_arg("TARGETSTAGE").map_or(target, str::to_string), true);
    for instruction in dockerfile.instructions.iter().take_while(|it| it.kind != Keyword::From) {
        let Body::Arg(declarations) = &instruction.body else { continue };
        for declaration in declarations {
            let name = &declaration.name.text;
            let default = declaration.value.as_ref().map(|word| env.expand(&word.raw, dockerfile.escape));
            if let Some(value) = request.build_arg(name).map(str::to_string).or(default) {
                env.set(name, value, true);
            }
        }
    }
    env
}

/// The state of a stage at one place.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) env: Environment,
    pub(super) workdir: String,
    pub(super) user: String,
    pub(super) shell: Vec<String>,
    pub(super) platform: String,
    /// The vertex whose result is the root file system; `None` for an empty one.
    pub(super) root: Option<usize>,
}

/// Counts the steps of a stage as BuildKit's names do.
pub(super) struct Counter {
    stage: usize,
    stage_name: String,
    shown_name: String,
    index: usize,
    total: usize,
    onbuild: bool,
}

pub(super) struct Lower<'m> {
    pub(super) model: &'m Model<'m>,
    pub(super) text: &'m str,
    pub(super) request: &'m Request,
    pub(super) globals: Environment,
    pub(super) graph: Graph,
    /// The state at the end of each stage so far.
    ends: Vec<State>,
    /// The vertices of build contexts by name; the main one's is empty.
    contexts: HashMap<String, usize>,
    images: HashMap<(String, String), usize>,
    /// Vertices by everything that makes them one.
    same: HashMap<Vec<u8>, usize>,
}

impl<'m> Lower<'m> {
    fn stage(&mut self, stage: &Stage) {
        let mut counter = self.counter(stage);
        if let Some((name, given)) = stage.name.and_then(|name| self.named_context(&name.text)) {
            return self.replaced(stage, &name, given, &mut counter);
        }
        let mut state = self.initial(stage, &mut counter);
        self.base_triggers(stage, &mut state, &mut counter);
        counter.total += stage.triggers.len();
        for trigger in &stage.triggers {
            counter.onbuild = true;
            self.step(stage, trigger, &mut state, &mut counter);
        }
        counter.onbuild = false;
        for step in stage.steps.iter().filter(|step| !step.onbuild) {
            self.step(stage, step, &mut state, &mut counter);
        }
        self.ends.push(state);
    }

    /// The ONBUILD instructions that the table knows of the base image; FROM stands for their place.
    fn base_triggers(&mut self, stage: &Stage, state: &mut State, counter: &mut Counter) {
        let Base::Image(_, Some(known)) = &stage.base else { return };
        let (false, Some(from)) = (known.onbuild.is_empty(), stage.from) else { return };
        let text = format!("FROM scratch\n{}\n", known.onbuild.join("\n"));
        let (dockerfile, _) = parse(FileId(0), &text);
        let model = Model::new(&dockerfile, &text, BuildOptions::default());
        counter.onbuild = true;
        let first = self.graph.steps.len();
        // All triggers count, also those that make no step.
        counter.total += known.onbuild.len();
        for step in model.stages.iter().flat_map(|it| &it.steps) {
            self.step(stage, step, state, counter);
        }
        for step in &mut self.graph.steps[first..] {
            (step.place.line, step.place.end_line) = from.lines;
        }
    }

    /// A stage whose name a `--build-context` takes: none of its steps is built.
    fn replaced(&mut self, stage: &Stage, name: &str, given: NamedContext, counter: &mut Counter) {
        let platform = self.platform(stage);
        let mut state = empty(platform);
        for step in stage.steps.iter().filter(|step| !step.onbuild && is_counted(step.kind())) {
            let text = command_name(step, &state.env, self.text);
            self.add_step(step.instruction, &text, counter, false);
        }
        if stage.reachable {
            state.root = self.context_root(name, given, &state.platform.clone());
        }
        self.ends.push(state);
    }

    fn counter(&self, stage: &Stage) -> Counter {
        let own = stage.steps.iter().filter(|step| !step.onbuild && is_counted(step.kind())).count();
        let from = usize::from(matches!(stage.base, Base::Image(..) | Base::Unknown));
        let stage_name = stage.name.map_or_else(|| format!("stage-{}", stage.index), |it| it.text.to_ascii_lowercase());
        let shown_name = if self.has_several_stages() { stage_name.clone() } else { String::new() };
        Counter { stage: stage.index, stage_name, shown_name, index: 0, total: own + from, onbuild: false }
    }

    /// The stage's name is left out where there is but one; every mount and every image that COPY
    /// reads counts as another.
    fn has_several_stages(&self) -> bool {
        let reads_image = |stage: &Stage| {
            stage.dependencies.iter().any(|it| matches!(it.target, DependencyTarget::Image(_)))
                || stage.steps.iter().any(|step| step.instruction.flag("mount").is_some())
        };
        self.model.stages.len() > 1 || self.model.stages.iter().any(reads_image)
    }

    fn initial(&mut self, stage: &Stage, counter: &mut Counter) -> State {
        let platform = self.platform(stage);
        let mut state = match &stage.base {
            Base::Stage(parent) => return self.ends.get(*parent).cloned().unwrap_or_else(|| empty(platform)),
            Base::Scratch => empty(platform),
            Base::Image(..) | Base::Unknown => self.image_base(stage, platform, counter),
        };
        if state.env.value("PATH").is_none() {
            state.env.set("PATH", DEFAULT_PATH.to_string(), false);
        }
        state
    }

    fn platform(&self, stage: &Stage) -> String {
        let flag = stage.from.and_then(|from| from.flag("platform")).and_then(|flag| flag.value.as_ref());
        let given = flag.map(|word| self.globals.expand(&word.raw, self.model.dockerfile.escape));
        given
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| self.request.option("platform").unwrap_or(DEFAULT_PLATFORM).to_string())
    }

    fn image_base(&mut self, stage: &Stage, platform: String, counter: &mut Counter) -> State {
        let escape = self.model.dockerfile.escape;
        let name = stage.from_body.map(|from| self.globals.expand(&from.image.raw, escape)).unwrap_or_default();
        if let Some((name, given)) = self.named_context(&name) {
            let mut state = empty(platform);
            if stage.reachable {
                state.root = self.context_root(&name, given, &state.platform.clone());
            }
            return state;
        }
        let facts = self.facts(&name).cloned().unwrap_or_default();
        let mut state = image_state(&facts, stage, platform);
        let Some(from) = stage.from else { return state };
        let shown = format!("FROM {}", reference(&name, &facts));
        let step = self.add_step(from, &shown, counter, stage.reachable);
        if stage.reachable {
            let vertex = self.image(&name, &state.platform.clone(), Some(step));
            self.graph.steps[step].vertices.push(vertex);
            state.root = Some(vertex);
        }
        state
    }

    fn facts(&self, name: &str) -> Option<&'m ImageFacts> {
        let full = normalized(name);
        self.request.images.get(name).or_else(|| self.request.images.get(&full))
    }

    /// The vertex of an image.
    pub(super) fn image(&mut self, name: &str, platform: &str, step: Option<usize>) -> usize {
        if let Some(known) = self.images.get(&(normalized(name), platform.to_string())) {
            return *known;
        }
        let facts = self.facts(name).cloned().unwrap_or_default();
        let mut keys = vec![match &facts.digest {
            Some(digest) => format!("manifest {digest} {platform}"),
            None => format!("reference {} {platform}", normalized(name)),
        }];
        keys.extend(facts.chain.as_ref().map(|chain| format!("chain {chain}")));
        let label = format!("FROM {}", reference(name, &facts));
        let label = step.map_or(label, |step| self.graph.steps[step].place.name.clone());
        let kind = VertexKind::Image { reference: name.to_string(), keys, files: facts.files };
        let mut key = Key::default();
        key.push(Part::Kind, "", "image");
        key.push(Part::Image, "", normalized(name));
        key.push(Part::Platform, "", platform);
        self.graph.vertices.push(Vertex { kind, key, inputs: Vec::new(), name: label, step, no_cache: false });
        let vertex = self.graph.vertices.len() - 1;
        self.images.insert((normalized(name), platform.to_string()), vertex);
        vertex
    }

    /// The vertex of the build context.
    pub(super) fn context(&mut self) -> usize {
        self.context_of("", self.request.context.clone())
    }

    fn context_of(&mut self, name: &str, files: Arc<Dir>) -> usize {
        if let Some(known) = self.contexts.get(name) {
            return *known;
        }
        let shown = match name {
            "" => "[internal] load build context".to_string(),
            name => format!("[context {name}] load from client"),
        };
        let kind = VertexKind::Context(name.to_string(), files);
        self.graph.vertices.push(Vertex {
            kind,
            key: Key::default(),
            inputs: Vec::new(),
            name: shown,
            step: None,
            no_cache: false,
        });
        self.contexts.insert(name.to_string(), self.graph.vertices.len() - 1);
        self.graph.vertices.len() - 1
    }

    /// What a `--build-context` gives to this name.
    fn named_context(&self, name: &str) -> Option<(String, NamedContext)> {
        let name = name.to_ascii_lowercase();
        let given = self.request.contexts.get(&name)?.clone();
        Some((name, given))
    }

    /// The root file system of a `--build-context`.
    fn context_root(&mut self, name: &str, given: NamedContext, platform: &str) -> Option<usize> {
        match given {
            NamedContext::Files(files) => Some(self.context_of(name, files)),
            NamedContext::Image(image) if image == "scratch" => None,
            NamedContext::Image(image) => Some(self.image(&image, platform, None)),
        }
    }

    /// The root file system that `--from` or `from=` names; `None` for an empty one.
    pub(super) fn named(&mut self, target: &DependencyTarget, state: &State) -> Option<usize> {
        match target {
            DependencyTarget::Stage(index) => self.ends.get(*index)?.root,
            DependencyTarget::Image(name) if name == "scratch" => None,
            DependencyTarget::Image(name) => match self.named_context(name) {
                Some((name, given)) => self.context_root(&name, given, &state.platform),
                None => Some(self.image(name, &state.platform, None)),
            },
            DependencyTarget::NotYet(_) | DependencyTarget::Unknown => None,
        }
    }

    fn step(&mut self, stage: &Stage, step: &ModelStep, state: &mut State, counter: &mut Counter) {
        let escape = step.escape;
        match step.body() {
            Body::Arg(declarations) => {
                for declaration in declarations {
                    self.declare(
                        &declaration.name.text,
                        declaration.value.as_ref().map(|it| it.raw.as_str()),
                        escape,
                        state,
                    );
                }
            }
            Body::Env(pairs) => {
                let before = state.env.clone();
                for pair in pairs {
                    let key = before.expand(&pair.key.raw, escape);
                    state.env.set(&key, before.expand(&pair.value.raw, escape), false);
                }
            }
            Body::User(word) => state.user = state.env.expand(&word.raw, escape),
            Body::Shell(Command::Exec { words, .. }) => {
                state.shell = words.iter().map(|word| word.value.text.clone()).collect();
            }
            Body::Workdir(word) => {
                state.workdir = join(&state.workdir, &state.env.expand(&word.raw, escape), false);
                // The root is there already: counted, but neither numbered nor made.
                if state.workdir != "/" {
                    self.workdir(stage, step, state, counter);
                }
            }
            Body::Run(command) => {
                self.counted(stage, step, state, counter, |it, state, at| it.run(step, command, state, at))
            }
            Body::Copy(transfer) | Body::Add(transfer) => {
                self.counted(stage, step, state, counter, |it, state, at| it.transfer(step, transfer, state, at));
            }
            _ => {}
        }
    }

    fn declare(&self, name: &str, default: Option<&str>, escape: char, state: &mut State) {
        let given = self.request.build_arg(name).map(str::to_string);
        let value = given.or_else(|| match default {
            Some(raw) => Some(state.env.expand(raw, escape)),
            None => self.globals.value(name).map(str::to_string),
        });
        if let Some(value) = value {
            state.env.set(name, value, true);
        }
    }

    /// A step that BuildKit counts: names it, and lowers it where its stage is built.
    fn counted(
        &mut self,
        stage: &Stage,
        step: &ModelStep,
        state: &mut State,
        counter: &mut Counter,
        lower: impl FnOnce(&mut Self, &mut State, usize),
    ) {
        let text = command_name(step, &state.env, self.text);
        let at = self.add_step(step.instruction, &text, counter, stage.reachable);
        if stage.reachable {
            lower(self, state, at);
        }
    }

    fn workdir(&mut self, stage: &Stage, step: &ModelStep, state: &mut State, counter: &mut Counter) {
        let epoch = self.request.build_arg("SOURCE_DATE_EPOCH").or(self.globals.value("SOURCE_DATE_EPOCH"));
        let epoch = epoch.unwrap_or_default().to_string();
        self.counted(stage, step, state, counter, |it, state, at| {
            let mut key = Key::default();
            key.push(Part::Kind, "", "mkdir");
            key.push(Part::Workdir, "", &state.workdir);
            key.push(Part::User, "", &state.user);
            key.push(Part::Option, "SOURCE_DATE_EPOCH", epoch);
            let inputs = definition(state.root).into_iter().collect();
            state.root = Some(it.add(at, VertexKind::Mkdir(state.workdir.clone()), key, inputs, false));
        });
    }

    fn add_step(&mut self, instruction: &Instruction, text: &str, counter: &mut Counter, reachable: bool) -> usize {
        counter.index += 1;
        let place = Place {
            stage: counter.stage,
            stage_name: counter.stage_name.clone(),
            index: counter.index,
            total: counter.total,
            line: instruction.lines.0,
            end_line: instruction.lines.1,
            instruction: instruction_text(instruction),
            name: shown(&step_name(&counter.shown_name, counter.index, counter.total, counter.onbuild, text)),
        };
        self.graph.steps.push(Step { place, vertices: Vec::new(), reachable });
        self.graph.steps.len() - 1
    }

    /// Adds a step's vertex under the step's name, or finds the equal one.
    pub(super) fn add(&mut self, step: usize, kind: VertexKind, key: Key, inputs: Vec<Input>, linked: bool) -> usize {
        let mut name = self.graph.steps[step].place.name.clone();
        if linked {
            let at = name.find("] ").map_or(0, |at| at + 2);
            name.insert_str(at, "LINK ");
        }
        let no_cache =
            matches!(kind, VertexKind::Run(..) | VertexKind::Copy(_) | VertexKind::Link) && self.ignores_cache(step);
        let vertex = self.unique(Vertex { kind, key, inputs, name, step: Some(step), no_cache });
        self.graph.steps[step].vertices.push(vertex);
        vertex
    }

    /// Adds a vertex that no instruction stands for.
    pub(super) fn add_internal(&mut self, kind: VertexKind, key: Key, name: &str) -> usize {
        self.unique(Vertex { kind, key, inputs: Vec::new(), name: name.to_string(), step: None, no_cache: false })
    }

    fn unique(&mut self, vertex: Vertex) -> usize {
        let mut identity = vertex.key.digest().to_vec();
        for input in &vertex.inputs {
            identity.extend((input.vertex as u64).to_le_bytes());
            identity.extend(input.selector.as_bytes());
            identity.push(0);
        }
        let vertices = &mut self.graph.vertices;
        *self.same.entry(identity).or_insert_with(|| {
            vertices.push(vertex);
            vertices.len() - 1
        })
    }

    /// `--no-cache` for all stages or for those of a list.
    fn ignores_cache(&self, step: usize) -> bool {
        let stage = &self.model.stages[self.graph.steps[step].place.stage];
        match self.request.option("no-cache") {
            None => false,
            Some("") => true,
            Some(list) => {
                stage.name.is_some_and(|name| list.split(',').any(|it| it.trim().eq_ignore_ascii_case(&name.text)))
            }
        }
    }
}

/// An input that only its definition can match.
pub(super) fn definition(root: Option<usize>) -> Option<Input> {
    root.map(|vertex| Input { vertex, selector: String::new(), content: Vec::new(), writable: true })
}

fn is_counted(kind: Keyword) -> bool {
    matches!(kind, Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir)
}

fn empty(platform: String) -> State {
    State {
        env: Environment::default(),
        workdir: "/".to_string(),
        user: String::new(),
        shell: vec!["/bin/sh".to_string(), "-c".to_string()],
        platform,
        root: None,
    }
}

fn image_state(facts: &ImageFacts, stage: &Stage, platform: String) -> State {
    let known = match &stage.base {
        Base::Image(_, known) => *known,
        _ => None,
    };
    let mut state = empty(platform);
    match &facts.env {
        Some(env) => env.iter().for_each(|(name, value)| state.env.set(name, value.clone(), false)),
        None => {
            state.env.set_unknown("PATH");
            for (name, value) in known.map_or(&[][..], |it| it.env) {
                match value {
                    Some(value) => state.env.set(name, (*value).to_string(), false),
                    None => state.env.set_unknown(name),
                }
            }
        }
    }
    if let Some(workdir) = facts.workdir.as_deref().or(known.and_then(|it| it.workdir)) {
        state.workdir = join("/", workdir, false);
    }
    if let Some(user) = facts.user.as_deref().or(known.and_then(|it| it.user)) {
        state.user = user.to_string();
    }
    let of_table = || known.and_then(|it| it.shell).map(|it| it.iter().map(|word| (*word).to_string()).collect());
    if let Some(shell) = facts.shell.clone().or_else(of_table) {
        state.shell = shell;
    }
    state
}

/// The image's name in full, as BuildKit prints and resolves it.
pub(super) fn normalized(name: &str) -> String {
    let image = crate::model::ImageRef::parse(name);
    let path = match image.registry {
        None if !image.path.contains('/') => format!("docker.io/library/{}", image.path),
        None => format!("docker.io/{}", image.path),
        Some(registry) => format!("{registry}/{}", image.path),
    };
    let tag = match (&image.tag, &image.digest) {
        (Some(tag), _) => format!(":{tag}"),
        (None, None) => ":latest".to_string(),
        (None, Some(_)) => String::new(),
    };
    format!("{path}{tag}{}", image.digest.map(|digest| format!("@{digest}")).unwrap_or_default())
}

fn reference(name: &str, facts: &ImageFacts) -> String {
    let full = normalized(name);
    match &facts.digest {
        Some(digest) if !full.contains('@') => format!("{full}@{digest}"),
        _ => full,
    }
}
