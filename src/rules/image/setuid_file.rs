use crate::image::{Entry, Kind};
use crate::rules::ImageCx;

/// Regular files of the final file system with the bits, put there by one's own layers.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let is_found = |entry: &Entry| matches!(entry.kind, Kind::File | Kind::Hardlink) && entry.mode & 0o6000 != 0;
    for (path, layer) in cx.own_live(|_, entry| entry.is_some_and(is_found)) {
        let path = cx.path(path);
        cx.report_layer(layer, format!("`{path}` runs with its owner's rights"))
            .note("remove the bits with `chmod a-s`");
    }
}
