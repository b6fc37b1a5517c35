use super::shared_image::{effective, first_process};
use crate::model::docs::{ImageNames, Run, runs};
use crate::model::{Model, Step};
use crate::rules::{DocsCx, DocumentedDockerfile};
use crate::shell::Command;
use crate::syntax::dockerfile::Keyword;

/// Programs that talk to a terminal when they are given nothing to do.
const TALKERS: [&str; 14] =
    ["bash", "sh", "ash", "zsh", "fish", "python", "python3", "ipython", "node", "irb", "ghci", "iex", "jshell", "lua"];

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(documented) = cx.dockerfile else { return };
    let Some((step, command)) = first_process(documented.model) else { return };
    let Some(what) = reads_input(documented, step, command) else { return };
    let names = ImageNames::new(cx.docs);
    let of_image = runs(cx.docs, &names);
    // Where one command shows how, the others are about something else.
    if of_image.iter().any(|run| run.invocation.has("interactive")) {
        return;
    }
    let Some(run) = of_image.iter().find(|run| starts_it(run)) else { return };
    let program = &run.invocation.program_word.text;
    cx.report(command.span, format!("{what}, but the documented command gives it no input"))
        .label_in(run.file.file, run.invocation.span, "runs the image without `-i`")
        .note(format!("write `{program} run -it ...`: without `-i` it meets the end of its input at once"));
}

/// A run of the image's own command in the foreground.
fn starts_it(run: &Run) -> bool {
    let call = run.invocation;
    let is_sure = !call.elided && call.flags.iter().all(|flag| flag.known) && call.args.len() == 1;
    is_sure && !["detach", "tty", "entrypoint", "attach", "help"].iter().any(|flag| call.has(flag))
}

/// Who reads standard input, in words.
fn reads_input(documented: DocumentedDockerfile, step: &Step, command: &Command) -> Option<String> {
    let args: Vec<&str> = command.known_args().collect();
    if TALKERS.contains(&command.name.as_str()) && command.args.is_empty() {
        let is_whole = effective(documented.model, Keyword::Healthcheck).is_none();
        return is_whole.then(|| format!("`{}` waits for what is typed", command.name));
    }
    let script = args.iter().find(|arg| arg.ends_with(".py")).filter(|_| command.name.starts_with("python"))?;
    let text = script_text(documented, documented.model, step, script)?;
    asks(&text).then(|| format!("`{script}` asks for input"))
}

fn script_text(documented: DocumentedDockerfile, model: &Model, step: &Step, script: &str) -> Option<String> {
    let context = documented.context?;
    let target = model.target_stage()?;
    let path = step.before.workdir.join(script)?;
    let file = model.context_file(context, target, target.steps.len(), &path)?;
    context.read_text(&file)
}

/// A program whose code calls `input()` and serves nothing.
fn asks(code: &str) -> bool {
    let serves = [".listen(", "app.run(", "uvicorn", "serve_forever", "http.server", "socket", "sys.argv", "argparse"];
    let calls = |line: &str| {
        let code = line.split('#').next().unwrap_or("");
        code.match_indices("input(").any(|(at, _)| {
            let before = code[..at].chars().next_back();
            before.is_none_or(|c| " =(,".contains(c)) && code[..at].matches(['"', '\'']).count().is_multiple_of(2)
        })
    };
    code.lines().any(calls) && !serves.iter().any(|sign| code.contains(sign))
}
