use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::image::Image;
use crate::image::analysis::Files;
use crate::rules::{self, Check, ImageCx, ImageText};
use crate::text::FileId;

/// Applies the rules about images. `first_own` is the lowest layer that counts; `file` is the number
/// that `text` has among the run's sources.
pub fn lint_image(
    config: &Config,
    file: FileId,
    text: &ImageText,
    image: &Image,
    files: Option<&Files>,
    first_own: usize,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in rules::all() {
        let (Some(severity), Check::Image(check)) = (config.severity(rule), rule.check) else { continue };
        let mut cx = ImageCx::new(rule, severity, config.options(rule), file, text, image, files, first_own);
        check(&mut cx);
        found.extend(cx.into_diagnostics());
    }
    found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    found.dedup_by(|a, b| a.sort_key() == b.sort_key());
    found
}
