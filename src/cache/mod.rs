//! The layer cache: which step of the next build is found in the cache, which one runs, and why.
//!
//! A Dockerfile, a build context and the build's options become a [`Graph`] of vertices, as
//! BuildKit's frontend lowers them. Each vertex has a [`Key`] kept in parts, and inputs that are
//! matched either by their own keys or by the content of the files that are read. A [`Cache`] is
//! what earlier builds left behind; [`Cache::build`] says what it does to the next one.

mod add;
pub mod advice;
mod content;
mod copy;
mod depends;
mod digest;
mod environment;
mod explain;
mod graph;
mod history;
mod log;
mod lower;
mod name;
mod opened;
mod past;
mod paths;
mod replay;
mod request;
mod run;
mod select;
mod solve;
mod tree;
mod verdict;

pub use content::{Outcome, RunCall, Simulate};
pub use depends::Depends;
pub use digest::{ContentId, Digest};
pub use graph::{Copied, Graph, Input, Key, KeyPart, Part, Place, Step, Vertex, VertexKind};
pub use history::{COMMIT, Filters, Graphs, Snapshot};
pub use log::{BuildLog, LogFormat, LoggedResult, LoggedStep};
pub use lower::lower;
pub use past::{Past, PastStep};
pub use replay::{Fate, Memory, Replay, Track};
pub use request::{ImageFacts, NamedContext, Request};
pub use select::{Selector, Taken};
pub use solve::{Cache, compare};
pub use tree::{Dir, Filter, Node};
pub use verdict::{Reason, ReasonKind, Verdict};
