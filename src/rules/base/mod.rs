//! Rules about FROM: base images, platforms and the names of stages.

pub(super) mod built_for_build_platform;
pub(super) mod copy_from_empty_scratch;
pub(super) mod copy_from_untagged_image;
pub(super) mod deprecated_image;
pub(super) mod duplicate_stage_name;
pub(super) mod end_of_life_base;
pub(super) mod from_as_casing;
pub(super) mod invalid_default_arg_in_from;
pub(super) mod invalid_image_name;
pub(super) mod invalid_platform;
pub(super) mod latest_tag;
pub(super) mod platform_flag;
pub(super) mod platform_flag_constant;
pub(super) mod redundant_target_platform;
pub(super) mod reserved_stage_name;
mod shared_platform;
mod shared_version;
pub(super) mod stage_name_casing;
pub(super) mod undefined_arg_in_from;
pub(super) mod unknown_stage;
pub(super) mod untagged_base_image;
pub(super) mod untrusted_registry;
pub(super) mod wrong_package_manager;
pub(super) mod wrong_platform;
