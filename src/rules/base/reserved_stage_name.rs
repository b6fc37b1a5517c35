use crate::rules::DockerfileCx;

/// `scratch` and `context` already mean something in FROM and `--from`.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let Some(name) = stage.name else { continue };
        let lower = name.text.to_ascii_lowercase();
        if matches!(lower.as_str(), "scratch" | "context") {
            cx.report(name.span, format!("Stage name should not use the same name as reserved stage \"{lower}\""))
                .note("rename the stage: nothing can refer to it under this name");
        }
    }
}
