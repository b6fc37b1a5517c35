//! The rules: one page under `rules/` and one function here for each.
//!
//! `build.rs` makes the registry from the pages' front matter; this file holds its types.

mod code;
mod commands;
mod cx;
mod docs_cx;
mod image;
mod image_cx;
mod options;
mod page;
mod quote;
mod shared;
mod steps;
mod suggestion;

mod base;
mod packages;
mod shell;

mod cache;
mod docs;
mod runtime;
mod security;
mod size;
mod style;
mod syntax;

use crate::diagnostic::{Applicability, Severity};

pub(crate) use cache::volatile_arg_early::is_new_each_time;
pub use code::{CodePage, code_page, code_pages, code_url, wiki_url};
pub use cx::{DockerfileCx, Report};
pub use docs_cx::{DocsCx, DocumentedDockerfile};
pub use image_cx::{ImageCx, ImageSubject, ImageText, first_own};
pub use options::{OptionKind, OptionValue, RuleOption, RuleOptions};
pub use page::{Example, ExampleFile};
pub(crate) use quote::json_array;
pub use suggestion::suggestion;

mod registry {
    use super::*;
    include!(concat!(env!("OUT_DIR"), "/registry.rs"));
}

/// What a rule is, as its page says.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case name, unique: the problem found.
    pub name: &'static str,
    /// The folder of its page.
    pub category: &'static str,
    /// The page's heading.
    pub summary: &'static str,
    /// The first version that had it.
    pub since: &'static str,
    /// Where the page stands in the repository.
    pub path: &'static str,
    /// The whole page with its front matter.
    page: &'static str,
    /// How much its diagnostics matter by default.
    pub severity: Severity,
    /// True if the preset `recommended` has it.
    pub default: bool,
    /// The applicability of its fixes, if it has any.
    pub fix: Option<Applicability>,
    /// Other tools' names for it: hadolint's codes, BuildKit's check names.
    pub aliases: &'static [&'static str],
    /// Presets besides `recommended` and `all` that list it by name.
    pub presets: &'static [&'static str],
    /// What can be configured.
    pub options: &'static [RuleOption],
    /// How it looks.
    pub check: Check,
}

/// The function of a rule, by what it reads.
#[derive(Clone, Copy)]
pub enum Check {
    /// Reads one Dockerfile and its context.
    Dockerfile(fn(&mut DockerfileCx)),
    /// Reads what documents say: of one Dockerfile, or to the readers of one Markdown file.
    Docs(fn(&mut DocsCx)),
    /// Reads a built image.
    Image(fn(&mut ImageCx)),
    /// Found while parsing or applying the configuration; there is no function.
    Parser,
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Check::Dockerfile(_) => "Dockerfile",
            Check::Docs(_) => "Docs",
            Check::Image(_) => "Image",
            Check::Parser => "Parser",
        })
    }
}

impl Rule {
    /// The page without its front matter.
    pub fn page(&self) -> &'static str {
        page::body(self.page)
    }

    /// The page's first paragraph, on one line.
    pub fn hover(&self) -> String {
        page::first_paragraph(self.page())
    }

    /// The examples of the page.
    pub fn examples(&self) -> Vec<Example> {
        page::examples(self.page)
    }

    /// The address of the page for people.
    pub fn url(&self) -> String {
        format!("{}/blob/main/{}", env!("CARGO_PKG_REPOSITORY"), self.path)
    }

    /// BuildKit's name for it, such as `JSONArgsRecommended`, if BuildKit has such a check.
    pub fn buildkit_name(&self) -> Option<&'static str> {
        self.aliases.iter().copied().find(|alias| is_buildkit_name(alias))
    }

    /// True if `word` is the rule's name or, whatever its case, one of its aliases.
    pub fn is_called(&self, word: &str) -> bool {
        self.name == word || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(word))
    }
}

/// All rules, sorted by category and name.
pub fn all() -> &'static [Rule] {
    registry::RULES
}

/// The rule of that name, if there is one.
pub fn by_name(name: &str) -> Option<&'static Rule> {
    index(name).map(|at| &all()[at])
}

/// Where the rule of that name stands in [`all`].
pub fn index(name: &str) -> Option<usize> {
    static PLACES: std::sync::OnceLock<std::collections::HashMap<&str, usize>> = std::sync::OnceLock::new();
    let places = PLACES.get_or_init(|| all().iter().enumerate().map(|(at, rule)| (rule.name, at)).collect());
    places.get(name).copied()
}

/// True if a page says that the rule differs from hadolint's of that code: a comment that silences
/// it for hadolint may have its use, though nothing is reported here.
pub fn reports_less_than_hadolint(code: &str) -> bool {
    let words = format!("hadolint's {}", code.to_ascii_uppercase());
    named(code).iter().any(|rule| rule.page.contains(&words))
}

/// The rules that a word names: one for a name, one or more for an alias, none if unknown.
pub fn named(word: &str) -> Vec<&'static Rule> {
    all().iter().filter(|rule| rule.is_called(word)).collect()
}

/// True for a ShellCheck code such as `SC2086`.
pub fn is_shellcheck_code(word: &str) -> bool {
    word.strip_prefix("SC").is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// True for the name of one of BuildKit's checks, in BuildKit's case.
pub fn is_buildkit_name(word: &str) -> bool {
    BUILDKIT_NAMES.contains(&word)
}

/// All checks of BuildKit's Dockerfile frontend 1.26.
pub const BUILDKIT_NAMES: [&str; 22] = [
    "StageNameCasing",
    "FromAsCasing",
    "NoEmptyContinuation",
    "ConsistentInstructionCasing",
    "DuplicateStageName",
    "ReservedStageName",
    "JSONArgsRecommended",
    "MaintainerDeprecated",
    "UndefinedArgInFrom",
    "WorkdirRelativePath",
    "UndefinedVar",
    "MultipleInstructionsDisallowed",
    "LegacyKeyValueFormat",
    "InvalidBaseImagePlatform",
    "RedundantTargetPlatform",
    "SecretsUsedInArgOrEnv",
    "InvalidDefaultArgInFrom",
    "FromPlatformFlagConstDisallowed",
    "CopyIgnoredFile",
    "InvalidDefinitionDescription",
    "ExposeProtoCasing",
    "ExposeInvalidFormat",
];
