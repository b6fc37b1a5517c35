use crate::model::{DependencyKind, DependencyTarget, Model, Stage, Step, paths};
use crate::rules::DockerfileCx;
use crate::text::Span;

/// Go compiles for the machine it runs on, in a stage on `$BUILDPLATFORM`, and the program goes into a stage of the
/// target's platform.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for stage in model.stages.iter().filter(|stage| runs_on_build_platform(stage)) {
        if names_target(cx, stage) {
            continue;
        }
        let programs = stage.steps.iter().filter(|step| !step.onbuild).flat_map(programs).collect::<Vec<_>>();
        let copied = programs.iter().find_map(|(span, path)| Some((*span, taken_over(model, stage, path)?)));
        let Some((build, copy)) = copied else { continue };
        cx.report(build, "`go build` makes a program for the machine that builds, not for the platform asked for")
            .label(copy, "copied into an image of the target's platform")
            .note("write `ARG TARGETOS TARGETARCH` in the stage and `GOOS=$TARGETOS GOARCH=$TARGETARCH go build`");
    }
}

fn runs_on_build_platform(stage: &Stage) -> bool {
    let flag = stage.from.and_then(|from| from.flag("platform")).and_then(|flag| flag.value.as_ref());
    flag.is_some_and(|value| value.variables.iter().any(|it| it.name.text == "BUILDPLATFORM"))
}

/// True if anything in the stage or those it builds on speaks of another platform, or may do so.
fn names_target(cx: &DockerfileCx, stage: &Stage) -> bool {
    let marks = ["GOARCH", "TARGET", "xx-", "goreleaser", "eval"];
    let says = |step: &Step| marks.iter().any(|mark| cx.slice(step.span()).contains(mark));
    cx.model.chain(stage).flat_map(|stage| &stage.steps).any(says)
}

/// What `go build -o PATH` makes in a step, as absolute paths.
fn programs(step: &Step) -> Vec<(Span, String)> {
    let output = |command: &crate::shell::Command| {
        let words: Vec<&str> = command.known_args().collect();
        if command.name != "go" || words.first() != Some(&"build") {
            return None;
        }
        let at = words.iter().position(|word| *word == "-o")?;
        Some((command.span, step.before.workdir.join(words.get(at + 1)?)?))
    };
    step.commands().filter_map(output).collect()
}

/// The source of the COPY by which the image that is built takes over `program`.
fn taken_over(model: &Model, from: &Stage, program: &str) -> Option<Span> {
    let is_target = |stage: &&Stage| stage.from.is_some_and(|from| from.flag("platform").is_none());
    model.stages.iter().filter(|stage| model.is_final(stage)).filter(is_target).find_map(|stage| {
        let copies = stage.dependencies.iter().filter(|it| {
            it.kind == DependencyKind::Copy && matches!(it.target, DependencyTarget::Stage(at) if at == from.index)
        });
        copies.filter_map(|it| stage.steps.get(it.step?)).find_map(|step| {
            let sources = &step.transfer()?.sources;
            let reaches =
                |text: &str| program == text || program.starts_with(&format!("{}/", text.trim_end_matches('/')));
            sources
                .iter()
                .find(|word| reaches(&paths::clean(&format!("/{}", step.expand(word).text))))
                .map(|it| it.span)
        })
    })
}
