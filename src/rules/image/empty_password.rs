use crate::rules::ImageCx;

/// Lines of the shadow file whose second field is empty.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    for file in ["etc/shadow", "etc/master.passwd"] {
        let Some(text) = cx.own_text(file) else { continue };
        for line in text.lines() {
            let mut fields = line.split(':');
            let (Some(user), Some("")) = (fields.next(), fields.next()) else { continue };
            cx.report_path(file, format!("`{user}` has no password in /{file}"))
                .note("lock the account with `passwd -l`");
        }
    }
}
