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

/// The words that a key of a section takes; `None` for one that takes any text.
pub(super) fn words(section: &str, key: &str) -> Option<&'static [&'static str]> {
    match (section, key) {
        ("shell", "known-variables") => Some(&["quiet", "strict"]),
        ("format", "indent-style") => Some(&["keep", "space", "tab"]),
        ("format", "operators") => Some(&["keep", "leading", "trailing"]),
        _ => None,
    }
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
    Section {
        name: "cache",
        summary: "How the layer cache is judged.",
        keys: &[
            RuleOption {
                name: "min-hit-rate",
                kind: OptionKind::String,
                default: "\"off\"",
                summary: "Least share of steps that hit, such as 80%.",
            },
            RuleOption {
                name: "max-miss",
                kind: OptionKind::Strings,
                default: "[]",
                summary: "Steps that must not run, each named by stage/number, line, how it begins or a rule; `=10%` allows some.",
            },
            RuleOption {
                name: "image",
                kind: OptionKind::String,
                default: "\"\"",
                summary: "A built image that tells editors how large the steps' layers are, as `cachalot image` takes it.",
            },
            RuleOption {
                name: "log",
                kind: OptionKind::String,
                default: "\"\"",
                summary: "A build log that tells editors how long the steps take, from the build context's folder.",
            },
            RuleOption {
                name: "commits",
                kind: OptionKind::Integer,
                default: "200",
                summary: "How many commits a replay builds.",
            },
            RuleOption {
                name: "memory",
                kind: OptionKind::String,
                default: "\"all\"",
                summary: "What of the builds before is still in the cache: all, or the last one.",
            },
        ],
    },
    Section {
        name: "format",
        summary: "How `cachalot fmt` and editors lay out a Dockerfile.",
        keys: &[
            RuleOption {
                name: "indent-size",
                kind: OptionKind::Integer,
                default: "4",
                summary: "Columns by which continuation lines are indented, 1 to 16.",
            },
            RuleOption {
                name: "indent-style",
                kind: OptionKind::String,
                default: "\"keep\"",
                summary: "space, tab, or keep: tabs where an instruction is indented with tabs alone.",
            },
            RuleOption {
                name: "operators",
                kind: OptionKind::String,
                default: "\"keep\"",
                summary: "Where && and || stand at a line break: keep, leading or trailing.",
            },
        ],
    },
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
