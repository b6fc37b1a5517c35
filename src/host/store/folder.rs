use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many files of a kind are kept; the oldest go first.
const MAX_FILES: usize = 20_000;
/// After so many new files a folder is looked through.
const PRUNE_EVERY: usize = 500;

/// A folder with a folder for each kind of what is kept.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    written: AtomicUsize,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Folder {
        Folder { root: root.to_path_buf(), written: AtomicUsize::new(0) }
    }

    pub(super) fn get(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let Some((mut file, _)) = self.reader(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| self.named(error))?;
        Ok(Some(bytes))
    }

    pub(super) fn reader(&self, name: &str) -> io::Result<Option<(fs::File, u64)>> {
        match fs::File::open(self.root.join(name)) {
            Ok(file) => {
                let size = file.metadata()?.len();
                Ok(Some((file, size)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.named(error)),
        }
    }

    /// In one step, for other runs may read or write the same file.
    pub(super) fn write(&self, name: &str, fill: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let file = self.root.join(name);
        let folder = file.parent().unwrap_or(&self.root);
        make(folder).map_err(|error| self.named(error))?;
        let mut new = tempfile::NamedTempFile::new_in(folder).map_err(|error| self.named(error))?;
        fill(&mut new)?;
        new.persist(&file).map_err(|error| self.named(error.error))?;
        if self.written.fetch_add(1, Ordering::Relaxed).is_multiple_of(PRUNE_EVERY) {
            prune(folder);
        }
        Ok(())
    }

    fn named(&self, error: io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", crate::host::display(&self.root)))
    }
}

/// Account files of images may be in there: the folder is the user's alone.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn prune(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    if files.len() <= MAX_FILES {
        return;
    }
    files.sort_by_cached_key(|file| fs::metadata(file).and_then(|meta| meta.modified()).ok());
    for file in &files[..files.len() - MAX_FILES * 9 / 10] {
        let _ = fs::remove_file(file);
    }
}
