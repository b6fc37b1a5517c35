//! Rules about what happens when the image is built as written, or runs: folders, processes,
//! signals, health.

pub(super) mod missing_workdir;
pub(super) mod server_in_run;
mod shared;
