//! Rules about secrets and privileges.

pub(super) mod root_user;
pub(super) mod root_user_in_build_stage;
pub(super) mod secret_in_variable;
pub(super) mod secret_name_with_harmless_value;
pub(super) mod secret_word_in_variable;
mod shared_root;
mod shared_secrets;
