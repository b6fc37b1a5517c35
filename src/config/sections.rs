use crate::rules::{OptionKind, RuleOption};

/// A table of `cachalot.toml` with a fixed list of typed keys.
#[derive(Debug)]
pub struct Section {
    /// The table's name.
    pub name: &'static str,
    /// What it is about, one sentence.
    pub summary: &'static str,
    /// Its keys.
    pub keys: &'static [RuleOption],
}

/// The tables besides `rules` and `overrides`. A layer that wants a key adds a line here.
pub fn sections() -> &'static [Section] {
    SECTIONS
}

static SECTIONS: &[Section] = &[
    Section {
        name: "shell",
        summary: "How shell code is checked.",
        keys: &[RuleOption {
            name: "engine",
            kind: OptionKind::String,
            default: "\"native\"",
            summary: "Who gives ShellCheck's findings: native, external, auto or off.",
        }],
    },
    Section { name: "cache", summary: "How the layer cache is judged.", keys: &[] },
    Section { name: "image", summary: "How built images are judged.", keys: &[] },
];
