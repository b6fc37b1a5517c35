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
        keys: &[
            RuleOption {
                name: "engine",
                kind: OptionKind::String,
                default: "\"native\"",
                summary: "Who gives ShellCheck's findings: native, external (a shellcheck program), auto or off.",
            },
            RuleOption {
                name: "known-variables",
                kind: OptionKind::String,
                default: "\"quiet\"",
                summary: "Unquoted uses of ARGs and ENVs (SC2086): quiet, as in hadolint, or strict.",
            },
        ],
    },
    Section { name: "cache", summary: "How the layer cache is judged.", keys: &[] },
    Section {
        name: "image",
        summary: "How built images are judged.",
        keys: &[
            RuleOption {
                name: "max-size",
                kind: OptionKind::String,
                default: "\"off\"",
                summary: "Most bytes of all layers' blobs, such as 500MB.",
            },
            RuleOption {
                name: "max-layer-size",
                kind: OptionKind::String,
                default: "\"off\"",
                summary: "Most bytes of one layer's blob.",
            },
            RuleOption {
                name: "max-wasted",
                kind: OptionKind::String,
                default: "\"off\"",
                summary: "Most bytes that layers above the base waste.",
            },
            RuleOption {
                name: "max-wasted-percent",
                kind: OptionKind::String,
                default: "\"off\"",
                summary: "Most wasted bytes as a share of own layers' file bytes, such as 5%.",
            },
            RuleOption {
                name: "min-efficiency",
                kind: OptionKind::String,
                default: "\"off\"",
                summary: "Least efficiency, such as 95%.",
            },
            RuleOption {
                name: "min-hit-ratio",
                kind: OptionKind::String,
                default: "\"off\"",
                summary: "Least share of own layers that the older build already had.",
            },
            RuleOption {
                name: "max-push-bytes",
                kind: OptionKind::String,
                default: "\"off\"",
                summary: "Most bytes to push where the registry has the older build.",
            },
        ],
    },
];
