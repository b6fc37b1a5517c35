//! What several rules of this folder ask.

use crate::model::{Model, Stage, Step};
use crate::shell::{Command, Cwd};
use crate::syntax::dockerfile::{Body, Keyword, ast};

/// The folder of the image that a command runs in, where it is known.
pub(super) fn folder(step: &Step, command: &Command) -> Option<String> {
    match &command.cwd {
        Cwd::Workdir => step.before.workdir.path.clone(),
        Cwd::Known(path) => step.before.workdir.join(path),
        Cwd::Unknown => None,
    }
}

/// True if the stage is the last one that the file builds by default.
pub(super) fn is_last(model: &Model, stage: &Stage) -> bool {
    stage.index + 1 == model.stages.len()
}

/// The last instruction of that kind in the stage: the one that holds.
pub(super) fn last_of<'m, 'd>(stage: &'m Stage<'d>, kind: Keyword) -> Option<&'m Step<'d>> {
    stage.steps.iter().rev().find(|step| step.kind() == kind && !step.onbuild)
}

/// The instruction of that kind that holds at the stage's end, in it or in a stage it inherits from.
pub(super) fn effective<'m, 'd>(model: &'m Model<'d>, stage: &'m Stage<'d>, kind: Keyword) -> Option<&'m Step<'d>> {
    model.chain(stage).find_map(|stage| last_of(stage, kind))
}

/// The base name of a program: `node` of `/usr/local/bin/node`.
pub(super) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// The words of a shell command that needs no shell: no quotes, variables, operators or globs.
pub(super) fn plain_words(text: &str) -> Option<Vec<&str>> {
    let special = |c: char| "\"'`$\\|&;<>(){}[]*?~#!=\n\r".contains(c);
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    (!words.is_empty() && !text.contains(special)).then_some(words)
}

/// The words of the exec form; `None` for the shell form.
pub(super) fn exec_words(command: &ast::Command) -> Option<Vec<&str>> {
    match command {
        ast::Command::Exec { words, .. } => Some(words.iter().map(|word| word.value.text.as_str()).collect()),
        ast::Command::Shell { .. } => None,
    }
}

/// The command of CMD, ENTRYPOINT, RUN or HEALTHCHECK.
pub(super) fn command(body: &Body) -> Option<&ast::Command> {
    match body {
        Body::Cmd(command) | Body::Entrypoint(command) | Body::Run(command) | Body::Healthcheck(Some(command)) => {
            Some(command)
        }
        _ => None,
    }
}
