//! The one entry: a file, its surroundings and a configuration in, diagnostics out.

mod docs;
mod fix;
mod history;
mod image;
mod kind;
mod memo;
mod piece;
mod reading;
mod shellcheck;
mod silence;
mod spread;
mod suppress;
mod unit;

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::Config;
use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use crate::model::docs::{DocText, Docs};
use crate::model::{Files, Model};
use crate::shell::{ExternalEngine, Memo};
use crate::syntax::dockerfile::{Dockerfile, parse};
use crate::text::{FileId, Sources, Span};

pub use fix::{AppliedFix, Fixed, Judge, Refused, fix, fix_found, fix_where, refusal};
pub use history::{Pasts, add_costs, is_about_cache, varying};
pub use image::lint_image;
pub use kind::FileKind;
pub use memo::{Memory, remembered};
pub use reading::Reading;
pub use silence::add_ignores;
pub use unit::build_options;

/// What is linted and with what.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// All files of the run; diagnostics may point into any of them.
    pub sources: &'a Sources,
    /// The file to lint.
    pub file: FileId,
    /// How it is to be read.
    pub kind: FileKind,
    /// Which rules, how grave, with which options.
    pub config: &'a Config,
    /// The build context, if one is at hand. Fences in Markdown are linted without it: they may show
    /// any project.
    pub files: Option<&'a dyn Files>,
    /// The Dockerfile's path in the build context; `None` where it comes from elsewhere.
    pub path_in_context: Option<&'a str>,
    /// The documents near the Dockerfile. A Markdown file is its own document.
    pub docs: Option<&'a Docs>,
    /// The file itself, where it is a document that somebody read already.
    pub document: Option<&'a Arc<DocText>>,
    /// The `shellcheck` program, where `shell.engine` asks for it and it is there.
    pub shellcheck: Option<&'a dyn ExternalEngine>,
    /// What was found in shell code before, if somebody lints again and again.
    pub memo: Option<&'a Memo>,
    /// The tree of the text, if somebody parsed it before; that of another text is passed over.
    pub parsed: Option<Parsed<'a>>,
    /// Set by whoever no longer wants the result: the rules that did not run yet are left out.
    pub stop: Option<&'a AtomicBool>,
    /// How many threads the rules are shared among; more than one where somebody waits for this file alone.
    pub threads: usize,
    /// Set where nothing but fixes of that applicability and safer is wanted: rules without any need not run.
    pub fixes_only: Option<Applicability>,
}

/// What [`dockerfile::parse`](crate::syntax::dockerfile::parse) made of a text.
#[derive(Clone, Copy, Debug)]
pub struct Parsed<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tree.
    pub tree: &'a Dockerfile,
    /// What the parser found, in the file that is linted.
    pub diagnostics: &'a [Diagnostic],
    /// What it means, if somebody looked; passed over where it was made with other [`build_options`].
    pub model: Option<&'a Model<'a>>,
}

impl<'a> Parsed<'a> {
    /// What the parser makes of a text: what is `known` if that is of the same text, else what goes into `own`.
    fn or_new(known: Option<Parsed<'a>>, file: FileId, text: &'a str, own: &'a OnceCell<Own>) -> Parsed<'a> {
        known.filter(|it| it.text == text).unwrap_or_else(|| {
            let (tree, diagnostics) = own.get_or_init(|| parse(file, text));
            Parsed { text, tree, diagnostics, model: None }
        })
    }
}

/// A tree, and what the parser found.
type Own = (Dockerfile, Vec<Diagnostic>);

impl<'a> Input<'a> {
    /// A file without a build context.
    pub fn new(sources: &'a Sources, file: FileId, kind: FileKind, config: &'a Config) -> Input<'a> {
        Input {
            sources,
            file,
            kind,
            config,
            files: None,
            path_in_context: None,
            docs: None,
            document: None,
            shellcheck: None,
            memo: None,
            parsed: None,
            stop: None,
            threads: 1,
            fixes_only: None,
        }
    }

    /// The same with a build context, in which the Dockerfile stands at `path` if it is in there.
    pub fn with_context(self, files: &'a dyn Files, path: Option<&'a str>) -> Input<'a> {
        Input { files: Some(files), path_in_context: path, ..self }
    }

    /// The same with the documents near the Dockerfile; their files are in the sources.
    pub fn with_docs(self, docs: &'a Docs) -> Input<'a> {
        Input { docs: Some(docs), ..self }
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

/// Lints one file. The result is sorted and holds nothing twice; a file that does not parse is a
/// finding like any other, and so is a rule that fails.
pub fn lint(input: &Input) -> Vec<Diagnostic> {
    let source = input.sources.get(input.file);
    let mut found: Vec<Diagnostic> = invalid_utf8(input).into_iter().collect();
    let document = piece::document(input);
    let own = docs::subject(input, document.as_ref());
    found.extend(own.as_ref().map(|own| docs::lint(input, own)).unwrap_or_default());
    let near = own.as_ref().map(|own| &own.docs).or(input.docs);
    for piece in piece::pieces_of(&source.text, input.kind, document.as_deref()) {
        let about = unit::lint(&Input { docs: near, ..*input }, &piece);
        found.extend(about.into_iter().map(|diagnostic| piece.place(diagnostic, source)));
    }
    found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    found.dedup_by(|a, b| a.sort_key() == b.sort_key());
    if source.text.starts_with('\u{feff}') {
        found.iter_mut().filter_map(|diagnostic| diagnostic.fix.as_mut()).for_each(keep_byte_order_mark);
    }
    found
}

/// Edits of the first line begin behind the mark.
fn keep_byte_order_mark(fix: &mut Fix) {
    const LEN: u32 = '\u{feff}'.len_utf8() as u32;
    for edit in &mut fix.edits {
        edit.span = Span::new(edit.span.start.max(LEN), edit.span.end.max(LEN));
    }
}

/// True for a text that rules about documents look at: commands in a document, builds in compose or bake.
pub fn holds_commands(text: &str, kind: FileKind) -> bool {
    kind.builds() || (kind.markup().is_some() && crate::model::docs::mentions_docker(text))
}

/// One diagnostic for all bytes of a file that are not UTF-8.
fn invalid_utf8(input: &Input) -> Option<Diagnostic> {
    let source = input.sources.get(input.file);
    let first = *source.invalid.first()?;
    let message = match source.invalid.len() {
        _ if source.text.starts_with("??") && source.text.contains('\0') => {
            "the file is UTF-16, which Docker does not read".to_string()
        }
        1 => "this is not UTF-8".to_string(),
        more => format!("this is not UTF-8, and {} more places are not", more - 1),
    };
    let diagnostic = Diagnostic::new("invalid-utf8", Severity::Warning, input.file, first, message);
    unit::configured(diagnostic.note("save the file as UTF-8; what is not is read as `?`"), input.config)
}
