use super::shared_labels::{labels, schema};
use crate::rules::DockerfileCx;

/// A label that is not in the schema, where the schema is strict.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(schema) = schema(cx).filter(|_| cx.options.bool("strict", false)) else { return };
    for label in labels(cx) {
        if !schema.contains_key(&label.key) {
            cx.report(label.key_span, format!("label `{}` is not in the schema", label.key))
                .note("the label schema of the configuration is strict");
        }
    }
}
