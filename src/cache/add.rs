use crate::model::Step;

use super::graph::{Key, Part, Vertex, VertexKind};
use super::lower::{Lower, State};

/// A source of ADD that is fetched.
pub(super) struct Remote {
    url: String,
    is_git: bool,
    /// The name of what it brings: a file, or nothing for the whole of a repository.
    pub(super) file: String,
}

/// What ADD fetches, if the word is an address.
pub(super) fn remote(source: &str) -> Option<Remote> {
    let is_http = source.starts_with("http://") || source.starts_with("https://");
    let address = source.split(['#', '?']).next().unwrap_or(source);
    let is_git = source.starts_with("git://")
        || source.starts_with("ssh://")
        || source.starts_with("git@")
        || (is_http && address.ends_with(".git"))
        || source.starts_with("github.com/");
    if is_git {
        return Some(Remote { url: source.to_string(), is_git, file: String::new() });
    }
    let path = address.split_once("://")?.1.split_once('/').map_or("", |(_, path)| path);
    let name = path.trim_end_matches('/').rsplit('/').next().filter(|it| !it.is_empty());
    is_http.then(|| Remote { url: source.to_string(), is_git, file: name.unwrap_or("__unnamed__").to_string() })
}

impl Remote {
    /// True if the address names one commit for good.
    fn is_pinned(&self) -> bool {
        let reference = self.url.split_once('#').map_or("", |(_, it)| it.split(':').next().unwrap_or(it));
        self.is_git && reference.len() == 40 && reference.bytes().all(|b| b.is_ascii_hexdigit())
    }
}

impl Lower<'_> {
    /// The vertex that fetches.
    pub(super) fn remote(&mut self, remote: &Remote, step: &Step, state: &State) -> usize {
        let flag = |name: &str| {
            let value = step.instruction.flag(name)?.value.as_ref()?;
            Some(state.env.expand(&value.raw, step.escape))
        };
        let checksum = flag("checksum");
        let pinned = remote.is_pinned().then(|| remote.url.clone());
        let held = checksum.clone().or_else(|| self.request.remotes.get(&remote.url).cloned()).or(pinned);
        let mut key = Key::default();
        key.push(Part::Kind, "", "remote");
        key.push(Part::Source, "", &remote.url);
        key.push(Part::Option, "checksum", checksum.unwrap_or_default());
        let keep =
            step.instruction.flag("keep-git-dir").is_some_and(|_| flag("keep-git-dir").as_deref() != Some("false"));
        key.push(Part::Option, "keep-git-dir", keep.to_string());
        self.graph.vertices.push(Vertex {
            kind: VertexKind::Remote { url: remote.url.clone(), held, file: remote.file.clone() },
            key,
            inputs: Vec::new(),
            name: remote.url.clone(),
            step: None,
            no_cache: false,
        });
        self.graph.vertices.len() - 1
    }
}
