use crate::rules::ImageCx;
use crate::rules::image::shared_secrets::is_secret_variable;

/// Build arguments that the history shows: `ARG NAME=value`, and `|1 NAME=value` before a command.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let mut told: Vec<String> = Vec::new();
    for (step, text) in cx.own_history() {
        for argument in arguments(text) {
            let Some((name, value)) = argument.split_once('=') else { continue };
            if !is_secret_variable(name, value) || told.iter().any(|other| other == name) {
                continue;
            }
            told.push(name.to_owned());
            cx.report_step(Some(step), format!("the history shows the value of the build argument `{name}`"))
                .note("give it to the build as `RUN --mount=type=secret`, and change the secret");
        }
    }
}

/// The words that may be `NAME=value`.
fn arguments(text: &str) -> Vec<&str> {
    let text = text.trim().trim_start_matches("/bin/sh -c #(nop)").trim();
    if let Some(arguments) = text.strip_prefix("ARG ") {
        return arguments.split_whitespace().collect();
    }
    let Some(rest) = text.trim_start_matches("RUN ").strip_prefix('|') else { return Vec::new() };
    let (count, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let count = count.parse::<usize>().unwrap_or(0);
    // A value may hold blanks: words without a name before `=` belong to the one before.
    let names = rest.split(' ').take_while(|word| !word.starts_with("/bin/")).filter(|word| word.contains('='));
    names.take(count).collect()
}
