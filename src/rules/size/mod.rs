//! Rules about what needlessly stays in the image.

pub(super) mod copied_archive;
pub(super) mod deleted_in_later_layer;
pub(super) mod recursive_ownership_layer;
pub(super) mod root_copied_to_root;
mod shared;
