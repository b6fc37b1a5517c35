//! The folder that commands run in, as `cd` and friends move it.

use super::super::Cwd;

/// The working folder of a shell at one point of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Folder {
    pub(super) cwd: Cwd,
    pushed: Vec<Cwd>,
}

impl Folder {
    /// Applies `cd`, `pushd` or `popd`; `None` stands for an argument that is not known.
    pub(super) fn run(&mut self, name: &str, args: &[Option<&str>]) {
        let operands = || args.iter().filter(|arg| !matches!(arg, Some("-L" | "-P" | "-e" | "-@" | "--" | "-n")));
        match name {
            "cd" | "chdir" => self.cwd = self.cwd.joined(operands().next().copied().flatten()),
            "pushd" => {
                self.pushed.push(self.cwd.clone());
                self.cwd = self.cwd.joined(operands().next().copied().flatten());
            }
            "popd" => self.cwd = self.pushed.pop().unwrap_or(Cwd::Unknown),
            _ => {}
        }
    }

    /// What holds after two ways that may both have been gone.
    pub(super) fn or(self, other: Folder) -> Folder {
        if self == other { self } else { Folder { cwd: Cwd::Unknown, pushed: Vec::new() } }
    }
}

impl Cwd {
    /// The folder reached from here by `path`, lexically; unknown for `None`, `-`, `~` and globs.
    pub(super) fn joined(&self, path: Option<&str>) -> Cwd {
        let Some(path) = path.filter(|path| !is_unknown(path)) else { return Cwd::Unknown };
        let base = match self {
            _ if path.starts_with('/') => "",
            Cwd::Workdir => "",
            Cwd::Known(base) => base,
            Cwd::Unknown => return Cwd::Unknown,
        };
        let mut parts: Vec<&str> = Vec::new();
        let absolute = path.starts_with('/') || base.starts_with('/');
        for part in base.split('/').chain(path.split('/')) {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
                ".." if absolute => {}
                part => parts.push(part),
            }
        }
        match (absolute, parts.is_empty()) {
            (true, _) => Cwd::Known(format!("/{}", parts.join("/"))),
            (false, true) => Cwd::Workdir,
            (false, false) => Cwd::Known(parts.join("/")),
        }
    }
}

fn is_unknown(path: &str) -> bool {
    path.is_empty() || path == "-" || path.starts_with(['~', '+']) || path.contains(['*', '?', '['])
}
