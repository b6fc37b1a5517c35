//! Rules about what makes steps run again, and about what reaches the builder.

pub(super) mod arg_unused_but_busting;
pub(super) mod cache_mount_missing;
pub(super) mod context_not_ignored;
pub(super) mod copy_before_install;
pub(super) mod copy_broader_than_used;
pub(super) mod copy_ignored_file;
pub(super) mod copy_link_possible;
pub(super) mod dependencies_fetched_in_build;
pub(super) mod dockerfile_in_context;
pub(super) mod env_early;
pub(super) mod remote_add_unpinned;
pub(super) mod run_order_volatile_first;
mod shared;
pub(super) mod volatile_arg_early;
