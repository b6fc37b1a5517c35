//! What a command means: one table of package managers and build tools, and what reads it.
//!
//! The tables stand in one file per family. [`meaning`] says what a command does with its tool,
//! [`server`] whether it is a server in the foreground, and [`effects`] holds the few other
//! commands that many rules ask about (downloads, archives, owners, accounts, deletions).

mod beam;
mod dotnet;
pub mod effects;
mod files;
mod jvm;
mod line;
mod meaning;
mod native;
mod node;
mod other;
mod package;
mod php;
mod python;
mod resolve;
mod ruby;
mod server;
mod system;
#[cfg(test)]
mod tests;
mod tool;

pub use files::{glob_matches, is_dependency_file};
pub use meaning::{Action, Flag, Flags, InstallKind, Meaning, meaning};
pub use package::{Package, Source};
pub use server::{Server, ServerKind, server, server_of};
pub use tool::{CacheDir, Ecosystem, Tool, all, by_name, by_program};
