//! Rules about what happens when the image is built as written, or runs: folders, processes,
//! signals, health.

pub(super) mod entrypoint_cmd_mismatch;
pub(super) mod entrypoint_without_exec;
pub(super) mod env_refers_to_itself;
pub(super) mod healthcheck_tool_missing;
pub(super) mod host_port_in_expose;
pub(super) mod install_without_root;
pub(super) mod invalid_json_form;
pub(super) mod invalid_port;
pub(super) mod missing_healthcheck;
pub(super) mod missing_workdir;
pub(super) mod named_user;
pub(super) mod named_user_without_passwd;
pub(super) mod npm_as_first_process;
pub(super) mod overridden_instruction;
pub(super) mod path_overwritten;
pub(super) mod perhaps_undefined_variable;
pub(super) mod relative_workdir;
pub(super) mod remote_archive_not_unpacked;
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
pub(super) mod shell_form_in_scratch;
pub(super) mod shell_syntax_in_exec_form;
pub(super) mod undefined_variable;
pub(super) mod ungraceful_stopsignal;
pub(super) mod workdir_relative_to_workdir;
