//! Stages whose last USER is root.

use crate::model::{Stage, UserOrigin};
use crate::text::Span;

/// The USER that makes the stage end as root, if one of this file does.
pub(super) fn root_user(stage: &Stage) -> Option<Span> {
    match stage.end.user.origin {
        UserOrigin::Instruction(span) if stage.end.user.is_root() => Some(span),
        _ => None,
    }
}
