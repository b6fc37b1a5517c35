//! What documents, compose and bake files tell readers and builders to do: ports that nobody publishes,
//! commands that cannot work, builds of what is not there.

pub(super) mod bake_arg_unknown;
pub(super) mod bake_target_unknown;
pub(super) mod compose_arg_unknown;
pub(super) mod compose_build_missing;
pub(super) mod compose_target_unknown;
pub(super) mod docs_build_without_context;
pub(super) mod docs_dash;
pub(super) mod docs_dockerfile_drift;
pub(super) mod docs_env_unknown;
pub(super) mod docs_image_name_unknown;
pub(super) mod docs_interactive_needed;
pub(super) mod docs_removed_flag;
pub(super) mod docs_unknown_command;
pub(super) mod docs_unknown_flag;
pub(super) mod docs_volume_path_missing;
pub(super) mod exposed_port_not_listening;
pub(super) mod port_not_published;
pub(super) mod published_port_not_exposed;
pub(super) mod secret_in_docs;

mod shared;
mod shared_image;
