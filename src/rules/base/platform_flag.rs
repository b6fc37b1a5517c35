use crate::rules::DockerfileCx;

/// `--platform` that follows neither the build nor the target platform.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let Some(flag) = stage.from.and_then(|from| from.flag("platform")) else { continue };
        let Some(value) = &flag.value else { continue };
        if value.raw.contains("BUILDPLATFORM") || value.raw.contains("TARGETPLATFORM") {
            continue;
        }
        cx.report(flag.span, format!("`{}` fixes the platform of the stage", cx.slice(flag.span)))
            .note("leave the platform to `docker build --platform`, or use $BUILDPLATFORM for tools of the build");
    }
}
