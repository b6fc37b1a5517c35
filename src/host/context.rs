use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cache::{ContentId, Dir, Node};
use crate::syntax::dockerignore::{Dockerignore, FolderState, Matcher};
use crate::text::decode;

use super::paths::slashed;

/// Names the bytes of a file.
pub type NameBytes<'n> = dyn Fn(&mut dyn Read) -> io::Result<ContentId> + Sync + 'n;

/// A folder on disk as a builder receives it: the ignore file of `dockerfile` or of the folder
/// honoured, permission bits as they are, every file read. An error names the path.
pub fn sent_context(root: &Path, dockerfile: &Path, name: &NameBytes) -> io::Result<Arc<Dir>> {
    let mut own = dockerfile.as_os_str().to_os_string();
    own.push(".dockerignore");
    let ignore = [PathBuf::from(own), root.join(".dockerignore")].iter().find_map(|path| super::read(path).ok());
    let matcher = Dockerignore::parse(&ignore.map(|bytes| decode(&bytes).0).unwrap_or_default()).matcher();
    let mut walk = Walk { matcher: &matcher, found: Vec::new() };
    walk.folder(root, "", &matcher.root())?;
    let node = |(path, disk, kind): (String, PathBuf, Kind)| -> io::Result<(String, Node)> {
        let failed = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", super::display(&disk)));
        let node = match kind {
            Kind::Folder(mode) => Node::Dir(Arc::new(Dir::new(mode, Vec::new()))),
            Kind::Link => Node::Link(slashed(&fs::read_link(&disk).map_err(failed)?).into()),
            Kind::File(mode) => {
                let mut file = fs::File::open(&disk).map_err(failed)?;
                Node::File(mode, name(&mut file).map_err(failed)?)
            }
        };
        Ok((path, node))
    };
    let nodes: io::Result<Vec<_>> = walk.found.into_par_iter().map(node).collect();
    Ok(Dir::from_paths(nodes?))
}

enum Kind {
    Folder(u32),
    Link,
    File(u32),
}

struct Walk<'m> {
    matcher: &'m Matcher,
    found: Vec<(String, PathBuf, Kind)>,
}

impl Walk<'_> {
    /// Returns whether anything below is sent.
    fn folder(&mut self, disk: &Path, path: &str, state: &FolderState) -> io::Result<bool> {
        let failed = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", super::display(disk)));
        let mut any = false;
        for entry in fs::read_dir(disk).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // A name that is not Unicode cannot be written in a Dockerfile, but copied with its folder.
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if path.is_empty() { name } else { format!("{path}/{name}") };
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                let below = self.matcher.enter(state, &path);
                if below.is_closed() {
                    continue;
                }
                let mark = self.found.len();
                let sent = self.folder(&entry.path(), &path, &below)?;
                if sent || !below.is_excluded() {
                    let mode = mode(&entry.metadata().map_err(failed)?);
                    self.found.insert(mark, (path, entry.path(), Kind::Folder(mode)));
                    any = true;
                }
            } else if !self.matcher.excludes_in(state, &path) {
                let kind = match () {
                    () if kind.is_symlink() => Kind::Link,
                    () if kind.is_file() => Kind::File(mode(&entry.metadata().map_err(failed)?)),
                    () => continue,
                };
                self.found.push((path, entry.path(), kind));
                any = true;
            }
        }
        Ok(any)
    }
}

#[cfg(unix)]
fn mode(meta: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o7777
}

/// Builders on Windows send everything with these bits.
#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> u32 {
    0o755
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_sent() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        fs::create_dir_all(root.join("src/empty")).expect("creates");
        fs::create_dir_all(root.join("target/deep")).expect("creates");
        for file in ["src/a.rs", "src/b.md", "target/deep/x", ".dockerignore", "Dockerfile"] {
            fs::write(root.join(file), file).expect("writes");
        }
        fs::write(root.join(".dockerignore"), "target\n**/*.md\n.dockerignore\n").expect("writes");
        std::os::unix::fs::symlink("a.rs", root.join("src/link")).expect("links");
        let name = |file: &mut dyn Read| {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map(|_| ContentId::of(&bytes))
        };
        let sent = sent_context(root, &root.join("Dockerfile"), &name).expect("readable");
        let names = |dir: &Dir| dir.entries().iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>();
        assert_eq!(names(&sent), ["Dockerfile", "src"]);
        let Some(Node::Dir(src)) = sent.get("src") else { panic!("a folder") };
        assert_eq!(names(src), ["a.rs", "empty", "link"]);
        assert!(
            matches!(src.get("a.rs"), Some(Node::File(mode, id)) if *id == ContentId::of(b"src/a.rs") && mode & 0o600 == 0o600)
        );
    }
}
