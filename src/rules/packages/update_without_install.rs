use crate::diagnostic::{Edit, Fix};
use crate::model::tools::{Action, Flag, Meaning};
use crate::model::{Base, Stage, Step};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands_of, installs, is_mounted};
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

/// An index refreshed in a RUN of its own is cached, and the install after it uses the old one.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let mut at_end: Vec<Option<Use>> = Vec::new();
    for stage in &model.stages {
        let mut pending = match stage.base {
            Base::Stage(parent) => at_end.get(parent).copied().flatten(),
            _ => None,
        };
        for step in stage.steps.iter().filter(|step| step.kind() == Keyword::Run && !step.onbuild) {
            match look(stage, step) {
                Found::Update(it) => pending = Some(it),
                Found::Install(it) => {
                    if let Some(update) = pending.take() {
                        report(cx, &update, &it);
                    }
                }
                Found::Neither => {}
            }
        }
        at_end.push(pending);
    }
}

enum Found<'m> {
    /// The step refreshes the index and installs nothing.
    Update(Use<'m>),
    /// The step installs from the index that it finds.
    Install(Use<'m>),
    Neither,
}

fn look<'m>(stage: &'m Stage<'m>, step: &'m Step<'m>) -> Found<'m> {
    let mut update = None;
    for it in commands_of(stage, step) {
        let Some(meaning) = it.meaning.filter(|meaning| matches!(meaning.tool.name, "apt-get" | "apt" | "apk")) else {
            continue;
        };
        let fetches = meaning.has(Flag::NoCache) || meaning.has(Flag::Refresh) || meaning.has(Flag::Offline);
        match meaning.action {
            Action::Update if is_mounted(step, "/var/lib/apt/lists") => return Found::Neither,
            Action::Update => update = Some(it),
            Action::Install(_) | Action::Upgrade if update.is_some() || fetches => return Found::Neither,
            Action::Install(_) if reads_index(meaning) => return Found::Install(it),
            _ => {}
        }
    }
    update.map_or(Found::Neither, Found::Update)
}

fn reads_index(meaning: &Meaning) -> bool {
    installs(meaning) && !meaning.packages.is_empty() && !meaning.installs_local_files()
}

fn report(cx: &mut DockerfileCx, update: &Use, install: &Use) {
    let (Some(refreshes), Some(installs)) = (update.meaning, install.meaning) else { return };
    if refreshes.tool.ecosystem != installs.tool.ecosystem || family(refreshes) != family(installs) {
        return;
    }
    let (update_title, install_title) = (refreshes.title(), installs.title());
    let fix = join(cx, update, install);
    cx.report(
        refreshes.verb_span,
        format!("`{update_title}` stands in a RUN of its own, so its result is cached and gets old"),
    )
    .label(installs.verb_span, format!("`{install_title}` then asks for versions that the server no longer has"))
    .note(format!("run both in one RUN: `{update_title} && {install_title} …`"))
    .fix(fix);
}

fn family(meaning: &Meaning) -> bool {
    meaning.tool.name == "apk"
}

/// Two plain RUN lines, one right after the other, become one.
fn join(cx: &DockerfileCx, update: &Use, install: &Use) -> Option<Fix> {
    let (first, second) = (update.step, install.step);
    let adjacent = update.stage.index == install.stage.index && second.index == first.index + 1;
    let is_plain = |step: &Step| {
        step.instruction.flags.is_empty()
            && step.instruction.heredocs.is_empty()
            && step.scripts().len() == 1
            && !step.scripts()[0].json
    };
    let whole = first.instruction.args_span();
    let rest = second.instruction.args_span();
    if !adjacent || !is_plain(first) || !is_plain(second) || update.script.commands.len() != 1 || rest.start < whole.end
    {
        return None;
    }
    let between = Span::new(whole.end, rest.start);
    let is_line_end = cx.slice(between).trim().eq_ignore_ascii_case("run");
    let lines = [cx.line(first.span().start), cx.line(second.span().start)];
    let text = format!(" {}\n    && ", cx.dockerfile.escape);
    is_line_end.then(|| Fix::safe("run both in one RUN", vec![Edit::replace(between, text)]).touching(lines))
}
