use crate::model::{Base, Stage};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;

/// The image runs as root because nothing says otherwise.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(stage) = cx.model.target_stage().filter(|_| !cx.fragment) else { return };
    let starts = cx
        .model
        .chain(stage)
        .flat_map(|stage| &stage.steps)
        .any(|step| matches!(step.kind(), Keyword::Cmd | Keyword::Entrypoint) && !step.onbuild);
    let Some(from) = stage.from_body.filter(|_| starts && stage.end.user.is_root()) else { return };
    let note = remedy(cx, stage);
    cx.report(from.image.span, "the container runs as root: no USER follows".to_string()).note(note);
}

fn remedy(cx: &DockerfileCx, stage: &Stage) -> &'static str {
    let Base::Image(image, _) = cx.model.root_base(stage) else {
        return "end with a number, for example `USER 65532`";
    };
    match (image.registry.as_deref(), image.path.as_str()) {
        (None, "node") => "the image has a user for it: `USER node`",
        (None, "nginx") => "nginxinc/nginx-unprivileged listens on 8080 and needs no root",
        (Some("mcr.microsoft.com"), _) => "the image has a user for it: `USER $APP_UID`",
        (Some("gcr.io"), path) if path.starts_with("distroless/") => {
            "the same image with the tag `nonroot` runs as 65532"
        }
        _ => "make a user and end with it: `RUN useradd --system app` and `USER app`",
    }
}
