//! Built images: every fixture in every form against an independent reference, then each subject by
//! itself. The images are made here, from the specs that `tests/support/image_spec.rs` describes.

#[path = "../support/image_spec.rs"]
mod image_spec;

mod reference;
mod shared;

mod builds;
mod damaged;
mod dive;
mod formats;
mod hostile;
mod rpm;
mod rules;
mod seeds;
mod selection;
mod stale;
