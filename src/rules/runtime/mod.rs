//! Rules about what happens when the image is built as written, or runs: folders, processes,
//! signals, health.

pub(super) mod env_refers_to_itself;
pub(super) mod host_port_in_expose;
pub(super) mod invalid_port;
pub(super) mod missing_healthcheck;
pub(super) mod missing_workdir;
pub(super) mod named_user;
pub(super) mod overridden_instruction;
pub(super) mod perhaps_undefined_variable;
pub(super) mod relative_workdir;
pub(super) mod server_in_run;
pub(super) mod several_cmds;
pub(super) mod several_entrypoints;
pub(super) mod several_healthchecks;
mod shared;
mod shared_command;
pub(in crate::rules) mod shared_expose;
mod shared_last;
mod shared_undefined;
mod shared_workdir;
pub(super) mod shell_form_by_choice;
pub(super) mod shell_form_command;
pub(super) mod undefined_variable;
pub(super) mod workdir_relative_to_workdir;
