//! What the XML formats share.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};

use super::excerpt::printable;

/// A document with its declaration, indented; `body` writes the root.
pub(super) fn document(
    write: &mut dyn Write,
    body: impl FnOnce(&mut Writer<&mut dyn Write>) -> io::Result<()>,
) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(write, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    body(&mut xml)?;
    writeln!(xml.into_inner())
}

/// A text without the characters that no XML document may hold, not even escaped.
pub(super) fn legal(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    if text.contains(['\u{fffe}', '\u{ffff}']) {
        return Cow::Owned(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"));
    }
    text
}
