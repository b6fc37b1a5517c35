//! What to write differently so that bytes are not wasted.

use super::analysis::Flow;
use super::created_by::keyword;
use super::waste::WasteKind;

/// How the losses of a flow are avoided, from the instructions of the two layers; `None` where
/// nothing sensible can be done about it. `base` is the number of the base image's layers: what
/// comes from them is not stored less by any instruction on top.
pub fn remedy(flow: &Flow, instructions: &[String], base: usize) -> Option<&'static str> {
    let word = |layer: u16| keyword(instructions.get(layer as usize)?);
    let copies = |word: Option<&str>| matches!(word, Some("COPY" | "ADD"));
    let (added, killed) = (word(flow.added), word(flow.killed));
    if flow.added == flow.killed {
        return Some("the layer lists a path twice: its builder wastes it");
    }
    let is_of_base = (flow.added as usize) < base;
    match flow.kind {
        WasteKind::Deleted | WasteKind::Opaque if is_of_base => Some("only a smaller base image saves these bytes"),
        WasteKind::Deleted | WasteKind::Opaque if copies(added) => {
            Some("leave it out (.dockerignore, fewer sources), or use it with `RUN --mount=type=bind`")
        }
        WasteKind::Deleted | WasteKind::Opaque => Some("delete it in the instruction that makes it"),
        _ if is_of_base => None,
        WasteKind::Metadata if copies(added) && copies(killed) => Some("copy it once"),
        WasteKind::Metadata if copies(added) => Some("set owner and mode with `COPY --chown --chmod`"),
        WasteKind::Metadata => Some("set owner and mode in the instruction that makes it"),
        WasteKind::Overwritten if copies(added) && copies(killed) => Some("copy it once"),
        WasteKind::Overwritten => Some("write it once, or make it in another stage and copy the result"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remedies_by_instruction() {
        let instructions =
            ["ADD rootfs /", "RUN make", "COPY . .", "RUN chown -R app .", "COPY x ."].map(str::to_owned);
        let of = |added, killed, kind| remedy(&Flow { added, killed, kind, files: 1, bytes: 1 }, &instructions, 1);
        assert_eq!(of(0, 1, WasteKind::Overwritten), None);
        assert_eq!(of(0, 1, WasteKind::Deleted), Some("only a smaller base image saves these bytes"));
        assert_eq!(of(1, 3, WasteKind::Deleted), Some("delete it in the instruction that makes it"));
        assert_eq!(of(2, 3, WasteKind::Metadata), Some("set owner and mode with `COPY --chown --chmod`"));
        assert_eq!(of(2, 4, WasteKind::Overwritten), Some("copy it once"));
    }
}
