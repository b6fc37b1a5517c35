//! A git repository of a test's own.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Writes a file of the repository, with the folders above it.
pub(crate) fn write(repo: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = repo.join(path);
    fs::create_dir_all(path.parent().expect("is in a folder")).expect("creates");
    fs::write(path, bytes).expect("writes");
}

/// Commits everything.
pub(crate) fn commit(repo: &Path) {
    git(repo, &["add", "-A"]);
    git(repo, &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "change"]);
}

/// Runs git, which has to succeed, and gives what it prints.
pub(crate) fn git(repo: &Path, args: &[&str]) -> String {
    let output = Command::new("git").current_dir(repo).args(args).output().expect("git is installed");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
