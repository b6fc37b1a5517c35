use crate::rules::{OptionValue, RuleOptions};

/// The few things that can be chosen: `[format]` in cachalot.toml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns by which continuation lines are indented, 1 to 16; a tab counts as that many.
    pub indent_size: u32,
    /// What the indentation is made of.
    pub indent_style: IndentStyle,
    /// Where `&&` and `||` stand when a command is continued.
    pub operators: Operators,
}

impl Default for Style {
    fn default() -> Style {
        Style { indent_size: 4, indent_style: IndentStyle::Keep, operators: Operators::Keep }
    }
}

/// What indentation is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndentStyle {
    /// Tabs where an instruction is indented with tabs alone, else spaces.
    Keep,
    /// Spaces.
    Space,
    /// Tabs.
    Tab,
}

/// Where operators stand at a line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operators {
    /// Where they are.
    Keep,
    /// At the beginning of the next line: `&& make`.
    Leading,
    /// At the end of the line: `./configure && \`.
    Trailing,
}

impl Style {
    /// The style that the options of `[format]` set; the configuration's reader has checked words.
    pub fn from_options(options: &RuleOptions) -> Style {
        let mut style = Style::default();
        let word = |key: &str| match options.0.get(key) {
            Some(OptionValue::String(word)) => word.as_str(),
            _ => "",
        };
        if let Some(OptionValue::Integer(size)) = options.0.get("indent-size") {
            style.indent_size = (*size).clamp(1, 16) as u32;
        }
        style.indent_style = match word("indent-style") {
            "space" => IndentStyle::Space,
            "tab" => IndentStyle::Tab,
            _ => IndentStyle::Keep,
        };
        style.operators = match word("operators") {
            "leading" => Operators::Leading,
            "trailing" => Operators::Trailing,
            _ => Operators::Keep,
        };
        style
    }
}
