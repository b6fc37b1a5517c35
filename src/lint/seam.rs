//! Stands in for the parser until it lands.

use crate::diagnostic::Diagnostic;
use crate::syntax::dockerfile::Dockerfile;
use crate::text::FileId;

pub(super) fn parse(file: FileId, _text: &str) -> (Dockerfile, Vec<Diagnostic>) {
    let tree = Dockerfile {
        file,
        escape: '\\',
        directives: Vec::new(),
        comments: Vec::new(),
        instructions: Vec::new(),
        tokens: Vec::new(),
    };
    (tree, Vec::new())
}
