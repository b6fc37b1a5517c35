use crate::rules::ImageCx;

/// Variables with a secret's name and a value that is no path.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    for variable in &cx.image.config.config.env {
        let Some((name, value)) = variable.split_once('=') else { continue };
        let is_harmless = value.is_empty() || value.starts_with('/') || value.len() < 3;
        if is_harmless || !is_secret_name(name) {
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

/// `DB_PASSWORD`, `API_TOKEN`; not `GPG_KEYS`, which are public, nor `PASSWORD_FILE`.
fn is_secret_name(name: &str) -> bool {
    let words: Vec<String> = name.split('_').map(str::to_ascii_uppercase).collect();
    let last = words.last().map_or("", String::as_str);
    let before = words.len().checked_sub(2).map_or("", |at| words[at].as_str());
    matches!(last, "PASSWORD" | "PASSWD" | "SECRET" | "TOKEN" | "PASS")
        || last == "KEY" && matches!(before, "API" | "SECRET" | "ACCESS" | "PRIVATE")
}
