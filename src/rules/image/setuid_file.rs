use crate::image::Kind;
use crate::rules::ImageCx;

/// Regular files of the final file system with the bits, put there by one's own layers.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    for (path, layer) in
        cx.own_live(|entry| matches!(entry.kind, Kind::File | Kind::Hardlink) && entry.mode & 0o6000 != 0)
    {
        let path = cx.path(path);
        cx.report_layer(layer, format!("`{path}` runs with its owner's rights"))
            .note("remove the bits with `chmod a-s`");
    }
}
