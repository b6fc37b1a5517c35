//! Rules about what makes steps run again, and about what reaches the builder.

pub(super) mod copy_before_install;
pub(super) mod copy_ignored_file;
pub(super) mod dependencies_fetched_in_build;
pub(super) mod dockerfile_in_context;
mod shared;
pub(super) mod volatile_arg_early;
