//! What the server keeps an eye on: its client's process, and files that its findings depend on.

use std::path::PathBuf;
use std::time::Duration;

/// Files that the client is asked to watch: configuration, and what decides over the build context.
pub(super) const PATTERNS: [&str; 5] = [
    "**/cachalot.toml",
    "**/.hadolint.{yaml,yml}",
    "**/*.dockerignore",
    "**/.dockerignore",
    "**/{Docker,Container}file*",
];

/// How often the client's process is looked for.
const EVERY: Duration = Duration::from_secs(2);

/// Ends the service when the client's process is gone, where the system tells.
pub(super) fn watch(process: u64) {
    if !std::path::Path::new("/proc/self").exists() {
        return;
    }
    let place = PathBuf::from(format!("/proc/{process}"));
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(EVERY);
            if !place.exists() {
                std::process::exit(1);
            }
        }
    });
}
