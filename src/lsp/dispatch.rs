//! The features: one line each, with the method, what is told in `initialize`, and the function.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::document::Document;
use super::server::{Failure, Server};
use super::{
    actions, completion, diagnostics, everywhere, formatting, hover, items, layers, links, names, outline,
    refactorings, rename, selection, signature, symbols, tokens,
};

/// An answer, or a part of it, in JSON: lists of thousands of places are too long to be built up as values.
pub(super) type Json = Box<RawValue>;

/// Answers a request about an open document, at a byte offset where it has a position.
type OfDocument = fn(&mut Server, &str, usize, &Value) -> Result<Value, Failure>;
/// Answers a request about an open Dockerfile alone.
type OfText = fn(&mut Document, &Value) -> Json;
/// Answers a request about what was found in an open document.
type OfFindings = fn(&mut Server, &str, &Value) -> Result<Json, Failure>;
/// Answers a request about everything.
type OfWorkspace = fn(&mut Server, &Value) -> Result<Value, Failure>;

/// What a feature needs before it can run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    /// An open Dockerfile. For any other document the answer is null.
    Document(OfDocument),
    /// The same, and nothing else.
    Text(OfText),
    /// An open Dockerfile and a position in it.
    Position(OfDocument),
    /// An open document whose present version is linted. The request waits for that; the loop does not.
    Linted(OfFindings),
    /// Nothing.
    Workspace(OfWorkspace),
}

/// One feature.
pub(super) struct Feature {
    pub(super) method: &'static str,
    /// Key and value among the server's capabilities; the key is empty where another line tells it.
    pub(super) capability: (&'static str, fn() -> Value),
    pub(super) run: Run,
}

/// A request that waits for the findings of its document.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: Value,
    pub(super) params: Value,
    pub(super) run: OfFindings,
}

const fn feature(method: &'static str, key: &'static str, value: fn() -> Value, run: Run) -> Feature {
    Feature { method, capability: (key, value), run }
}

const YES: fn() -> Value = || json!(true);

/// All features.
#[rustfmt::skip]
const FEATURES: &[Feature] = &[
    feature("textDocument/diagnostic", "diagnosticProvider", diagnostics::provider, Run::Linted(diagnostics::pull)),
    feature("workspace/diagnostic", "", YES, Run::Workspace(everywhere::pull)),
    feature("textDocument/codeAction", "codeActionProvider", actions::provider, Run::Linted(actions::actions)),
    feature("codeAction/resolve", "", YES, Run::Workspace(refactorings::resolve)),
    feature("textDocument/inlayHint", "inlayHintProvider", YES, Run::Document(layers::hints)),
    feature("textDocument/codeLens", "codeLensProvider", || json!({"resolveProvider": false}), Run::Document(layers::lenses)),
    feature("workspace/executeCommand", "executeCommandProvider", layers::command_provider, Run::Workspace(layers::execute)),
    feature("textDocument/hover", "hoverProvider", YES, Run::Position(hover::hover)),
    feature("textDocument/completion", "completionProvider", completion::provider, Run::Position(completion::complete)),
    feature("completionItem/resolve", "", YES, Run::Workspace(items::resolve)),
    feature("textDocument/documentSymbol", "documentSymbolProvider", YES, Run::Text(outline::symbols)),
    feature("textDocument/foldingRange", "foldingRangeProvider", YES, Run::Text(outline::folds)),
    feature("textDocument/signatureHelp", "signatureHelpProvider", signature::provider, Run::Position(signature::help)),
    feature("textDocument/selectionRange", "selectionRangeProvider", YES, Run::Document(selection::ranges)),
    feature("textDocument/documentLink", "documentLinkProvider", || json!({"resolveProvider": false}), Run::Document(links::links)),
    feature("textDocument/semanticTokens/full", "semanticTokensProvider", tokens::provider, Run::Text(tokens::full)),
    feature("textDocument/semanticTokens/full/delta", "", YES, Run::Text(tokens::delta)),
    feature("textDocument/semanticTokens/range", "", YES, Run::Document(tokens::range)),
    feature("textDocument/formatting", "documentFormattingProvider", YES, Run::Document(formatting::document)),
    feature("textDocument/rangeFormatting", "documentRangeFormattingProvider", || json!({"rangesSupport": true}), Run::Document(formatting::range)),
    feature("textDocument/rangesFormatting", "", YES, Run::Document(formatting::ranges)),
    feature("textDocument/onTypeFormatting", "documentOnTypeFormattingProvider", formatting::on_type_provider, Run::Position(formatting::on_type)),
    feature("workspace/symbol", "workspaceSymbolProvider", YES, Run::Workspace(symbols::everywhere)),
    feature("textDocument/declaration", "declarationProvider", YES, Run::Position(names::declaration)),
    feature("textDocument/linkedEditingRange", "linkedEditingRangeProvider", YES, Run::Position(names::linked)),
    feature("textDocument/definition", "definitionProvider", YES, Run::Position(names::definition)),
    feature("textDocument/references", "referencesProvider", YES, Run::Position(names::references)),
    feature("textDocument/documentHighlight", "documentHighlightProvider", YES, Run::Position(names::highlight)),
    feature("textDocument/rename", "renameProvider", || json!({"prepareProvider": true}), Run::Position(rename::rename)),
    feature("textDocument/prepareRename", "", YES, Run::Position(rename::prepare)),
];

/// Plain data in JSON.
pub(super) fn written(answer: &impl Serialize) -> Json {
    to_raw_value(answer).expect("plain data in memory can be written")
}

/// The feature that answers a method.
pub(super) fn find(method: &str) -> Option<&'static Feature> {
    FEATURES.iter().find(|feature| feature.method == method)
}

/// The features that are told among the server's capabilities.
pub(super) fn told() -> impl Iterator<Item = &'static Feature> {
    FEATURES.iter().filter(|feature| !feature.capability.0.is_empty())
}

impl Feature {
    /// True for formatting. An editor has one formatter for a document: offered for all documents that the
    /// server hears of, it would stand in the way of those of Markdown and YAML.
    pub(super) fn is_exclusive(&self) -> bool {
        ["formatting", "rangeFormatting", "onTypeFormatting"].iter().any(|it| self.method.ends_with(&format!("/{it}")))
    }

    /// What it is registered with for Dockerfiles alone.
    pub(super) fn registration(&self) -> Value {
        let mut options = (self.capability.1)().as_object().cloned().unwrap_or_default();
        let patterns = ["**/{Docker,Container}file*", "**/*.{docker,container}file"];
        let by_name = patterns.iter().map(|pattern| json!({"pattern": pattern}));
        let selector = std::iter::once(json!({"language": "dockerfile"})).chain(by_name).collect();
        options.insert("documentSelector".to_string(), selector);
        options.into()
    }
}
