//! Rules about what makes steps run again.

pub mod copy_before_install;
pub mod dependencies_fetched_in_build;
mod shared;
