use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Body, Word};

/// ADD of an archive from the network, which stays packed and which nothing unpacks.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (stage, step) in cx.model.steps() {
        let Body::Add(transfer) = step.body() else { continue };
        let dest = step.expand(&transfer.dest).text;
        // A checksum speaks of the archive as it is.
        let as_it_is = ["unpack", "checksum"].iter().any(|name| step.instruction.flag(name).is_some());
        if as_it_is || is_archive(&dest) || step.onbuild {
            continue;
        }
        let Some((word, name)) = transfer.sources.iter().find_map(|word| remote_archive(step, word)) else { continue };
        let later = stage.steps.iter().filter(|it| it.index > step.index);
        let used = later
            .map(|it| cx.slice(it.span()))
            .any(|text| [name.as_str(), "tar ", "unzip", "*.t", "bsdtar", "dpkg"].iter().any(|it| text.contains(it)));
        if used
            || cx
                .model
                .stages
                .iter()
                .any(|other| other.index > stage.index && copies_from(other.index, cx, stage.index))
        {
            continue;
        }
        let at = step.instruction.keyword.span.end;
        cx.report(word.span, format!("`{name}` stays packed: ADD unpacks archives of the build context only"))
            .note("write `ADD --unpack`, or unpack it in the RUN that downloads it")
            .fix(Fix::unsafe_("unpack it", vec![Edit::insert(at, " --unpack=true")]));
    }
}

fn copies_from(stage: usize, cx: &DockerfileCx, from: usize) -> bool {
    cx.model.stages[stage].dependencies.iter().any(|it| it.target == crate::model::DependencyTarget::Stage(from))
}

fn remote_archive<'w>(step: &Step, word: &'w Word) -> Option<(&'w Word, String)> {
    let url = step.expand(word).text;
    let remote = url.starts_with("http://") || url.starts_with("https://");
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    (remote && is_archive(name)).then(|| (word, name.to_string()))
}

fn is_archive(path: &str) -> bool {
    [".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst"].iter().any(|it| path.ends_with(it))
}
