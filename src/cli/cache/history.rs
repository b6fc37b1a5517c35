use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cache::{Dir, Graph, Graphs, Memory, Replay, Request, Snapshot};
use crate::host::{self, Commit, Git};
use crate::report::ReportedBuild;

use super::snapshot::Place;

/// A history that was read and built.
pub(super) struct History {
    /// The states with a Dockerfile, oldest first.
    pub(super) states: Vec<Snapshot>,
    /// The builds after the first one.
    pub(super) builds: Vec<ReportedBuild>,
    /// Commits without such a Dockerfile.
    pub(super) skipped: usize,
    /// What happened.
    pub(super) replay: Replay,
    /// The graph of the last build.
    pub(super) last: Option<Graph>,
    /// True if ctrl-C cut it short.
    pub(super) interrupted: bool,
}

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

/// Builds all commits.
pub(super) fn build(
    place: &Place,
    git: &mut Git,
    commits: &[Commit],
    request: &Request,
    memory: Memory,
) -> anyhow::Result<History> {
    let nothing = Dir::empty();
    let bar = progress(commits.len() as u64, "commits");
    let mut graphs = Graphs::new(request.clone());
    let mut history = History {
        states: Vec::new(),
        builds: Vec::new(),
        skipped: 0,
        replay: Replay::new(memory),
        last: None,
        interrupted: false,
    };
    for commit in commits {
        if host::is_interrupted() {
            history.interrupted = true;
            break;
        }
        bar.inc(1);
        let Some(state) = place.at_commit(git, commit, &nothing)? else {
            history.skipped += 1;
            continue;
        };
        let Some(graph) = graphs.graph(&state) else {
            history.skipped += 1;
            continue;
        };
        if history.replay.builds() > 0 {
            history.builds.push(ReportedBuild { commit: commit.id(), subject: git.subject(commit) });
        }
        history.replay.build(graph);
        history.states.push(state);
    }
    if let Some(state) = history.states.last() {
        history.last = graphs.graph(state).cloned();
    }
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
