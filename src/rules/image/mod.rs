//! Rules about built images.

mod shared_groups;
mod shared_secrets;

pub(super) mod deleted_secret;
pub(super) mod duplicate_account;
pub(super) mod empty_password;
pub(super) mod exposed_port_not_published;
pub(super) mod image_tagged_latest;
pub(super) mod image_user_root;
pub(super) mod image_without_healthcheck;
pub(super) mod litter_in_image;
pub(super) mod member_outside_root;
pub(super) mod package_cache_in_layer;
pub(super) mod secret_file_in_image;
pub(super) mod secret_in_image_env;
pub(super) mod secret_in_image_history;
pub(super) mod setuid_file;
pub(super) mod system_folder_volume;
pub(super) mod world_writable_file;
