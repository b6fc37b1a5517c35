use crate::image::{Entry, Kind};
use crate::rules::ImageCx;
use crate::rules::image::shared_groups::by_layer;

/// Files, and folders without the sticky bit, of one's own layers that others may write: one
/// diagnostic for each layer.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let open = |entry: &Entry| match entry.kind {
        Kind::File => entry.mode & 0o002 != 0,
        Kind::Directory => entry.mode & 0o1002 == 0o002,
        _ => false,
    };
    for (layer, paths) in by_layer(cx.own_live(|_, entry| entry.is_some_and(open))) {
        let first = cx.path(paths[0]);
        let message = match paths.len() - 1 {
            0 => format!("everybody may write `{first}`"),
            more => format!("everybody may write `{first}` and {more} more"),
        };
        cx.report_layer(layer, message).note("remove the bit with `chmod o-w`");
    }
}
