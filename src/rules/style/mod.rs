//! Rules of taste: writing, casing, labels.

pub(super) mod add_instead_of_copy;
pub(super) mod consecutive_runs;
pub(super) mod definition_description;
pub(super) mod empty_continuation;
pub(super) mod empty_label;
pub(super) mod inline_ignore;
pub(super) mod instruction_casing;
pub(super) mod invalid_label_key;
pub(super) mod label_not_date;
pub(super) mod label_not_email;
pub(super) mod label_not_hash;
pub(super) mod label_not_license;
pub(super) mod label_not_url;
pub(super) mod label_not_version;
pub(super) mod legacy_key_value;
pub(super) mod maintainer;
pub(super) mod missing_label;
pub(super) mod port_protocol_casing;
pub(in crate::rules) mod shared_archive;
mod shared_labels;
pub(super) mod superfluous_label;
