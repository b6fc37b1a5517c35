//! A change of today's Dockerfile carried over to that of an earlier commit.

use std::collections::{HashMap, VecDeque};

use crate::syntax::dockerfile::{Dockerfile, Keyword, parse};
use crate::text::FileId;

/// Carries the change that made `after` of `before` over to other Dockerfiles, step by step.
pub(super) struct Carrier<'t> {
    before: Vec<Said<'t>>,
    before_text: &'t str,
    after_text: &'t str,
    /// For each instruction of `after`: the one of `before` that it is, or its text.
    plan: Vec<Result<usize, &'t str>>,
    /// Instructions of `before` that are not there any more as they were.
    touched: Vec<usize>,
}

/// An instruction: what it is and its text, with the number of its stage.
struct Said<'t> {
    kind: Keyword,
    text: &'t str,
    stage: usize,
    start: usize,
}

fn read<'t>(dockerfile: &Dockerfile, text: &'t str) -> Vec<Said<'t>> {
    let mut stage = 0;
    let said = dockerfile.instructions.iter().map(|it| {
        stage += usize::from(it.kind == Keyword::From);
        Said { kind: it.kind, text: it.span.slice(text), stage, start: it.span.start as usize }
    });
    said.collect()
}

impl<'t> Carrier<'t> {
    pub(super) fn new(before_text: &'t str, after_text: &'t str) -> Carrier<'t> {
        let before = read(&parse(FileId(0), before_text).0, before_text);
        let after = read(&parse(FileId(0), after_text).0, after_text);
        let mut places: HashMap<(usize, &str), VecDeque<usize>> = HashMap::new();
        for (at, said) in before.iter().enumerate() {
            places.entry((said.stage, said.text)).or_default().push_back(at);
        }
        let find = |said: &Said<'t>| places.get_mut(&(said.stage, said.text)).and_then(VecDeque::pop_front);
        let mut find = find;
        let plan: Vec<Result<usize, &'t str>> = after.iter().map(|said| find(said).ok_or(said.text)).collect();
        let touched = (0..before.len()).filter(|at| !plan.contains(&Ok(*at))).collect();
        Carrier { before, before_text, after_text, plan, touched }
    }

    /// The other Dockerfile with the same change; `None` where it has other steps, or another text
    /// where the change is.
    pub(super) fn carry(&self, text: &str) -> Option<String> {
        if text == self.before_text {
            return Some(self.after_text.to_string());
        }
        let other = read(&parse(FileId(0), text).0, text);
        let same_steps = other.len() == self.before.len()
            && other.iter().zip(&self.before).all(|(a, b)| (a.kind, a.stage) == (b.kind, b.stage));
        if !same_steps || self.touched.iter().any(|at| other[*at].text != self.before[*at].text) {
            return None;
        }
        let mut carried = text[..other.first()?.start].to_string();
        for line in &self.plan {
            carried.push_str(line.map_or_else(|text| text, |at| other[at].text));
            carried.push('\n');
        }
        Some(carried)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_step_is_carried_over() {
        let before = "FROM node:20\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"x\"]\n";
        let after = "FROM node:20\nCOPY package.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\nCMD [\"x\"]\n";
        let carrier = Carrier::new(before, after);
        let older = "# syntax=a\nFROM node:18\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"y\"]\n";
        let wanted =
            "# syntax=a\nFROM node:18\nCOPY package.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\nCMD [\"y\"]\n";
        assert_eq!(carrier.carry(older).as_deref(), Some(wanted));
        assert_eq!(carrier.carry(before).as_deref(), Some(after));
        assert_eq!(carrier.carry("FROM node:20\nCOPY . .\nRUN npm install && npm run build\nCMD [\"x\"]\n"), None);
        assert_eq!(carrier.carry("FROM node:20\nCOPY . .\nCMD [\"x\"]\n"), None);
    }
}
