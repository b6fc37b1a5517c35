//! Linting never fails, fixing converges, and a fixed file parses no worse than before.
#![no_main]

use std::sync::LazyLock;

use cachalot::config::{Config, Loaded, Overrides, Preset};
use cachalot::diagnostic::Applicability;
use cachalot::lint::{FileKind, Input, fix, lint};
use cachalot::shell::Memo;
use cachalot::syntax::dockerfile::parse;
use cachalot::text::{FileId, Source, Sources};
use libfuzzer_sys::fuzz_target;

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let all = Overrides { preset: Some(Preset::All), ..Overrides::default() };
    Loaded::none().resolve("Dockerfile", &all).expect("the preset is there")
});

/// Most scripts of a mutated file are known from the one it was made of.
static SHELL: LazyLock<Memo> = LazyLock::new(Memo::default);

fuzz_target!(|text: &str| {
    let first = fixed(text);
    let errors = |text: &str| parse(FileId(0), text).1.len();
    assert!(errors(&first) <= errors(text), "a fix broke the file");
    assert_eq!(fixed(&first), first, "fixing again changed the file again");
});

fn fixed(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add(Source::new("Dockerfile", text));
    let input = Input { memo: Some(&SHELL), ..Input::new(&sources, file, FileKind::Dockerfile, &CONFIG) };
    for diagnostic in lint(&input) {
        assert!(text.get(diagnostic.primary.span.range()).is_some(), "a span outside the text");
        assert_ne!(diagnostic.rule, "internal-error", "{}", diagnostic.message);
    }
    fix(&input, Applicability::Unsafe).text
}
