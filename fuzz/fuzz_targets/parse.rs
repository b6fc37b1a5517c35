//! Any text parses, and the tokens of its tree tile it.
#![no_main]

use cachalot::syntax::dockerfile::parse;
use cachalot::text::FileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (dockerfile, diagnostics) = parse(FileId(0), text);
    let mut at = 0;
    for token in &dockerfile.tokens {
        assert_eq!(token.span.start, at, "a gap or an overlap");
        at = token.span.end;
    }
    assert_eq!(at as usize, text.len(), "the tokens end early");
    for diagnostic in &diagnostics {
        assert!(text.get(diagnostic.primary.span.range()).is_some(), "a span outside the text");
    }
});
