//! Self-contained pages: data put into a template.

use serde_json::Value;

/// The page with the data in place of `/*DATA*/null`. Whatever the data's texts hold, no `<` of them
/// ends the script that they stand in.
pub(super) fn filled(page: &str, data: &Value) -> String {
    let data = data.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    page.replacen("/*DATA*/null", &data, 1)
}
