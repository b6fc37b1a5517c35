use std::collections::BTreeMap;

use crate::rules::ImageCx;

/// Numbers that appear twice in the third field.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    for file in ["etc/passwd", "etc/group"] {
        let Some(text) = cx.own_text(file) else { continue };
        let mut known: BTreeMap<&str, &str> = BTreeMap::new();
        for line in text.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, number, ..] = fields[..] else { continue };
            if let Some(first) = known.insert(number, name).filter(|first| *first != name) {
                cx.report_path(file, format!("`{first}` and `{name}` are both number {number} in /{file}"));
            }
        }
    }
}
