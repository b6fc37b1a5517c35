//! What a CI workflow builds: steps of `docker/build-push-action`, and docker commands in scripts.

use crate::syntax::docker_cli::{self, Invocation, Place, Verb};
use crate::syntax::yaml::{self, Node, Value};
use crate::text::Spliced;

/// The builds of a workflow, as far as no variable decides them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workflow {
    /// Steps that build with GitHub's action.
    pub actions: Vec<ActionBuild>,
    /// `docker build` in scripts, with the folder that the script runs in; empty for the root.
    pub commands: Vec<(String, Invocation)>,
}

/// A step of `docker/build-push-action`; both paths are from the repository's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionBuild {
    /// The build context; empty for the whole repository.
    pub context: String,
    /// The Dockerfile; `None` for the one of the context.
    pub file: Option<String>,
}

/// Reads a workflow of GitHub Actions or what is written like one, or a pipeline of GitLab CI; `None`
/// where the text is no YAML.
pub fn workflow(text: &str) -> Option<Workflow> {
    let mut found = Workflow::default();
    if text.contains("docker") || text.contains("buildah") || text.contains("podman") {
        walk(&yaml::parse(text)?, &mut found);
    }
    Some(found)
}

fn walk(node: &Node, found: &mut Workflow) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::List(items) => items.iter().for_each(|it| walk(it, found)),
        Value::Map(entries) => {
            found.actions.extend(action(node));
            let folder = node.get("working-directory").and_then(Node::text).unwrap_or_default();
            for key in ["run", "before_script", "script", "after_script"] {
                found.commands.extend(node.get(key).into_iter().flat_map(|it| commands(it, folder)));
            }
            entries.iter().for_each(|(_, value)| walk(value, found));
        }
    }
}

fn action(step: &Node) -> Option<ActionBuild> {
    let name = step.get("uses")?.text()?;
    let is_build = name.split('@').next() == Some("docker/build-push-action");
    let input = |key: &str| step.get("with").and_then(|with| with.get(key)).and_then(Node::text);
    // The action's own context is the repository as git has it.
    let context = input("context").unwrap_or_default().trim_start_matches("{{defaultContext}}").trim_start_matches(':');
    let is_known = |path: &str| !path.contains("${{") && !path.contains("://") && !path.starts_with(['/', '~', '$']);
    let file = input("file").map(str::to_string);
    (is_build && is_known(context) && file.as_deref().is_none_or(is_known))
        .then(|| ActionBuild { context: context.to_string(), file })
}

/// The builds of a script, one text or a list of lines.
fn commands(script: &Node, folder: &str) -> Vec<(String, Invocation)> {
    let lines = script.items().iter().filter_map(Node::text).collect::<Vec<_>>().join("\n");
    let text = script.text().unwrap_or(&lines);
    // Variables of the service are no shell, and what they stand for is not known.
    let text = text.replace("${{", "$").replace("}}", "");
    let calls = docker_cli::invocations(&Spliced::verbatim(&text, 0), "sh", Place::Block(0));
    calls.into_iter().filter(|it| it.verb == Verb::Build).map(|it| (folder.to_string(), it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_scripts_build() {
        let text = "jobs:\n  image:\n    steps:\n    - uses: docker/build-push-action@v6\n      with:\n        \
                    context: .\n        file: docker/app.Dockerfile\n    - uses: docker/build-push-action@v6\n    - uses: \
                    docker/build-push-action@v6\n      with: {context: '${{ matrix.dir }}'}\n    - uses: actions/checkout@v4\n    \
                    - working-directory: web\n      run: |\n        echo\n        docker build -f docker/web.Dockerfile .\n";
        let found = workflow(text).expect("is YAML");
        let action = |context: &str, file: Option<&str>| ActionBuild {
            context: context.to_string(),
            file: file.map(str::to_string),
        };
        assert_eq!(found.actions, [action(".", Some("docker/app.Dockerfile")), action("", None)]);
        let commands: Vec<String> =
            found.commands.iter().map(|(folder, it)| format!("{folder}: {}", it.text)).collect();
        assert_eq!(commands, ["web: docker build -f docker/web.Dockerfile ."]);
        let gitlab = "build:\n  script:\n    - cd app\n    - docker build -f ../Dockerfile .\n";
        assert_eq!(workflow(gitlab).expect("is YAML").commands.len(), 1);
        assert_eq!(workflow("docker: [a"), None);
    }
}
