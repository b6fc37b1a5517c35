use crate::rules::ImageCx;
use crate::rules::image::shared_secrets as secrets;

/// Files that look like secrets, in one's own layers and not in the final file system.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let Some(files) = cx.files else { return };
    for file in secrets::files(cx, files).filter(|file| !file.live) {
        let killer = secrets::killer(files, file.path, file.layer);
        let report = cx.report_layer(file.layer, format!("`{}` is hidden, not gone", cx.path(file.path)));
        let report = report.note("give it to the build as `RUN --mount=type=secret`, and change the secret");
        if let Some(killer) = killer {
            report.note(format!("layer {} deletes it", killer + 1));
        }
    }
}
