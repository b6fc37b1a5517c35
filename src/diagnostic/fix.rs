use crate::text::Span;

/// Whether a fix may be applied without a person looking at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Keeps what the Dockerfile means, or mends what cannot work: `--fix` applies it.
    Safe,
    /// Changes what is built or relies on a guess: `--unsafe-fixes` applies it.
    Unsafe,
}

/// One replacement of bytes in the file of the diagnostic's primary label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The bytes replaced; empty to insert.
    pub span: Span,
    /// The text put there; empty to delete.
    pub text: String,
}

impl Edit {
    /// Replaces the bytes of `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Edit {
        Edit { span, text: text.into() }
    }

    /// Inserts before the byte at `offset`.
    pub fn insert(offset: u32, text: impl Into<String>) -> Edit {
        Edit::replace(Span::at(offset), text)
    }

    /// Deletes the bytes of `span`.
    pub fn delete(span: Span) -> Edit {
        Edit::replace(span, "")
    }
}

/// Edits that mend a diagnostic; they are applied together or not at all.
///
/// Edits write `\n` for a line end; [`super::apply`] turns it into the file's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, as an imperative: "pin the tag", lowercase, no full stop.
    pub title: String,
    /// Whether it is applied unasked.
    pub applicability: Applicability,
    /// The replacements, sorted and disjoint.
    pub edits: Vec<Edit>,
    /// The instructions that the fix means to change, add or drop: the lines, from 1, of the
    /// original file on which they begin. After applying, every other instruction must mean what
    /// it meant before, or the fix is refused. Empty stands for "those that the edits overlap".
    pub touches: Vec<u32>,
}

impl Fix {
    /// A fix that `--fix` applies.
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Fix {
        Fix::new(title, Applicability::Safe, edits)
    }

    /// A fix that only `--unsafe-fixes` applies.
    pub fn unsafe_(title: impl Into<String>, edits: Vec<Edit>) -> Fix {
        Fix::new(title, Applicability::Unsafe, edits)
    }

    fn new(title: impl Into<String>, applicability: Applicability, mut edits: Vec<Edit>) -> Fix {
        edits.sort();
        Fix { title: title.into(), applicability, edits, touches: Vec::new() }
    }

    /// Declares which instructions the fix means to change; see [`Fix::touches`].
    pub fn touching(mut self, lines: impl IntoIterator<Item = u32>) -> Fix {
        self.touches = lines.into_iter().collect();
        self
    }
}
