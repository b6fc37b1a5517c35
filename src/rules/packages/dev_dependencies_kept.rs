use crate::model::tools::{Action, Ecosystem, Flag, InstallKind, Meaning};
use crate::model::{Model, Stage};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands, uses};
use crate::syntax::dockerfile::Keyword;

const TOOLS: &[&str] = &["npm", "yarn", "pnpm", "bun", "composer"];

/// The last stage installs what only developers need, although another stage does the building.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let Some(target) = model.target_stage().filter(|stage| serves(stage)) else { return };
    for (it, meaning) in uses(model, TOOLS).filter(|(it, _)| it.stage.index == target.index && !it.step.onbuild) {
        let is_manifest = meaning.action == Action::Install(InstallKind::Manifest) && !meaning.has(Flag::Global);
        if !is_manifest || meaning.has(Flag::OmitDev) || is_production(&it, meaning) {
            continue;
        }
        if !is_built_elsewhere(model, &it, meaning) || is_needed_or_pruned(model, &it, meaning) {
            continue;
        }
        let title = meaning.title();
        let flag = omit_flag(meaning);
        cx.report(
            meaning.verb_span,
            format!("`{title}` also installs the development dependencies in the final image"),
        )
        .note(format!("add `{flag}`: the building is done in another stage"));
    }
}

/// True for a stage that is meant to run the program, as far as its name tells.
fn serves(stage: &Stage) -> bool {
    let name = stage.name.map(|name| name.text.to_ascii_lowercase()).unwrap_or_default();
    !["dev", "test", "build", "debug", "lint", "ci"].iter().any(|word| name.contains(word))
}

fn is_production(it: &Use, meaning: &Meaning) -> bool {
    let known = |name: &str| crate::rules::commands::variable(it, name);
    let variable = if meaning.tool.ecosystem == Ecosystem::Php { "COMPOSER_NO_DEV" } else { "NODE_ENV" };
    known(variable).is_some_and(|value| value.is_none_or(|value| value != "development" && value != "0"))
}

fn is_built_elsewhere(model: &Model, it: &Use, meaning: &Meaning) -> bool {
    commands(model).any(|other| {
        other.stage.index != it.stage.index
            && other.meaning.is_some_and(|other| {
                other.tool.ecosystem == meaning.tool.ecosystem
                    && matches!(
                        other.action,
                        Action::Run(_) | Action::Build { .. } | Action::Install(InstallKind::Manifest)
                    )
            })
    })
}

/// True if a later step of the stage builds with them, takes them away, or the image runs a script
/// of the manifest that may need them.
fn is_needed_or_pruned(model: &Model, it: &Use, meaning: &Meaning) -> bool {
    let later = commands(model)
        .filter(|other| other.stage.index == it.stage.index && other.command.span.start > it.command.span.end);
    let acts = |other: Use| {
        other.meaning.is_some_and(|other| {
            other.tool.ecosystem == meaning.tool.ecosystem
                && matches!(
                    other.action,
                    Action::Run(_) | Action::Build { .. } | Action::Exec(_) | Action::Remove | Action::Install(_)
                )
        })
    };
    let starts_script = |stage: &Stage| {
        let runs = |step: &&crate::model::Step| matches!(step.kind(), Keyword::Cmd | Keyword::Entrypoint);
        stage.steps.iter().filter(runs).any(|step| {
            step.meanings().iter().flatten().any(|other| {
                let script = match &other.action {
                    Action::Run(script) | Action::Exec(script) => script.as_str(),
                    _ => return false,
                };
                !matches!(script, "start" | "serve" | "start:prod" | "prod")
            })
        })
    };
    later.into_iter().any(acts) || starts_script(it.stage)
}

fn omit_flag(meaning: &Meaning) -> &'static str {
    match meaning.tool.name {
        "composer" => "--no-dev",
        "pnpm" => "--prod",
        "yarn" => "--production",
        _ => "--omit=dev",
    }
}
