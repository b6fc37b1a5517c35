use crate::rules::ImageCx;

/// Volumes that are exactly one of the kernel's folders.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    for volume in &cx.image.config.config.volumes {
        if matches!(volume.trim_end_matches('/'), "/sys" | "/dev" | "/proc") {
            let step = cx.step_with(|instruction| instruction.starts_with("VOLUME") && instruction.contains(&**volume));
            if step.is_some_and(|step| cx.is_base_step(step)) {
                continue;
            }
            cx.report_step(step, format!("`{volume}` is the kernel's"));
        }
    }
}
