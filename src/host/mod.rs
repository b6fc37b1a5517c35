//! The only place that touches the disk and the terminal. Everything else takes text and gives text.

mod commit_files;
mod config;
mod context;
mod docs;
mod files;
mod git;
mod history;
pub mod image;
mod interrupt;
mod paths;
mod place;
mod read;
mod shellcheck;
mod terminal;
mod walk;
mod worktree;
mod write;

pub use commit_files::CommitFiles;
pub use config::{ConfigChoice, Configs};
pub use context::{NameBytes, sent_context};
pub use docs::Documents;
pub use files::{Contexts, DiskFiles};
pub use git::{Commit, Git, GitError, blob_id};
pub use history::History;
pub use interrupt::{catch_interrupt, is_interrupted};
pub use paths::{display, display_from};
pub use place::{Place, PlaceError, request, with_git};
pub use read::{MAX_FILE_BYTES, ReadError, Unreadable, read, read_stdin};
pub use shellcheck::ShellCheck;
pub use terminal::{colors, is_closed_pipe, terminal_width};
pub use walk::{Found, find};
pub use worktree::{Worktree, has_fixed_time};
pub use write::{create, write_atomically};
