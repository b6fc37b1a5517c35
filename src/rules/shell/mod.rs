//! Rules about shell commands that are no package managers.

pub(super) mod cd_instead_of_workdir;
pub(super) mod cd_without_effect;
pub(super) mod comment_swallows_command;
pub(super) mod curl_without_fail;
pub(super) mod download_piped_to_shell;
pub(super) mod download_without_checksum;
pub(super) mod export_without_effect;
pub(super) mod git_credentials_in_url;
pub(super) mod gpu_query_in_build;
pub(super) mod heredoc_without_errexit;
pub(super) mod pipe_without_pipefail;
pub(super) mod pointless_command;
pub(super) mod powershell_errors_ignored;
pub(super) mod sh_replaced;
pub(super) mod sudo_used;
pub(super) mod useradd_high_uid;
pub(super) mod wget_and_curl;
pub(super) mod wget_progress_bar;
pub(super) mod world_writable;
