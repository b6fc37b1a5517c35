use crate::model::order::{broad_copies, narrowed};
use crate::rules::DockerfileCx;

use super::shared::code;

/// Reports copies of the whole context into stages that work in one folder of it.
pub(crate) fn check(cx: &mut DockerfileCx) {
    let (model, Some(context)) = (cx.model, cx.context) else { return };
    for broad in broad_copies(model, context) {
        let folder = code(&broad.folder);
        let message = format!("everything behind this works in {folder}, but edits anywhere rerun it");
        cx.report(broad.span, message).note(format!("copy {folder} only")).fix(narrowed(&broad));
    }
}
