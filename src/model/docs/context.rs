//! The folders that documents, compose files, bake files and CI workflows say a Dockerfile is built from.

use std::collections::BTreeSet;

use super::link::Built;
use super::project::joined;
use super::{Docs, RecipeText, dockerfile_of};
use crate::syntax::builds::{ActionBuild, Build, Text, Workflow};
use crate::syntax::docker_cli::{Invocation, is_placeholder};

/// The build contexts that commands and services give to the Dockerfile, by their paths from the root;
/// empty for the root itself.
pub fn build_contexts(docs: &Docs) -> BTreeSet<String> {
    let commands = docs.builds().filter(|(file, build)| dockerfile_of(build, &file.path, docs) == Built::This);
    let of_commands = commands.filter_map(|(file, build)| of_command(build, folder_of(&file.path), docs));
    let mut found: BTreeSet<String> = of_commands.collect();
    for file in &docs.files {
        let builds = file.doc.builds.iter().flat_map(|builds| &builds.list);
        found.extend(builds.filter_map(|build| of_service(build, folder_of(&file.path), docs)));
    }
    for recipe in &docs.recipes {
        match &*recipe.says {
            RecipeText::Bake(builds) => {
                found.extend(builds.list.iter().filter_map(|it| of_service(it, folder_of(&recipe.path), docs)));
            }
            RecipeText::Workflow(workflow) => found.extend(of_workflow(workflow, docs)),
        }
    }
    found
}

fn of_workflow(workflow: &Workflow, docs: &Docs) -> Vec<String> {
    let of_action = |it: &ActionBuild| {
        let context = joined("", &it.context)?;
        let file = it.file.as_ref().map_or_else(|| joined(&context, "Dockerfile"), |file| joined("", file))?;
        (file == docs.dockerfile).then_some(context)
    };
    let actions = workflow.actions.iter().filter_map(of_action);
    let commands = workflow.commands.iter().filter_map(|(folder, build)| of_command(build, folder, docs));
    actions.chain(commands).collect()
}

/// The context of `docker build -f docker/Dockerfile .`; `None` where the command names no file, so that
/// the context is no more than the Dockerfile's folder.
fn of_command(build: &Invocation, folder: &str, docs: &Docs) -> Option<String> {
    let dockerfile = build.values("file").last()?.text.replace('\\', "/");
    let context = build.args.first().map_or(".", |word| word.text.as_str());
    if is_placeholder(context) || context.starts_with(['/', '~', '$']) {
        return None;
    }
    let starts = [folder, ""].into_iter().filter_map(|start| joined(start, &build.folder));
    starts
        .filter(|start| joined(start, &dockerfile).is_some_and(|path| path.eq_ignore_ascii_case(&docs.dockerfile)))
        .find_map(|start| joined(&start, context))
}

fn of_service(build: &Build, folder: &str, docs: &Docs) -> Option<String> {
    let known = |text: &Option<Text>| text.as_ref().is_none_or(|text| text.known && !text.text.contains("://"));
    if build.inline || !build.builds || !known(&build.context) || !known(&build.dockerfile) {
        return None;
    }
    let context = joined(folder, build.context.as_ref().map_or(".", |text| &text.text))?;
    let dockerfile = joined(&context, build.dockerfile.as_ref().map_or("Dockerfile", |text| &text.text))?;
    (dockerfile == docs.dockerfile).then_some(context)
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{DocFile, DocText, Recipe};
    use super::*;
    use crate::syntax::markup::Markup;
    use crate::text::FileId;

    fn contexts(path: &str, doc: DocText) -> Vec<String> {
        let files = vec![DocFile { file: FileId(0), path: path.to_string(), doc: Arc::new(doc) }];
        let docs = Docs { dockerfile: "docker/Dockerfile".to_string(), files, ..Docs::default() };
        build_contexts(&docs).into_iter().collect()
    }

    fn by_recipe(path: &str, text: &str) -> Vec<String> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let says = Arc::new(RecipeText::of(name, text).expect("a recipe"));
        let recipes = vec![Recipe { path: path.to_string(), says }];
        let docs = Docs { dockerfile: "docker/Dockerfile".to_string(), recipes, ..Docs::default() };
        build_contexts(&docs).into_iter().collect()
    }

    #[test]
    fn bake_files_and_workflows_say_the_context() {
        let bake = "target \"app\" {\n  context = \"server\"\n  dockerfile = \"../docker/Dockerfile\"\n}\n";
        assert_eq!(by_recipe("docker-bake.hcl", bake), ["server"]);
        assert!(by_recipe("other/docker-bake.hcl", bake).is_empty());
        let action = |with: &str| {
            let text =
                format!("jobs:\n  a:\n    steps:\n    - uses: docker/build-push-action@v6\n      with: {with}\n");
            by_recipe(".github/workflows/image.yml", &text)
        };
        assert_eq!(action("{context: ., file: docker/Dockerfile}"), [""]);
        assert_eq!(action("{file: ./docker/Dockerfile}"), [""]);
        assert_eq!(action("{context: docker}"), ["docker"]);
        assert!(action("{context: '${{ matrix.app }}', file: docker/Dockerfile}").is_empty());
        assert!(action("{context: .}").is_empty());
        let script = "build:\n  script:\n    - docker build -f docker/Dockerfile server\n";
        assert_eq!(by_recipe(".gitlab-ci.yml", script), ["server"]);
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
