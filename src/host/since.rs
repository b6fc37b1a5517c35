use std::path::{Path, PathBuf};

use super::git::{Commit, Git, GitError};
use crate::text::{self, decode};

/// The lines that changed since a revision, for the files of any number of repositories.
pub struct Since {
    revision: String,
    repositories: Vec<(Git, Commit)>,
}

impl Since {
    /// The changes since `revision`, of which the repository around the current folder has to know.
    /// What counts is the commit where the branches parted: what others did on theirs meanwhile is no
    /// change of ours.
    pub fn new(revision: &str) -> Result<Since, GitError> {
        let mut since = Since { revision: revision.to_string(), repositories: Vec::new() };
        since.discover(Path::new("."))?;
        Ok(since)
    }

    fn discover(&mut self, folder: &Path) -> Result<usize, GitError> {
        let git = Git::discover(folder)?;
        let commit = git.commit(&self.revision)?;
        let base = git.commit("HEAD").ok().and_then(|head| git.merge_base(&commit, &head));
        self.repositories.push((git, base.unwrap_or(commit)));
        Ok(self.repositories.len() - 1)
    }

    /// For each line of `text`, the file's text now, whether it is new or different; `None` where all
    /// of it is, for the file was not there.
    pub fn changed(&mut self, file: &Path, text: &str) -> Result<Option<Vec<bool>>, GitError> {
        let at = match self.repositories.iter().position(|(git, _)| git.path_of(file).is_some()) {
            Some(at) => at,
            None => self.discover(&folder_of(file))?,
        };
        let (git, base) = &self.repositories[at];
        let Some(path) = git.path_of(file) else { return Ok(None) };
        let Some(before) = git.read(base, &path)? else { return Ok(None) };
        Ok(Some(changed_lines(&decode(&before).0, text)))
    }
}

fn folder_of(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_path_buf()
}

/// Line ends do not count: a checkout on Windows has others.
fn changed_lines(before: &str, after: &str) -> Vec<bool> {
    let lines = |text| str::split(text, '\n').map(|line| line.trim_end_matches('\r'));
    let mut changed = vec![false; lines(after).count()];
    for (_, new) in text::changed_lines(lines(before), lines(after)) {
        changed[new].fill(true);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::changed_lines;

    #[test]
    fn only_what_differs_counts() {
        let of = |before, after| {
            changed_lines(before, after).iter().map(|it| if *it { '+' } else { ' ' }).collect::<String>()
        };
        assert_eq!(of("a\nb\nc\n", "a\r\nb\r\nc\r\n"), "    ");
        assert_eq!(of("a\nb\n", "new\na\nB\n"), "+ + ");
        assert_eq!(of("a\nb\nc\n", "a\nc\n"), "   ");
        assert_eq!(of("", "a"), "+");
    }
}
