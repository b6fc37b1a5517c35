//! Rules about secrets and privileges.

pub(super) mod final_stage_root;
pub(super) mod root_user;
pub(super) mod root_user_in_build_stage;
pub(super) mod secret_deleted_later;
pub(super) mod secret_file_copied;
pub(super) mod secret_in_variable;
pub(super) mod secret_name_with_harmless_value;
pub(super) mod secret_word_in_variable;
mod shared;
mod shared_root;
mod shared_secrets;
pub(super) mod supplementary_groups_dropped;
pub(super) mod user_created_but_never_used;
