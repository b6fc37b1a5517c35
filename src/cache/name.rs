//! The names that BuildKit prints for steps (`prefixCommand` and its callers).

use crate::model::Step;
use crate::syntax::dockerfile::{Body, Command, Heredoc, Instruction, Lex};

use super::environment::Environment;

/// `[stage i/n] COPY . .`; the number is as wide as the count of steps.
pub(super) fn step_name(stage: &str, index: usize, total: usize, onbuild: bool, text: &str) -> String {
    if total == 0 {
        return text.to_string();
    }
    let stage = if stage.is_empty() { String::new() } else { format!("{stage} ") };
    let onbuild = if onbuild { "ONBUILD " } else { "" };
    let width = total.to_string().len();
    format!("[{stage}{index:>width$}/{total}] {onbuild}{text}")
}

/// The instruction as written, in one line.
pub(super) fn instruction_text(instruction: &Instruction) -> String {
    instruction.logical.text.trim().to_string()
}

/// The instruction with its variables put in, as it is shown.
pub(super) fn command_name(step: &Step, env: &Environment, file: &str) -> String {
    let text = instruction_text(step.instruction);
    let mut lex = Lex::new(step.escape);
    let mut text = text;
    if let Body::Run(command) = step.body() {
        lex.raw_quotes = true;
        lex.keep_unset = true;
        if let Some(heredoc) = sole_heredoc(command, &step.instruction.heredocs) {
            text = format!("{text} ({})", summary(heredoc.body.slice(file)));
        }
    }
    let text = env.read(&text, &lex);
    match text.split_once(' ') {
        Some((keyword, rest)) => format!("{} {rest}", keyword.to_uppercase()),
        None => text.to_uppercase(),
    }
}

/// The heredoc that is all there is of a RUN.
pub(super) fn sole_heredoc<'i>(command: &Command, heredocs: &'i [Heredoc]) -> Option<&'i Heredoc> {
    let Command::Shell { text, .. } = command else { return None };
    let [heredoc, ..] = heredocs else { return None };
    let trimmed = text.text.trim();
    let marker = trimmed.trim_start_matches(|c: char| c.is_ascii_digit());
    let name = marker.strip_prefix("<<")?;
    let len = heredoc.marker.len() as usize;
    (trimmed.len() <= len && !name.contains('<')).then_some(heredoc)
}

fn summary(body: &str) -> String {
    let body = body.trim().replace("\r\n", "\n");
    match body.split_once('\n') {
        Some((first, _)) => format!("{first}..."),
        None => body,
    }
}
