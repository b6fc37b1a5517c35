//! Any text can be laid out; laying it out again changes nothing.
#![no_main]

use cachalot::format::{Operators, Style, edits, format};
use cachalot::syntax::dockerfile::parse;
use cachalot::text::FileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for operators in [Operators::Keep, Operators::Leading, Operators::Trailing] {
        let style = Style { operators, ..Style::default() };
        let once = format(text, &style).text;
        assert_eq!(format(&once, &style).text, once);
        let (tree, _) = parse(FileId(0), &once);
        assert!(edits(&once, &tree, &style, None).is_empty());
    }
});
