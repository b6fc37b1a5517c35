use crate::rules::ImageCx;
use crate::rules::image::shared_secrets as secrets;

/// Files that look like secrets, put into the final file system by one's own layers.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let Some(files) = cx.files else { return };
    for file in secrets::files(cx, files).filter(|file| file.live) {
        cx.report_layer(file.layer, format!("`{}` looks like a secret", cx.path(file.path)))
            .note("mount secrets when they are needed: `RUN --mount=type=secret` in a build, a volume at run time");
    }
}
