use std::collections::BTreeMap;

use crate::diagnostic::{Edit, Fix, Severity};
use crate::model::tools::{Action, effects, meaning};
use crate::model::{Base, Stage, Step};
use crate::rules::DockerfileCx;
use crate::shell::{Command, Dialect, Script};
use crate::syntax::dockerfile::Keyword;

/// Of a pipeline, the shell looks only at the last command's status.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let mut fixed_stage = None;
    for (stage, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let Some((script, producer)) = step.scripts().iter().find_map(|script| Some((script, unnoticed(script)?)))
        else {
            continue;
        };
        let words = shell_words(cx, stage, script);
        let fix = (fixed_stage != Some(stage.index)).then(|| set_shell(step, script, words)).flatten();
        if fix.is_some() {
            fixed_stage = Some(stage.index);
        }
        // A download fails for reasons that nobody sees beforehand; most other programs do not.
        let severity = if is_download(producer) { Severity::Error } else { Severity::Hint };
        cx.report(
            producer.span,
            format!("a failure of `{}` goes unnoticed: only the end of the pipe counts", producer.name),
        )
        .at_most(severity)
        .note(format!("put `SHELL {words}` before it, or `set -o pipefail` where the shell has it"))
        .fix(fix);
    }
}

/// The first download of the script, or else the first command, whose failure a pipe hides.
fn unnoticed(script: &Script) -> Option<&Command> {
    let mut pipelines: BTreeMap<u32, Vec<&Command>> = BTreeMap::new();
    for command in &script.commands {
        if let Some(pipe) = command.pipe {
            pipelines.entry(pipe.id).or_default().push(command);
        }
    }
    let open = pipelines.values().filter(|commands| commands.iter().all(|it| !it.options.pipefail && !it.condition));
    let unseen = open.filter(|commands| !commands.last().is_some_and(|last| notices(last))).flat_map(|commands| {
        let last = commands.iter().filter_map(|it| it.pipe).map(|pipe| pipe.len - 1).max().unwrap_or_default();
        let produces = move |it: &&Command| it.pipe.is_some_and(|pipe| pipe.index < last) && !cannot_fail(it);
        commands.iter().copied().filter(produces)
    });
    let unseen: Vec<&Command> = unseen.collect();
    unseen.iter().copied().find(|it| is_download(it)).or(unseen.first().copied())
}

fn is_download(command: &Command) -> bool {
    !effects::downloads(command).is_empty() || matches!(command.name.as_str(), "curl" | "wget" | "git" | "aria2c")
}

/// Commands that have no reason to fail: they print, list what is there, or pass text on. `yes`
/// even has to fail, when the pipe breaks, and `grep` says with its status that nothing matched.
const HARMLESS: &[&str] = &[
    "",
    ":",
    "apt-mark",
    "awk",
    "basename",
    "column",
    "cut",
    "date",
    "dirname",
    "dpkg",
    "dpkg-query",
    "echo",
    "egrep",
    "env",
    "expr",
    "fgrep",
    "file",
    "find",
    "gawk",
    "getconf",
    "getent",
    "grep",
    "head",
    "hostname",
    "id",
    "ldconfig",
    "ldd",
    "locale",
    "ls",
    "lsb_release",
    "nl",
    "nproc",
    "objdump",
    "paste",
    "printenv",
    "printf",
    "pwd",
    "readelf",
    "readlink",
    "realpath",
    "rev",
    "scanelf",
    "sed",
    "seq",
    "sort",
    "strings",
    "tac",
    "tail",
    "tee",
    "tr",
    "true",
    "uname",
    "uniq",
    "wc",
    "whereis",
    "which",
    "whoami",
    "xargs",
    "yes",
];

fn cannot_fail(command: &Command) -> bool {
    let only_asks = || meaning(command).is_some_and(|meaning| meaning.action == Action::Query);
    HARMLESS.contains(&command.name.as_str()) || only_asks()
}

/// Commands that fail on input that is cut off or missing, or that say that it does not matter.
fn notices(command: &Command) -> bool {
    let checks = || command.name.ends_with("sum") && command.has_flag(Some('c'), "check");
    effects::extraction(command).is_some()
        || checks()
        || matches!(command.name.as_str(), "gpg" | "gpg2" | "apt-key" | "true" | ":")
}

fn shell_words(cx: &DockerfileCx, stage: &Stage, script: &Script) -> &'static str {
    let is_alpine = match cx.model.root_base(stage) {
        Base::Image(image, _) => image.to_string().contains("alpine"),
        _ => false,
    };
    match script.dialect {
        Dialect::Zsh => r#"["/bin/zsh", "-o", "pipefail", "-c"]"#,
        Dialect::Sh | Dialect::Dash | Dialect::Ash if is_alpine => r#"["/bin/ash", "-o", "pipefail", "-c"]"#,
        _ => r#"["/bin/bash", "-o", "pipefail", "-c"]"#,
    }
}

fn set_shell(step: &Step, script: &Script, words: &str) -> Option<Fix> {
    let is_plain = step.instruction.heredocs.is_empty() && !script.json && !step.onbuild;
    let edit = Edit::insert(step.span().start, format!("SHELL {words}\n"));
    is_plain.then(|| Fix::unsafe_("let the shell fail with any command of a pipe", vec![edit]))
}
