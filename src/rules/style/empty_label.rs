use super::shared_labels::{labels, schema};
use crate::rules::DockerfileCx;

/// A label of the schema without a value.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(schema) = schema(cx) else { return };
    for label in labels(cx) {
        if schema.contains_key(&label.key) && label.known && label.value.is_empty() {
            cx.report(label.key_span, format!("label `{}` is empty", label.key))
                .note("the label schema of the configuration asks for a value");
        }
    }
}
