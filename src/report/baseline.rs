use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// Problems that are known and shall not fail a build, by file. Names of files count from the folder
/// of the baseline, with `/` between folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// By file, sorted as the diagnostics were.
    pub files: BTreeMap<String, Vec<Known>>,
}

/// One known problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The rule's name or ShellCheck's code.
    pub rule: String,
    /// As [`super::fingerprints`] gives it.
    pub fingerprint: String,
    /// What was said, for people who read the file.
    pub message: String,
}

#[derive(Deserialize)]
struct File {
    version: u32,
    files: BTreeMap<String, Vec<Known>>,
}

impl Baseline {
    /// Reads what [`Baseline::to_text`] wrote; an error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let file: File = serde_json::from_str(text).map_err(|error| format!("is no baseline: {error}"))?;
        match file.version {
            1 => Ok(Baseline { files: file.files }),
            other => Err(format!("is a baseline of version {other}; this program reads version 1")),
        }
    }

    /// The text of the file: one line for each problem, so that branches merge.
    pub fn to_text(&self) -> String {
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let mut out = String::from("{\n  \"version\": 1,\n  \"files\": {");
        for (at, (name, known)) in self.files.iter().filter(|(_, known)| !known.is_empty()).enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let _ = write!(out, "{comma}\n    {}: [", json(name));
            for (at, it) in known.iter().enumerate() {
                let comma = if at > 0 { "," } else { "" };
                let (rule, print, message) = (json(&it.rule), json(&it.fingerprint), json(&it.message));
                let _ = write!(
                    out,
                    "{comma}\n      {{ \"rule\": {rule}, \"fingerprint\": {print}, \"message\": {message} }}"
                );
            }
            out.push_str("\n    ]");
        }
        let is_empty = out.ends_with('{');
        out.push_str(if is_empty { "}\n}\n" } else { "\n  }\n}\n" });
        out
    }

    /// How many problems it holds.
    pub fn len(&self) -> usize {
        self.files.values().map(Vec::len).sum()
    }

    /// True if it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file under whose name the problems of `name` are found: its own or, where it has none, that
    /// of a file which is gone and had one of the same problems: it was moved.
    pub fn home<'b>(&'b self, name: &'b str, prints: &[&str], is_gone: &dyn Fn(&str) -> bool) -> &'b str {
        if self.files.contains_key(name) {
            return name;
        }
        let shares = |known: &[Known]| known.iter().any(|it| prints.contains(&it.fingerprint.as_str()));
        let moved = self.files.iter().find(|(other, known)| shares(known) && is_gone(other));
        moved.map_or(name, |(other, _)| other)
    }

    /// True if a file has that problem.
    pub fn knows(&self, file: &str, print: &str) -> bool {
        self.files.get(file).is_some_and(|known| known.iter().any(|it| it.fingerprint == print))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(print: &str) -> Known {
        Known { rule: "last-user-root".into(), fingerprint: print.into(), message: "says \"root\"".into() }
    }

    #[test]
    fn is_read_as_it_was_written() {
        for files in [vec![], vec![("a/Dockerfile", vec![known("1:1"), known("1:2")]), ("b", vec![known("2:1")])]] {
            let files = files.into_iter().map(|(name, known)| (name.to_string(), known)).collect();
            let baseline = Baseline { files };
            assert_eq!(Baseline::parse(&baseline.to_text()), Ok(baseline.clone()), "{}", baseline.to_text());
        }
        assert!(Baseline::parse("[]").is_err_and(|why| why.starts_with("is no baseline")));
        assert!(Baseline::parse(r#"{"version":2,"files":{}}"#).is_err_and(|why| why.contains("version 2")));
    }

    #[test]
    fn a_moved_file_is_known_by_its_problems() {
        let baseline = Baseline { files: BTreeMap::from([("old".to_string(), vec![known("1:1")])]) };
        assert_eq!(baseline.home("new", &["1:1"], &|_| true), "old");
        assert_eq!(baseline.home("new", &["1:1"], &|_| false), "new");
        assert_eq!(baseline.home("new", &["2:1"], &|_| true), "new");
    }
}
