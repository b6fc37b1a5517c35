use super::shared as words;
use crate::diagnostic::{Edit, Fix, Severity};
use crate::model::order::{Class, LateInstall, Sufferer, late_installs};
use crate::model::tools::Ecosystem;
use crate::model::{Base, Origin, UserOrigin};
use crate::rules::DockerfileCx;

/// Reports builds that download their dependencies after the sources were copied.
pub(crate) fn check(cx: &mut DockerfileCx) {
    for late in late_installs(cx.model, cx.context) {
        if late.installs[0].install.class == Class::Implicit {
            report(cx, &late);
        }
    }
}

fn report(cx: &mut DockerfileCx, late: &LateInstall) {
    let build = &late.installs[0];
    let title = words::code(&title(build));
    let edit = match late.copy.files.first() {
        Some(file) => format!("any edit, to {} for one, makes", words::code(file)),
        None => "any edit to the copied files makes".to_string(),
    };
    let fix = keep_downloads(cx, late);
    let mut report =
        cx.report(late.copy.span, format!("{edit} {title} download the dependencies again")).at_most(Severity::Info);
    for it in &late.installs {
        report = report.label(it.install.command.span, "downloads what is missing, then builds");
    }
    report.note(remedy(build.install.meaning.tool.ecosystem, build.install.meaning.tool.name)).fix(fix);
}

/// Cache mounts on the folders that the tool downloads to: the result is the same, and no project is
/// taken apart. `None` where another step reads those folders.
fn keep_downloads(cx: &DockerfileCx, late: &LateInstall) -> Option<Fix> {
    let [build] = late.installs.as_slice() else { return None };
    let Base::Image(image, _) = cx.model.root_base(build.stage) else { return None };
    let tool = build.install.meaning.tool.name;
    let (home, folders): (&str, &[&str]) = match (tool, image.official()?) {
        ("go", "golang") => ("GOPATH", &["/go/pkg/mod", "/root/.cache/go-build"]),
        ("cargo", "rust") => ("CARGO_HOME", &["/usr/local/cargo/registry"]),
        ("mvn", "maven") => ("MAVEN_CONFIG", &["/root/.m2"]),
        _ => return None,
    };
    let state = &build.step.before;
    let is_moved = state.scope.get(home).is_some_and(|it| matches!(it.origin, Origin::Arg | Origin::Env));
    let has_user = matches!(state.user.origin, UserOrigin::Instruction(_));
    let is_named = folders.iter().any(|folder| cx.source.text.contains(folder));
    if is_moved || has_user || is_named || build.step.onbuild || runs_elsewhere(cx, build, tool) {
        return None;
    }
    let at = build.step.instruction.keyword.span.end;
    let mounts: String = folders.iter().map(|folder| format!(" --mount=type=cache,target={folder}")).collect();
    Some(Fix::unsafe_("keep the downloads in a cache mount", vec![Edit::insert(at, mounts)]))
}

/// True if another RUN of the stage, or of one that inherits from it, uses the tool and so what it downloaded.
fn runs_elsewhere(cx: &DockerfileCx, build: &Sufferer, tool: &str) -> bool {
    cx.model.steps().any(|(stage, step)| {
        let heir = cx.model.chain(stage).any(|it| it.index == build.stage.index);
        let other = step.span() != build.step.span();
        heir && other && step.meanings().iter().flatten().any(|meaning| meaning.tool.name == tool)
    })
}

/// `mvn package`: the tool and the first words of what it does.
fn title(build: &crate::model::order::Sufferer) -> String {
    let title = build.install.meaning.title();
    title.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

fn remedy(ecosystem: Ecosystem, tool: &str) -> &'static str {
    match (ecosystem, tool) {
        (Ecosystem::Go, _) => "copy `go.mod` and `go.sum` first and run `go mod download`, then copy the sources",
        (Ecosystem::Rust, _) => {
            "cook the dependencies first with `cargo chef`, or mount a cache on `/usr/local/cargo/registry` and `target`"
        }
        (Ecosystem::Jvm, "mvn") => {
            "copy `pom.xml` first and run `mvn dependency:go-offline`, then copy the sources; or mount a cache on `/root/.m2`"
        }
        (Ecosystem::Jvm, "gradle") => {
            "copy the build scripts first and run `gradle dependencies`, then copy the sources; or mount a cache on `/root/.gradle`"
        }
        (Ecosystem::Jvm, "sbt") => "copy `build.sbt` and `project/` first and run `sbt update`, then copy the sources",
        (Ecosystem::DotNet, _) => {
            "copy the project files first and run `dotnet restore`, then copy the sources and build with `--no-restore`"
        }
        (Ecosystem::Swift, _) => "copy `Package.swift` first and run `swift package resolve`, then copy the sources",
        (Ecosystem::Dart, _) => "copy `pubspec.yaml` first and run `dart pub get`, then copy the sources",
        (Ecosystem::Haskell, _) => {
            "copy the package description first and build only the dependencies, then copy the sources"
        }
        _ => "copy the manifests first and download the dependencies, then copy the sources",
    }
}
