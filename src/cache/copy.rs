use crate::model::Step;
use crate::syntax::dockerfile::{Body, Heredoc, Lex, Transfer};

use super::add::remote;
use super::graph::{Copied, Input, Key, Part, VertexKind};
use super::lower::{Lower, State, definition};
use super::paths::{absolute, base, has_wildcard, join};
use super::run::body;
use super::select::Selector;

/// The flags that hold for all sources of one COPY or ADD.
struct Flags {
    owner: String,
    mode: String,
    parents: bool,
    unpack: bool,
    exclude: Vec<String>,
    dest: String,
}

impl Lower<'_> {
    /// COPY and ADD: each source is read from the context, a stage, an image, the network or the
    /// Dockerfile itself, and can match by its content.
    pub(super) fn transfer(&mut self, step: &Step, transfer: &Transfer, state: &mut State, at: usize) {
        let flag = |name: &str| step.instruction.flag(name).and_then(|it| it.value.as_ref()).map(|it| it.raw.as_str());
        let switch = |name: &str| step.instruction.flag(name).is_some() && flag(name) != Some("false");
        let expand = |raw: &str| state.env.expand(raw, step.escape);
        let is_add = matches!(step.body(), Body::Add(_));
        let unpack = flag("unpack").map_or(is_add, |it| it != "false");
        let flags = Flags {
            owner: flag("chown").map(expand).unwrap_or_default(),
            mode: flag("chmod").map(expand).unwrap_or_default(),
            parents: switch("parents"),
            unpack: unpack || (step.instruction.flag("unpack").is_some() && flag("unpack").is_none()),
            exclude: step
                .instruction
                .flags_named("exclude")
                .filter_map(|it| Some(it.value.as_ref()?.raw.clone()))
                .collect(),
            dest: join(&state.workdir, &expand(&transfer.dest.raw), true),
        };
        let linked = switch("link") && flags.mode.is_empty();
        let mut copy = Copy { key: Key::default(), inputs: Vec::new(), actions: Vec::new(), root: None };
        copy.key.push(Part::Kind, "", "copy");
        if !linked {
            copy.root = state.root;
            copy.inputs.extend(definition(state.root));
        }
        let heredocs = &step.instruction.heredocs;
        let is_heredoc = |raw: &str| !heredocs.is_empty() && raw.contains("<<");
        for source in transfer.sources.iter().filter(|word| !is_heredoc(&word.raw)) {
            let source = expand(&source.raw);
            match remote(&source).filter(|_| is_add) {
                Some(remote) => {
                    let vertex = self.remote(&remote, step, state);
                    let name = remote.file.clone();
                    copy.add(
                        &flags,
                        Some(vertex),
                        Selector::path(&format!("/{name}")),
                        &name,
                        flag("unpack").is_some(),
                    );
                }
                None => self.local(&mut copy, &flags, step, &source, state),
            }
        }
        for heredoc in heredocs {
            let vertex = self.inline(heredoc, state);
            let name = &heredoc.name.text;
            copy.add(&flags, Some(vertex), Selector::path(&format!("/{name}")), name, false);
        }
        self.finish(copy, linked, state, at);
    }

    fn local(&mut self, copy: &mut Copy, flags: &Flags, step: &Step, source: &str, state: &State) {
        let from = step.instruction.flag("from").and_then(|it| it.value.as_ref());
        let vertex = match from {
            None => Some(self.context()),
            Some(_) => {
                let target = self.copy_target(step);
                target.and_then(|target| self.named(&target, state))
            }
        };
        let (mut path, mut include, mut required) = (source.to_string(), Vec::new(), Vec::new());
        if flags.parents {
            let (parent, pattern) = match source.split_once("/./") {
                Some((parent, pattern)) => (parent.to_string(), pattern.to_string()),
                None => ("/".to_string(), source.to_string()),
            };
            let pattern = absolute(&pattern);
            if !has_wildcard(&parent) && !has_wildcard(&pattern) {
                required.push(absolute(&format!("{parent}/{pattern}")));
            }
            include.push(pattern.trim_start_matches('/').to_string());
            path = parent;
        }
        let path = absolute(&path);
        let wildcard = has_wildcard(&path);
        let selector = Selector { path: path.clone(), wildcard, include, exclude: flags.exclude.clone(), required };
        copy.add(flags, vertex, selector, base(&path), flags.unpack);
    }

    /// What `--from` names. Triggers are lowered in the stage that runs them, so the name is looked up
    /// among its dependencies by its place.
    fn copy_target(&self, step: &Step) -> Option<crate::model::DependencyTarget> {
        let span = step.instruction.flag("from")?.value.as_ref()?.span;
        let all = self.model.stages.iter().flat_map(|stage| &stage.dependencies);
        all.filter(|it| it.span == span).map(|it| it.target.clone()).next()
    }

    fn inline(&mut self, heredoc: &Heredoc, state: &State) -> usize {
        let mut body = body(heredoc, self.text);
        if heredoc.expand {
            body = state.env.read(&body, &Lex::heredoc());
        }
        let mut key = Key::default();
        key.push(Part::Kind, "", "inline");
        key.push(Part::Source, "", &heredoc.name.text);
        key.push(Part::Content, "", &body);
        let kind = VertexKind::Inline(heredoc.name.text.clone(), 0o644, body.into_bytes());
        self.add_internal(kind, key, "[internal] preparing inline document")
    }

    fn finish(&mut self, copy: Copy, linked: bool, state: &mut State, at: usize) {
        let vertex = self.add(at, VertexKind::Copy(copy.actions), copy.key, copy.inputs, false);
        state.root = match state.root {
            Some(below) if linked => {
                let mut key = Key::default();
                key.push(Part::Kind, "", "link");
                let inputs = [Some(below), Some(vertex)].into_iter().filter_map(definition).collect();
                Some(self.add(at, VertexKind::Link, key, inputs, true))
            }
            _ => Some(vertex),
        };
    }
}

