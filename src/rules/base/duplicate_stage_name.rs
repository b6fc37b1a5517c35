use std::collections::HashMap;

use crate::rules::DockerfileCx;

/// A later stage of the same name, whatever its case, hides the earlier one.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let mut seen = HashMap::new();
    for stage in &cx.model.stages {
        let Some(name) = stage.name else { continue };
        let lower = name.text.to_ascii_lowercase();
        if let Some(first) = seen.get(&lower) {
            cx.report(name.span, format!("Duplicate stage name \"{lower}\", stage names should be unique"))
                .label(*first, "the first stage of that name")
                .note("`FROM` and `--from` below this line mean the later stage");
        }
        seen.entry(lower).or_insert(name.span);
    }
}
