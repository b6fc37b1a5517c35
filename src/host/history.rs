use crate::cache::{Dir, Graph, Graphs, Memory, Replay, Request, Snapshot};
use crate::report::ReportedBuild;

use super::git::{Commit, Git};
use super::place::{Place, PlaceError};

/// A history that was read and built.
pub struct History {
    /// The states with a Dockerfile, oldest first.
    pub states: Vec<Snapshot>,
    /// The builds after the first one.
    pub builds: Vec<ReportedBuild>,
    /// Commits without such a Dockerfile.
    pub skipped: usize,
    /// What happened.
    pub replay: Replay,
    /// The graph of the last build.
    pub last: Option<Graph>,
    /// True if it was cut short.
    pub interrupted: bool,
}

impl History {
    /// Builds all commits, oldest first. `go_on` is asked before each of them; where it says no, the
    /// history ends there.
    pub fn build(
        place: &Place,
        git: &mut Git,
        commits: &[Commit],
        request: &Request,
        memory: Memory,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<History, PlaceError> {
        let nothing = Dir::empty();
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
            if !go_on() {
                history.interrupted = true;
                break;
            }
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
        Ok(history)
    }
}
