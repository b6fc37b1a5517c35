use crate::syntax::dockerfile::Flag;
use crate::text::Span;

use super::DependencyTarget;

/// A `--mount` of RUN with BuildKit's defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Mount {
    /// What is mounted.
    pub kind: MountKind,
    /// The flag's bytes.
    pub span: Span,
    /// What `from=` names, if it is given.
    pub from: Option<DependencyTarget>,
    /// `source=`, variables replaced; empty stands for the whole source.
    pub source: String,
    /// `target=`, absolute where the working folder is known.
    pub target: String,
    /// True where it would be mounted over the root: the build fails.
    pub at_root: bool,
    /// `id=`.
    pub id: Option<String>,
    /// True if RUN may write to it (what is written to a bind mount is thrown away).
    pub writable: bool,
    /// False where a variable in it is not known before the build.
    pub known: bool,
}

/// What a mount provides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountKind {
    /// Files of the context, a stage or an image.
    Bind,
    /// A folder that outlives the build.
    Cache,
    /// Memory.
    Tmpfs,
    /// A secret as a file or variable.
    Secret,
    /// An agent's socket.
    Ssh,
}

impl MountKind {
    /// The kind that `type=` names.
    pub(super) fn named(name: &str) -> Option<MountKind> {
        match name {
            "bind" => Some(MountKind::Bind),
            "cache" => Some(MountKind::Cache),
            "tmpfs" => Some(MountKind::Tmpfs),
            "secret" => Some(MountKind::Secret),
            "ssh" => Some(MountKind::Ssh),
            _ => None,
        }
    }
}

impl Mount {
    /// A bind mount of the whole context, which the flag's options then change.
    pub(super) fn new(span: Span) -> Mount {
        Mount {
            kind: MountKind::Bind,
            span,
            from: None,
            source: String::new(),
            target: String::new(),
            at_root: false,
            id: None,
            writable: false,
            known: true,
        }
    }

    /// True for a bind mount of the build context.
    pub fn binds_context(&self) -> bool {
        self.kind == MountKind::Bind && self.from.is_none()
    }

    /// True if `path`, absolute, lies in a cache or tmpfs mount, so that it leaves nothing in the
    /// layer.
    pub fn keeps_out_of_layer(&self, path: &str) -> bool {
        let below = |folder: &str| {
            path == folder || path.strip_prefix(folder).is_some_and(|rest| folder == "/" || rest.starts_with('/'))
        };
        matches!(self.kind, MountKind::Cache | MountKind::Tmpfs) && below(self.target.trim_end_matches('/'))
    }
}

/// The `key=value` parts of a mount flag, keys in lower case; CSV with quotes as BuildKit reads it.
pub(super) fn options(flag: &Flag) -> Vec<(String, Option<String>)> {
    let raw = flag.value.as_ref().map_or("", |value| value.raw.as_str());
    csv_fields(raw)
        .into_iter()
        .map(|field| match field.split_once('=') {
            Some((key, value)) => (key.trim().to_ascii_lowercase(), Some(value.to_string())),
            None => (field.trim().to_ascii_lowercase(), None),
        })
        .collect()
}

fn csv_fields(raw: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in raw.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().expect("never empty").push(c),
        }
    }
    fields
}
