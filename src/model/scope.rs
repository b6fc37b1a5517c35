use std::sync::Arc;

use rpds::HashTrieMapSync;

use crate::syntax::dockerfile::{Env, ExpandError, expand_word};
use crate::text::Span;

/// The variables that an instruction can see. Cloning is cheap: scopes share their structure, so
/// that every step keeps its own.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    variables: HashTrieMapSync<String, Variable>,
    /// True where the base image is not known, so that a variable that is not here may still exist.
    pub open: bool,
    next: u32,
}

/// One variable of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// What it holds.
    pub value: Value,
    /// What put it there.
    pub origin: Origin,
    /// The name in the declaration, where it stands in this file.
    pub declared: Option<Span>,
    /// Rank of its last assignment: BuildKit keeps the environment in this order.
    pub order: u32,
}

/// What is known of a variable's value before the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// This text.
    Known(Arc<str>),
    /// Declared without a value: it is not in the environment and expands to nothing.
    Unset,
    /// Something that only the build can tell.
    Unknown,
}

/// What put a variable into a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An ARG of the stage or one it inherits from.
    Arg,
    /// An ENV of the stage or one it inherits from.
    Env,
    /// The base image, according to the embedded table.
    BaseImage,
    /// A platform ARG such as `TARGETARCH` in the global scope.
    Automatic,
}

/// A word with its variables replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text; what is unknown expands to nothing in it.
    pub text: String,
    /// True where every variable in it is known, so that the build sees exactly this text.
    pub known: bool,
    /// Names that the scope does not have.
    pub undefined: Vec<String>,
}

impl Scope {
    /// The variable of that name.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// All variables, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Variable)> {
        self.variables.iter()
    }

    /// The known value of a variable that is set.
    pub fn known(&self, name: &str) -> Option<&str> {
        match &self.get(name)?.value {
            Value::Known(text) => Some(text),
            _ => None,
        }
    }

    /// The environment of a RUN in BuildKit's order: variables with a value, by last assignment.
    pub fn environment(&self) -> Vec<(&str, &Variable)> {
        let mut set: Vec<(&str, &Variable)> =
            self.iter().filter(|(_, it)| it.value != Value::Unset).map(|(name, it)| (name.as_str(), it)).collect();
        set.sort_by_key(|(_, variable)| variable.order);
        set
    }

    /// Assigns a variable; a later assignment moves it to the end of the environment.
    pub fn set(&mut self, name: &str, value: Value, origin: Origin, declared: Option<Span>) {
        let order = self.next;
        self.next += 1;
        self.variables.insert_mut(name.to_string(), Variable { value, origin, declared, order });
    }

    /// Replaces the variables of `raw` as BuildKit does and removes the quotes. A word that cannot
    /// be expanded (an error that the build stops at) comes back as it is, not known.
    pub fn expand(&self, raw: &str, escape: char) -> Expanded {
        if !raw.contains(['$', '\'', '"', escape]) {
            return Expanded { text: raw.to_string(), known: true, undefined: Vec::new() };
        }
        match expand_word(raw, escape, &ScopeEnv(self)) {
            Ok(expansion) => {
                let is_unknown = |name: &String| matches!(self.get(name), Some(Variable { value: Value::Unknown, .. }));
                let mut names = expansion.matched.iter().chain(&expansion.unmatched);
                let undefined: Vec<String> =
                    expansion.unmatched.iter().filter(|name| self.get(name).is_none()).cloned().collect();
                let known = !names.any(is_unknown) && (undefined.is_empty() || !self.open);
                Expanded { text: expansion.text, known, undefined }
            }
            Err(_) => Expanded { text: raw.to_string(), known: false, undefined: Vec::new() },
        }
    }

    /// Why the build stops at `raw`, in BuildKit's words; `None` where it goes on, or where that
    /// depends on values which only the build knows.
    pub fn refusal(&self, raw: &str, escape: char) -> Option<String> {
        let is_vague = |name: &str| matches!(self.get(name), Some(Variable { value: Value::Unknown, .. }));
        let error = expand_word(raw, escape, &ScopeEnv(self)).err()?;
        let reason = error.reason();
        let name = reason.split(':').next().unwrap_or_default();
        (!is_vague(name) && matches!(error, ExpandError::Refused { .. })).then(|| error.to_string())
    }
}

/// A scope as the expander sees it: only variables with a value exist.
pub(super) struct ScopeEnv<'a>(pub(super) &'a Scope);

impl Env for ScopeEnv<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        match &self.0.get(name)?.value {
            Value::Known(text) => Some(text),
            Value::Unknown => Some(""),
            Value::Unset => None,
        }
    }
}
