//! What the server keeps an eye on: its client's process, and files that its findings depend on.

use std::path::PathBuf;
use std::time::Duration;

/// Files that the client is asked to watch: configuration, and what decides over the build context.
pub(super) const PATTERNS: [&str; 6] = [
    "**/cachalot.toml",
    "**/.hadolint.{yaml,yml}",
    "**/*.dockerignore",
    "**/.dockerignore",
    "**/{Docker,Container}file*",
    // A commit was made, or another branch is there now.
    "**/.git/logs/HEAD",
];

/// How often the client's process is looked for.
const EVERY: Duration = Duration::from_secs(2);

/// Ends the service when the client's process is gone. Where no `/proc` tells of it, on Unix an
/// orphaned server is one that another process has adopted; on Windows its streams end with it.
pub(super) fn watch(process: u64) {
    let place = PathBuf::from(format!("/proc/{process}"));
    let has_proc = std::path::Path::new("/proc/self").exists();
    let parent = parent();
    if !has_proc && parent.is_none() {
        return;
    }
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(EVERY);
            let is_gone = if has_proc { !place.exists() } else { self::parent() != parent };
            if is_gone {
                std::process::exit(1);
            }
        }
    });
}

#[cfg(unix)]
fn parent() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

#[cfg(not(unix))]
fn parent() -> Option<u32> {
    None
}
