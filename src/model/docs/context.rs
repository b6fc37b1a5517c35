//! The folders that documents and compose files say a Dockerfile is built from.

use std::collections::BTreeSet;

use super::link::Built;
use super::project::joined;
use super::{DocFile, Docs, dockerfile_of};
use crate::syntax::builds::{Build, Text};
use crate::syntax::docker_cli::{Invocation, is_placeholder};

/// The build contexts that commands and services give to the Dockerfile, by their paths from the root;
/// empty for the root itself.
pub fn build_contexts(docs: &Docs) -> BTreeSet<String> {
    let commands = docs.builds().filter(|(file, build)| dockerfile_of(build, &file.path, docs) == Built::This);
    let mut found: BTreeSet<String> = commands.filter_map(|(file, build)| of_command(build, file, docs)).collect();
    for file in &docs.files {
        let builds = file.doc.builds.iter().flat_map(|builds| &builds.list);
        found.extend(builds.filter_map(|build| of_service(build, file, docs)));
    }
    found
}

/// The context of `docker build -f docker/Dockerfile .`; `None` where the command names no file, so that
/// the context is no more than the Dockerfile's folder.
fn of_command(build: &Invocation, file: &DocFile, docs: &Docs) -> Option<String> {
    let dockerfile = build.values("file").last()?.text.replace('\\', "/");
    let context = build.args.first().map_or(".", |word| word.text.as_str());
    if is_placeholder(context) || context.starts_with(['/', '~', '$']) {
        return None;
    }
    let starts = [folder_of(&file.path), ""].into_iter().filter_map(|start| joined(start, &build.folder));
    starts
        .filter(|start| joined(start, &dockerfile).is_some_and(|path| path.eq_ignore_ascii_case(&docs.dockerfile)))
        .find_map(|start| joined(&start, context))
}

fn of_service(build: &Build, file: &DocFile, docs: &Docs) -> Option<String> {
    let known = |text: &Option<Text>| text.as_ref().is_none_or(|text| text.known && !text.text.contains("://"));
    if build.inline || !build.builds || !known(&build.context) || !known(&build.dockerfile) {
        return None;
    }
    let context = joined(folder_of(&file.path), build.context.as_ref().map_or(".", |text| &text.text))?;
    let dockerfile = joined(&context, build.dockerfile.as_ref().map_or("Dockerfile", |text| &text.text))?;
    (dockerfile == docs.dockerfile).then_some(context)
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::DocText;
    use super::*;
    use crate::syntax::markup::Markup;
    use crate::text::FileId;

    fn contexts(path: &str, doc: DocText) -> Vec<String> {
        let files = vec![DocFile { file: FileId(0), path: path.to_string(), doc: Arc::new(doc) }];
        let docs = Docs { dockerfile: "docker/Dockerfile".to_string(), root_name: "app".to_string(), files };
        build_contexts(&docs).into_iter().collect()
    }

    #[test]
    fn commands_and_services_say_the_context() {
        let command =
            |text: &str| contexts("README.md", DocText::document(Markup::Markdown, format!("```sh\n{text}\n```\n")));
        assert_eq!(command("docker build -f docker/Dockerfile -t app ."), [""]);
        assert_eq!(command("docker build -f docker/Dockerfile server"), ["server"]);
        assert!(command("docker build -f other/Dockerfile .").is_empty());
        assert!(command("docker build -f docker/Dockerfile <folder>").is_empty());
        let service = |text: &str| contexts("docker/compose.yaml", DocText::compose(text));
        assert_eq!(
            service("services:\n  a:\n    build:\n      context: ..\n      dockerfile: docker/Dockerfile\n"),
            [""]
        );
        assert_eq!(service("services:\n  a:\n    build: .\n"), ["docker"]);
        assert!(service("services:\n  a:\n    image: b\n").is_empty());
    }
}
