use crate::model::{Base, Stage, Step};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Body;

/// A user by name in an image that has no list of users.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (stage, step) in cx.model.steps() {
        let Body::User(word) = step.body() else { continue };
        if *cx.model.root_base(stage) != Base::Scratch || step.onbuild {
            continue;
        }
        let user = step.expand(word);
        let name = user.text.split(':').next().unwrap_or_default();
        let numeric = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        // The name `root` is found without the list.
        if !user.known || numeric || name.is_empty() || name == "root" || may_have_passwd(cx, stage) {
            continue;
        }
        cx.report(word.span, format!("nothing tells who `{name}` is: an image from `scratch` has no /etc/passwd"))
            .note("copy the list, `COPY --from=build /etc/passwd /etc/passwd`, or use a number such as `USER 65532`");
    }
}

fn may_have_passwd(cx: &DockerfileCx, stage: &Stage) -> bool {
    let mut steps = cx.model.chain(stage).flat_map(|stage| &stage.steps);
    steps.any(|step| {
        let runs = matches!(step.body(), Body::Run(_));
        let brings = step.transfer().is_some_and(|transfer| {
            let dest = step.expand(&transfer.dest);
            let place = step.before.workdir.join(&dest.text).unwrap_or_default();
            let whole = place == "/" && transfer.sources.iter().any(|source| is_folder(step, &source.raw));
            let named = transfer.sources.iter().any(|source| source.raw.contains("passwd"));
            !dest.known || named || whole || place.starts_with("/etc")
        });
        runs || brings
    })
}

/// May be a folder with an `etc` in it, or an archive.
fn is_folder(step: &Step, source: &str) -> bool {
    let name = source.rsplit('/').next().unwrap_or(source);
    let copied = step.instruction.flag("from").is_some();
    name.is_empty()
        || name.contains(['*', '$', '.'])
        || !copied
        || ["rootfs", "root", "dist", "out", "etc"].contains(&name)
}
