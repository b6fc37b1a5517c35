//! Labels and the schema that the configuration demands of them.

use std::collections::BTreeMap;

use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Body;
use crate::text::Span;

/// A label of the file, also one that ONBUILD holds.
pub(super) struct Label {
    pub key: String,
    pub key_span: Span,
    pub value: String,
    pub value_span: Span,
    /// False where a variable in the value is not known.
    pub known: bool,
}

/// All labels in the order of the file.
pub(super) fn labels(cx: &DockerfileCx) -> Vec<Label> {
    let mut found = Vec::new();
    for (_, step) in cx.model.steps() {
        let Body::Label(pairs) = step.body() else { continue };
        found.extend(pairs.iter().map(|pair| {
            let value = step.expand(&pair.value);
            let (value_span, known) = (pair.value.span, value.known);
            Label { key: step.expand(&pair.key).text, key_span: pair.key.span, value: value.text, value_span, known }
        }));
    }
    found
}

/// The configured schema: the type of each label, empty or `text` for any text.
pub(super) fn schema<'c>(cx: &DockerfileCx<'c>) -> Option<&'c BTreeMap<String, String>> {
    cx.options.map("schema").filter(|schema| !schema.is_empty())
}

/// Reports the labels of a type whose value is not one; empty values have a rule of their own.
pub(super) fn check_type(cx: &mut DockerfileCx, kind: &str, noun: &str, is_valid: fn(&str) -> bool) {
    let Some(schema) = schema(cx) else { return };
    for label in labels(cx) {
        let wanted = schema.get(&label.key).is_some_and(|it| it == kind);
        if wanted && label.known && !is_valid(&label.value) {
            cx.report(label.value_span, format!("label `{}` is not {noun}: `{}`", label.key, label.value))
                .note("the label schema of the configuration asks for it");
        }
    }
}
