use crate::syntax::dockerfile::{Env, Lex};

/// Stands for the value of a variable that only the base image knows. The same in both builds as
/// long as the image is the same.
const UNKNOWN: char = '\u{1}';

/// The variables at one place, in the order in which BuildKit hands them to RUN: by their last
/// assignment.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment(Vec<Assigned>);

#[derive(Clone, Debug)]
pub(super) struct Assigned {
    pub(super) name: String,
    pub(super) value: String,
    /// True for an ARG, false for an ENV or what the base image sets.
    pub(super) is_arg: bool,
}

impl Environment {
    /// Assigns; the variable moves to the end.
    pub(super) fn set(&mut self, name: &str, value: String, is_arg: bool) {
        self.0.retain(|it| it.name != name);
        self.0.push(Assigned { name: name.to_string(), value, is_arg });
    }

    /// Assigns what only the base image knows.
    pub(super) fn set_unknown(&mut self, name: &str) {
        self.set(name, format!("{UNKNOWN}{name}{UNKNOWN}"), false);
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|it| it.name == name).map(|it| it.value.as_str())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Assigned> {
        self.0.iter()
    }

    /// The word with variables put in and quotes removed; as it stands where that fails.
    pub(super) fn expand(&self, raw: &str, escape: char) -> String {
        self.read(raw, &Lex::new(escape))
    }

    pub(super) fn read(&self, raw: &str, lex: &Lex) -> String {
        lex.word(raw, self).map_or_else(|_| raw.to_string(), |expansion| expansion.text)
    }
}

impl Env for Environment {
    fn get(&self, name: &str) -> Option<&str> {
        self.value(name)
    }
}

/// The text without the marks of unknown values: `$PATH` for the image's own.
pub(super) fn shown(text: &str) -> String {
    let mut parts = text.split(UNKNOWN);
    let mut shown = parts.next().unwrap_or_default().to_string();
    while let (Some(name), rest) = (parts.next(), parts.next()) {
        shown.push('$');
        shown.push_str(name);
        shown.push_str(rest.unwrap_or_default());
    }
    shown
}
