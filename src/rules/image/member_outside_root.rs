use crate::image::NoteKind;
use crate::rules::ImageCx;

/// What the scan of the layers noticed.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let Some(files) = cx.files else { return };
    for layer in cx.own_layers() {
        let notes = files.trees.layers[layer].iter().flat_map(|layer| &layer.notes);
        for note in notes.filter(|note| note.kind == NoteKind::EscapesRoot) {
            cx.report_layer(layer, format!("`{}` climbs out of the root", note.name));
        }
    }
}
