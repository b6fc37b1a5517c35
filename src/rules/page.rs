//! Reads a rule's page: its prose and its examples, which are tests.

/// A `dockerfile bad` or `dockerfile good` fence of a page with what belongs to it; `markdown`, `yaml` and
/// `hcl` in the place of `dockerfile` for rules that read Markdown, compose and bake files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// Line of the opening fence in the page, from 1.
    pub line: usize,
    /// True if the rule must report it.
    pub bad: bool,
    /// What the example file is called: `Dockerfile`, `README.md`, `compose.yaml` or `docker-bake.hcl`.
    pub name: &'static str,
    /// The Dockerfile or other file.
    pub dockerfile: String,
    /// Files of the build context, written above the fence as a line `` `path`: `` and a fence.
    pub context: Vec<ExampleFile>,
    /// Configuration for the example: a `toml` fence above it.
    pub config: Option<String>,
    /// The exact rendering: a `text` fence after a bad one.
    pub rendered: Option<String>,
    /// The exact result of the fix: a `dockerfile fixed` or `markdown fixed` fence after a bad one.
    pub fixed: Option<String>,
}

/// The languages of examples and what their files are called.
const NAMES: [(&str, &str); 4] =
    [("dockerfile", "Dockerfile"), ("markdown", "README.md"), ("yaml", "compose.yaml"), ("hcl", "docker-bake.hcl")];

/// A file of an example's build context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFile {
    /// Path in the context.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The page without its front matter.
pub(super) fn body(page: &'static str) -> &'static str {
    let after = page.find("\n---").map_or(page, |at| &page[at + 4..]);
    after.trim_start_matches(['\r', '\n'])
}

/// The first paragraph after the heading, its lines joined.
pub(super) fn first_paragraph(body: &str) -> String {
    let lines = body.lines().skip_while(|line| line.starts_with('#') || line.trim().is_empty());
    lines.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ")
}

/// The examples, in order.
pub(super) fn examples(page: &str) -> Vec<Example> {
    let mut reader = Reader::default();
    let mut lines = page.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let fence_end = "`".repeat(3 + info.len() - info.trim_start_matches('`').len());
            let mut text = String::new();
            for (_, line) in lines.by_ref().take_while(|(_, line)| line.trim_end() != fence_end) {
                text.push_str(line);
                text.push('\n');
            }
            reader.fence(at + 1, info.trim_start_matches('`').trim(), text);
        } else if line.starts_with("## ") {
            reader.in_examples = line.trim() == "## Examples";
        } else if !line.trim().is_empty() {
            reader.file = file_name(line);
        }
    }
    reader.examples
}

/// The path in a line such as `` `package.json`: ``.
fn file_name(line: &str) -> Option<String> {
    let name = line.trim().strip_prefix('`')?.strip_suffix("`:")?;
    Some(name.to_string())
}

#[derive(Default)]
struct Reader {
    examples: Vec<Example>,
    context: Vec<ExampleFile>,
    config: Option<String>,
    file: Option<String>,
    in_examples: bool,
}

impl Reader {
    fn fence(&mut self, line: usize, info: &str, text: String) {
        if !self.in_examples {
            return;
        }
        if let Some(path) = self.file.take() {
            self.context.push(ExampleFile { path, text });
            return;
        }
        let (language, role) = info.split_once(' ').unwrap_or((info, ""));
        let name = NAMES.iter().find(|(of, _)| *of == language).map(|(_, name)| *name);
        match (name, role) {
            (Some(name), "bad" | "good") => self.examples.push(Example {
                line,
                bad: role == "bad",
                name,
                dockerfile: text,
                context: std::mem::take(&mut self.context),
                config: self.config.take(),
                ..Example::default()
            }),
            _ if info == "toml" => self.config = Some(text),
            _ if info == "text" => self.with_last(|example| example.rendered = Some(text)),
            (Some(_), "fixed") => self.with_last(|example| example.fixed = Some(text)),
            _ => {}
        }
    }

    fn with_last(&mut self, set: impl FnOnce(&mut Example)) {
        if let Some(example) = self.examples.last_mut() {
            set(example);
        }
    }
}
