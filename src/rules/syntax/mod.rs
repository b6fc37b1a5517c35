//! Rules about what is written correctly but cannot be built.

pub(super) mod circular_stages;
pub(super) mod copy_many_to_file;
pub(super) mod copy_many_to_folder;
pub(super) mod invalid_dockerignore;
pub(super) mod invalid_mount_target;
pub(super) mod invalid_value;
mod shared_dest;
pub(super) mod shared_remote;
mod shared_stages;
pub(super) mod stage_defined_later;
pub(super) mod unknown_target;
pub(super) mod unset_required_variable;
pub(super) mod url_in_copy;
pub(super) mod variable_in_from_flag;
pub(super) mod windows_path_joins_lines;
