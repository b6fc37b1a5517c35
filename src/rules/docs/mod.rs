//! What documents tell readers to do: ports that nobody publishes, commands that cannot work.

pub(super) mod docs_build_without_context;
pub(super) mod docs_dash;
pub(super) mod docs_image_name_unknown;
pub(super) mod docs_removed_flag;
pub(super) mod docs_unknown_command;
pub(super) mod docs_unknown_flag;
pub(super) mod port_not_published;
pub(super) mod secret_in_docs;
