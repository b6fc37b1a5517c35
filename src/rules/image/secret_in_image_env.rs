use crate::rules::ImageCx;
use crate::rules::image::shared_secrets::is_secret_variable;

/// Variables with a secret's name and a value that is no path.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    for variable in &cx.image.config.config.env {
        let Some((name, value)) = variable.split_once('=') else { continue };
        if !is_secret_variable(name, value) {
            continue;
        }
        let step = cx.step_with(|instruction| instruction.starts_with("ENV") && instruction.contains(name));
        if step.is_some_and(|step| cx.is_base_step(step)) {
            continue;
        }
        cx.report_step(step, format!("`{name}` is set to a value that everybody can read"))
            .note("pass it when the container starts, or as a file");
    }
}
