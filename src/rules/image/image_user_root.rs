use crate::rules::ImageCx;

/// The configured user is root under any of its names.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let user = cx.image.config.config.user.clone();
    let name = user.split(':').next().unwrap_or_default();
    if !matches!(name, "" | "root" | "0") {
        return;
    }
    let step = cx.step_with(|instruction| instruction.starts_with("USER"));
    let what = if user.is_empty() {
        "no user is set, so the image runs as root".to_owned()
    } else {
        format!("`{user}` is root")
    };
    cx.report_step(step, what).note("set another user with `USER`");
}
