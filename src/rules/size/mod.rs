//! Rules about what needlessly stays in the image.

pub(super) mod copied_archive;
pub(super) mod root_copied_to_root;
