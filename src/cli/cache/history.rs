use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cache::{Memory, Request};
use crate::host::{self, Commit, Git, History, Place};

/// The commits to build, oldest first; the first one fills the cache.
pub(super) fn commits(git: &Git, range: Option<&str>, most: usize) -> anyhow::Result<Vec<Commit>> {
    let Some(range) = range else {
        return Ok(git.history(&git.commit("HEAD")?, None, most.saturating_add(1))?);
    };
    let (from, to) = range.split_once("..").context("--range: expected A..B")?;
    let to = if to.is_empty() { "HEAD" } else { to };
    let from = git.commit(from)?;
    let mut commits = vec![from.clone()];
    commits.extend(git.history(&git.commit(to)?, Some(&from), usize::MAX)?);
    Ok(commits)
}

/// Builds all commits, with a bar; ctrl-C cuts it short.
pub(super) fn build(
    place: &Place,
    git: &mut Git,
    commits: &[Commit],
    request: &Request,
    memory: Memory,
) -> anyhow::Result<History> {
    let bar = progress(commits.len() as u64, "commits");
    let mut go_on = || {
        bar.inc(1);
        !host::is_interrupted()
    };
    let history = History::build(place, git, commits, request, memory, &mut go_on)?;
    bar.finish_and_clear();
    Ok(history)
}

/// A bar on standard error, where that is a terminal.
pub(super) fn progress(count: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(count);
    match ProgressStyle::with_template(&format!("{{bar:30}} {{pos}}/{{len}} {what}")) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A sign of life on standard error, where that is a terminal.
pub(super) fn spinner(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}
