use crate::image::{Entry, Kind};
use crate::rules::ImageCx;

/// Files, and folders without the sticky bit, of one's own layers that others may write.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let open = |entry: &Entry| match entry.kind {
        Kind::File => entry.mode & 0o002 != 0,
        Kind::Directory => entry.mode & 0o1002 == 0o002,
        _ => false,
    };
    for (path, layer) in cx.own_live(open) {
        let path = cx.path(path);
        cx.report_layer(layer, format!("everybody may write `{path}`")).note("remove the bit with `chmod o-w`");
    }
}