/// A COPY in the making.
struct Copy {
    key: Key,
    inputs: Vec<Input>,
    actions: Vec<Copied>,
    root: Option<usize>,
}

impl Copy {
    fn add(&mut self, flags: &Flags, vertex: Option<usize>, selector: Selector, name: &str, unpack: bool) {
        let at = vertex.map(|vertex| self.input(vertex, &selector));
        let include: Vec<&str> = selector.include.iter().map(String::as_str).collect();
        self.key.push(Part::Source, "", name);
        self.key.push(Part::Destination, "", &flags.dest);
        self.key.push(Part::Mode, "", &flags.mode);
        self.key.push(Part::Owner, "", &flags.owner);
        self.key.push(Part::Pattern, "include", format!("{include:?} {:?}", selector.required));
        self.key.push(Part::Pattern, "exclude", format!("{:?}", selector.exclude));
        self.key.push(Part::Option, "unpack", unpack.to_string());
        self.key.push(Part::Option, "input", format!("{at:?}"));
        let mode = u32::from_str_radix(&flags.mode, 8).ok();
        let simple = flags.owner.is_empty() && !flags.parents && !unpack && (flags.mode.is_empty() || mode.is_some());
        self.actions.push(Copied { input: at, selector, dest: flags.dest.clone(), mode, simple });
    }

    /// The input of a source; several sources in one place are one input, and a source that is the
    /// root file system itself counts by its definition only.
    fn input(&mut self, vertex: usize, selector: &Selector) -> usize {
        let is_root = self.root == Some(vertex);
        if let Some(at) = self.inputs.iter().position(|input| input.vertex == vertex) {
            if !is_root {
                let mut paths: Vec<&str> =
                    self.inputs[at].selector.split('\0').chain([selector.path.as_str()]).collect();
                paths.sort_unstable();
                self.inputs[at].selector = paths.join("\0");
                self.inputs[at].content.push(selector.clone());
            }
            return at;
        }
        let content = vec![selector.clone()];
        self.inputs.push(Input { vertex, selector: selector.path.clone(), content, writable: false });
        self.inputs.len() - 1
    }
}
