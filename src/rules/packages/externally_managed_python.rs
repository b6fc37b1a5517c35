use crate::diagnostic::Fix;
use crate::model::{Base, ImageRef, Model, Stage, Step};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, insert_flag, installs, uses};
use crate::rules::quote::one_line;
use crate::syntax::dockerfile::Body;

/// The system's own Python takes nothing from pip: Debian 12, Ubuntu 23.04, Alpine 3.19 and later.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (it, meaning) in uses(model, &["pip"]).filter(|(_, meaning)| installs(meaning)) {
        let Base::Image(image, _) = model.root_base(it.stage) else { continue };
        if !refuses(image) || it.command.link == crate::shell::Link::Or || it.step.onbuild {
            continue;
        }
        if !comes_from_packages(model, &it) || is_allowed(cx, &it) {
            continue;
        }
        let edit = insert_flag(&it, meaning, "--break-system-packages");
        let text = one_line(cx.slice(it.command.span));
        let report =
            cx.report(it.command.span, format!("`{text}` fails: the Python of `{image}` is managed by the system"));
        let report = match it.stage.from_body {
            Some(from) => report.label(from.image.span, "its Python takes no packages from pip"),
            None => report,
        };
        report
            .note("install into a virtual environment: `python3 -m venv /venv`, `ENV PATH=/venv/bin:$PATH`")
            .fix(edit.map(|edit| Fix::unsafe_("install beside the system's packages all the same", vec![edit])));
    }
}

/// True for distributions whose Python bears the mark `EXTERNALLY-MANAGED`.
fn refuses(image: &ImageRef) -> bool {
    let tag = image.tag.as_deref().unwrap_or("latest");
    let name = tag.split('-').next().unwrap_or_default();
    let at_least = |major: u32, minor: u32| {
        let mut parts = name.split('.').map(str::parse::<u32>);
        let (first, second) = (parts.next(), parts.next());
        let Some(Ok(first)) = first else { return false };
        let second = second.and_then(Result::ok).unwrap_or(if major < 10 { 0 } else { minor });
        (first, second) >= (major, minor)
    };
    match image.official() {
        Some("debian") => matches!(name, "bookworm" | "trixie" | "stable" | "latest") || at_least(12, 0),
        Some("ubuntu") => matches!(name, "noble" | "resolute" | "latest") || at_least(23, 4),
        Some("alpine") => name == "latest" || at_least(3, 19),
        _ => false,
    }
}

/// True if pip itself was installed by the system's package manager.
fn comes_from_packages<'m>(model: &'m Model<'m>, it: &Use<'m>) -> bool {
    let packages = ["python3-pip", "py3-pip"];
    before(model, it.stage, it.step).any(|step| {
        step.meanings().iter().flatten().any(|meaning| {
            meaning.tool.system && meaning.packages.iter().any(|package| packages.contains(&package.name.as_str()))
        })
    })
}

/// True if something may have taken the mark away, or another Python may be meant.
fn is_allowed<'m>(cx: &DockerfileCx<'m>, it: &Use<'m>) -> bool {
    const WORDS: [&str; 12] = [
        "break-system-packages",
        "BREAK_SYSTEM_PACKAGES",
        "EXTERNALLY-MANAGED",
        "venv",
        "virtualenv",
        "conda",
        "mamba",
        "pyenv",
        "get-pip",
        "pip.conf",
        "--target",
        "--root",
    ];
    let by_path = cx.slice(it.command.name_span).contains('/');
    let mentions = |step: &Step| WORDS.iter().any(|word| cx.slice(step.span()).contains(word));
    let copied = |step: &Step| matches!(step.body(), Body::Copy(_)) && step.instruction.flag("from").is_some();
    by_path
        || before(cx.model, it.stage, it.step)
            .any(|step| mentions(step) || (copied(step) && cx.slice(step.span()).contains("python")))
}

/// The steps up to and with `step`, of the stage and those it inherits from.
fn before<'m>(model: &'m Model<'m>, stage: &'m Stage<'m>, step: &'m Step<'m>) -> impl Iterator<Item = &'m Step<'m>> {
    let index = stage.index;
    let all = model.chain(stage).flat_map(|it| it.steps.iter().map(move |step| (it.index, step)));
    all.filter(move |(at, it)| *at != index || it.index <= step.index).map(|(_, it)| it)
}
