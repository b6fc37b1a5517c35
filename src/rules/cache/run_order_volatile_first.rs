use crate::diagnostic::{Edit, Fix};
use crate::model::order::{Class, Install, declared, installs};
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

use super::shared::code;
use super::volatile_arg_early::is_new_each_time;

/// Programs that write text and no more.
const WRITERS: &[&str] = &["echo", "printf", "date", "tee", "mkdir", "export", "true", ":", "test", "[", "set", "cat"];

/// Reports RUNs that write down a commit or a date before installs that do not care.
pub(crate) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for stage in model.stages.iter().filter(|stage| stage.reachable) {
        for (at, _) in stage.steps.iter().enumerate().filter(|(_, step)| writes_text(step)) {
            let Some(source) = volatile_source(stage, at) else { continue };
            let late: Vec<(&Install, usize)> = behind(stage, at, source.name);
            if !late.is_empty() {
                report(cx, stage, at, &source, &late);
            }
        }
    }
}

fn writes_text(step: &Step) -> bool {
    let mut commands = step.commands().peekable();
    step.kind() == Keyword::Run
        && !step.onbuild
        && commands.peek().is_some()
        && commands.all(|it| WRITERS.contains(&it.name.as_str()))
}

/// The variable of the stage that makes its RUN new with every build.
struct Volatile<'d> {
    name: &'d str,
    /// Place of its declaration, and how many that declares.
    at: usize,
    of: usize,
}

fn volatile_source<'d>(stage: &Stage<'d>, at: usize) -> Option<Volatile<'d>> {
    let names = |name: &str| stage.steps[at].scripts().iter().any(|script| script.text.text.contains(name));
    stage.steps[..at].iter().enumerate().find_map(|(place, step)| {
        let all = declared(step);
        let found = all.iter().find(|it| is_new_each_time(it) && names(it.name))?;
        Some(Volatile { name: found.name, at: place, of: all.len() })
    })
}

/// The installs behind that do not name the variable.
fn behind<'m>(stage: &'m Stage, at: usize, name: &str) -> Vec<(&'m Install, usize)> {
    let below = stage.steps.iter().enumerate().skip(at + 1).filter(|(_, step)| !step.onbuild);
    let careless = below.filter(|(_, step)| !step.scripts().iter().any(|script| script.text.text.contains(name)));
    let found = careless.flat_map(|(at, step)| installs(step).iter().map(move |install| (install, at)));
    found.filter(|(install, _)| install.class != Class::Implicit).collect()
}

fn report(cx: &mut DockerfileCx, stage: &Stage, at: usize, source: &Volatile, late: &[(&Install, usize)]) {
    let first = late[0].0;
    let message = format!("each new {} reruns this and {} behind it", code(source.name), code(&first.meaning.title()));
    let fix = moved(&cx.source.text, stage, at, source, late[late.len() - 1].1);
    let mut report = cx.report(stage.steps[at].span(), message).fix(fix);
    for (install, _) in late.iter().take(5) {
        report = report.label(install.command.span, "rebuilt with it");
    }
    report.note("write it down last: a step with a new text each time is best at the end of the stage");
}

/// Moves the declaration and the RUN below the last install, where nothing in between names either.
fn moved(text: &str, stage: &Stage, at: usize, source: &Volatile, to: usize) -> Option<Fix> {
    let (declaration, run) = (&stage.steps[source.at], &stage.steps[at]);
    let targets: Vec<&str> = run.commands().flat_map(|it| it.redirects.iter()).map(|it| it.span.slice(text)).collect();
    let target = |it: &&str| it.trim_start_matches(['>', '<', '&', '1', '2', ' ']).trim_matches('"').to_string();
    let written: Vec<String> = targets.iter().map(target).filter(|it| it.len() > 1).collect();
    let is_free = |step: &Step| {
        let said = step.span().slice(text);
        !said.contains(source.name) && !written.iter().any(|path| said.contains(path.as_str()))
    };
    let between = stage.steps[source.at + 1..=to].iter().filter(|it| it.span() != run.span());
    if source.of != 1 || !between.into_iter().all(is_free) {
        return None;
    }
    let lines = |step: &Step| {
        let span = step.span();
        let is_line = text[..span.start as usize].ends_with('\n') && step.instruction.attached.is_empty();
        let end = span.end + text.get(span.end as usize..)?.find('\n')? as u32 + 1;
        is_line.then(|| Edit::delete(Span::new(span.start, end)))
    };
    let both = format!("\n{}\n{}", declaration.span().slice(text), run.span().slice(text));
    let edits = vec![lines(declaration)?, lines(run)?, Edit::insert(stage.steps[to].span().end, both)];
    Some(Fix::unsafe_(format!("write `{}` down below the installs", source.name), edits))
}
