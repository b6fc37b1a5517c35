use crate::model::docs::Place;
use crate::rules::DocsCx;

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let (Some(builds), Some(project)) = (cx.builds, cx.project) else { return };
    for build in builds.list.iter().filter(|it| it.builds && !builds.is_bake) {
        let name = &build.name.text;
        let (span, message) = match (project.dockerfile(build), &build.context, &build.dockerfile) {
            (Place::NoFolder(folder), Some(context), _) => {
                (context.span, format!("service `{name}` is built from `{folder}`, which does not exist"))
            }
            (Place::NoFile(path), _, Some(file)) | (Place::NoFile(path), Some(file), None) => {
                (file.span, format!("service `{name}` is built by `{path}`, which does not exist"))
            }
            _ => continue,
        };
        cx.report(span, message)
            .note("paths are read from the folder of the compose file, the Dockerfile's from the context");
    }
}
