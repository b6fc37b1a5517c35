use crate::rules::ImageCx;

/// No name of the image says which version it is.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let names = &cx.image.tags;
    let is_latest = |name: &String| name.rsplit('/').next().is_some_and(|last| last.ends_with(":latest"));
    if !names.is_empty() && names.iter().all(is_latest) {
        cx.report_step(None, format!("`{}` says nothing of the version", names.join("`, `")))
            .note("tag each build with a version or a commit as well");
    }
}
