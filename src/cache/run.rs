use crate::model::Step;
use crate::syntax::dockerfile::{Command, Heredoc, Mount, MountKind, mounts};

use super::graph::{Input, Key, Part, VertexKind};
use super::lower::{Lower, State, definition};
use super::name::sole_heredoc;
use super::paths::{absolute, join};
use super::select::Selector;

/// Options of the build that are part of every RUN's key.
const OPTIONS: [&str; 6] = ["hostname", "cgroup-parent", "ulimit", "shm-size", "force-network-mode", "add-hosts"];

impl Lower<'_> {
    /// RUN: its root file system matches by definition, what it mounts by content as well.
    pub(super) fn run(&mut self, step: &Step, command: &Command, state: &mut State, at: usize) {
        let mut key = Key::default();
        let mut inputs: Vec<Input> = definition(state.root).into_iter().collect();
        let (args, script) = self.args(step, command, state);
        key.push(Part::Kind, "", "run");
        for arg in &args {
            key.push(Part::Command, "", arg);
        }
        for variable in state.env.iter() {
            let part = if variable.is_arg { Part::Argument } else { Part::Environment };
            key.push(part, &variable.name, &variable.value);
        }
        key.push(Part::Workdir, "", &state.workdir);
        key.push(Part::User, "", &state.user);
        key.push(Part::Platform, "", &state.platform);
        let flag = |name: &str, default: &str| {
            let value = step.instruction.flag(name).and_then(|flag| flag.value.as_ref());
            value.map_or(default, |word| word.raw.as_str()).to_string()
        };
        key.push(Part::Network, "", flag("network", "default"));
        key.push(Part::Security, "", flag("security", "sandbox"));
        for device in step.instruction.flags_named("device") {
            key.push(Part::Option, "device", device.value.as_ref().map_or("", |it| it.raw.as_str()));
        }
        self.options(&mut key);
        if let Some((name, body)) = script {
            let mut file = Key::default();
            file.push(Part::Kind, "", "inline");
            file.push(Part::Source, "", &name);
            file.push(Part::Content, "", &body);
            let kind = VertexKind::Inline(name, 0o755, body.into_bytes());
            let vertex = self.add_internal(kind, file, "[internal] preparing inline document");
            key.push(Part::Mount, "/dev/pipes/", "script");
            let content = vec![Selector::path("/")];
            inputs.push(Input { vertex, selector: String::new(), content, writable: false });
        }
        let mut mounted = Vec::new();
        for (number, mount) in mounts(step.instruction).iter().enumerate() {
            // The model's mounts leave out those of an unknown type; both lists name a flag's span.
            let from = step.mounts.iter().find(|it| it.span == mount.flag.span).and_then(|it| it.from.clone());
            self.mount(step, mount, from, number, state, &mut key, &mut inputs, &mut mounted);
        }
        state.root = Some(self.add(at, VertexKind::Run(args, mounted), key, inputs, false));
    }

    /// What is executed, and the script that a heredoc beginning with `#!` becomes.
    fn args(&self, step: &Step, command: &Command, state: &State) -> (Vec<String>, Option<(String, String)>) {
        let text = match command {
            Command::Exec { words, .. } => return (words.iter().map(|word| word.value.text.clone()).collect(), None),
            Command::Shell { text, .. } => &text.text,
        };
        let heredocs = &step.instruction.heredocs;
        let mut args = state.shell.clone();
        if let Some(heredoc) = sole_heredoc(command, heredocs) {
            let body = body(heredoc, self.text);
            if body.starts_with("#!") {
                args.push(format!("/dev/pipes/{}", heredoc.name.text));
                return (args, Some((heredoc.name.text.clone(), body)));
            }
            args.push(body);
            return (args, None);
        }
        let mut script = text.clone();
        for heredoc in heredocs {
            script.push('\n');
            script.push_str(heredoc.body.slice(self.text));
            script.push_str(&heredoc.name.text);
        }
        args.push(script);
        (args, None)
    }

    fn options(&self, key: &mut Key) {
        for name in OPTIONS {
            let Some(value) = self.request.option(name) else { continue };
            // Of `--add-host` only the names count.
            let value = match name {
                "add-hosts" => {
                    value.split(',').map(|it| it.split('=').next().unwrap_or(it)).collect::<Vec<_>>().join(",")
                }
                _ => value.to_string(),
            };
            key.push(Part::Option, name, value);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one mount adds to everything that RUN is made of")]
    fn mount(
        &mut self,
        step: &Step,
        mount: &Mount,
        from: Option<crate::model::DependencyTarget>,
        number: usize,
        state: &State,
        key: &mut Key,
        inputs: &mut Vec<Input>,
        mounted: &mut Vec<(String, usize, String)>,
    ) {
        let word = |word: Option<&crate::syntax::dockerfile::Word>| {
            word.map(|it| state.env.expand(&it.raw, step.escape)).unwrap_or_default()
        };
        let option = |name: &str| word(mount.flag.option(&[name]));
        let target = word(mount.target);
        let target = if target.is_empty() { target } else { join(&state.workdir, &target, false) };
        let name = format!("{number} {target}");
        let owner = ["mode", "uid", "gid"].map(option);
        match mount.kind {
            MountKind::Secret | MountKind::Ssh => {
                let id = [word(mount.id), word(mount.source)].concat();
                let env = word(mount.env);
                let value = format!("{:?} id={id} env={env} required={} {owner:?}", mount.kind, mount.required);
                key.push(Part::Mount, name, value);
                return;
            }
            MountKind::Tmpfs => {
                key.push(Part::Mount, name, format!("tmpfs size={}", option("size")));
                return;
            }
            MountKind::Cache => key.push(Part::Mount, &name, self.cache_mount(mount, &word, &target)),
            MountKind::Bind | MountKind::Unknown => {
                key.push(Part::Mount, &name, format!("bind ro={}", mount.read_only));
            }
        }
        let source = absolute(&word(mount.source));
        let is_cache = mount.kind == MountKind::Cache;
        let vertex = match &from {
            Some(target) => self.named(target, state),
            None if is_cache => None,
            None => Some(self.context()),
        };
        if source == "/" && owner.iter().any(|it| !it.is_empty()) {
            let mut folder = Key::default();
            folder.push(Part::Kind, "", "mkdir");
            folder.push(Part::Mount, "", permissions(&owner));
            let kind = VertexKind::Mkdir("/cache".to_string());
            let vertex = self.add_internal(kind, folder, "[internal] setting cache mount permissions");
            inputs.push(Input { vertex, selector: "/cache".to_string(), content: Vec::new(), writable: true });
            key.push(Part::Mount, format!("{name} input"), (inputs.len() - 1).to_string());
            return;
        }
        let Some(vertex) = vertex else { return };
        let at = add_mount_input(inputs, vertex, &source, state.root);
        inputs[at].writable |= is_cache || !mount.read_only;
        // Which input a mount has is part of the key; what it selects is part of the input.
        key.push(Part::Mount, format!("{name} input"), at.to_string());
        mounted.push((target, at, source));
    }

    fn cache_mount(
        &self,
        mount: &Mount,
        word: &dyn Fn(Option<&crate::syntax::dockerfile::Word>) -> String,
        target: &str,
    ) -> String {
        let id = Some(word(mount.id)).filter(|it| !it.is_empty()).unwrap_or_else(|| target.to_string());
        let namespace = self.request.build_arg("BUILDKIT_CACHE_MOUNT_NS").unwrap_or_default();
        let full = format!("{namespace}/{}", id);
        let sharing = word(mount.sharing).to_ascii_lowercase();
        let shared = sharing.is_empty() || sharing == "shared";
        // Only the id that comes of itself is part of the key.
        let is_default = full == target || full.split_once('/').is_some_and(|(_, id)| id == target);
        let id = if is_default && shared { full } else { String::new() };
        format!("cache ro={} id={id}", mount.read_only)
    }
}

/// One vertex that is mounted twice is one input; where it is the root file system as well, the whole
/// root counts by its content.
fn add_mount_input(inputs: &mut Vec<Input>, vertex: usize, source: &str, root: Option<usize>) -> usize {
    if let Some(at) = inputs.iter().position(|input| input.vertex == vertex) {
        let selector = if root == Some(vertex) { Selector::path("/") } else { Selector::path(source) };
        inputs[at].selector = format!("{}\0{source}", inputs[at].selector);
        inputs[at].content.push(selector);
        return at;
    }
    let content = vec![Selector::path(source)];
    inputs.push(Input { vertex, selector: source.to_string(), content, writable: false });
    inputs.len() - 1
}

/// The body of a heredoc as the builder reads it: without leading tabs after `<<-`.
pub(super) fn body(heredoc: &Heredoc, file: &str) -> String {
    let body = heredoc.body.slice(file);
    if !heredoc.chomp {
        return body.to_string();
    }
    body.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
}

/// Mode and owner of a cache mount's folder: what is hashed of it. Bits above the permissions (`2777`)
/// are never set, and what is not given is `0755`, user 0, group 0.
fn permissions([mode, uid, gid]: &[String; 3]) -> String {
    let mode = u32::from_str_radix(mode, 8).unwrap_or(0o755) & 0o777;
    let id = |text: &str| text.parse::<u64>().unwrap_or(0);
    format!("{mode:o} {} {}", id(uid), id(gid))
}
