//! Which known step an instruction of the open text is, also where it was edited or moved.

use crate::syntax::dockerfile::{Dockerfile, Instruction, Keyword};

/// How much of its text (pairs of letters, from 0 to 1) a step keeps when it is edited.
const ALIKE: f64 = 0.6;
/// Bytes of a step's text that are compared where it was edited.
const COMPARED: usize = 2_000;

/// An instruction that BuildKit counts as a step.
pub(crate) struct Written<'t> {
    pub(crate) instruction: &'t Instruction,
    /// Number of its stage, from 0.
    pub(crate) stage: usize,
    /// Its text in one line.
    text: String,
}

/// What a step is told by.
pub(crate) struct Named<'a> {
    pub(crate) stage: usize,
    /// Its text in one line, as the graph has it.
    pub(crate) text: &'a str,
}

/// The steps of a tree.
pub(crate) fn written<'t>(tree: &'t Dockerfile) -> Vec<Written<'t>> {
    let mut froms = 0;
    let mut found = Vec::new();
    for instruction in &tree.instructions {
        froms += usize::from(instruction.kind == Keyword::From);
        let counts =
            matches!(instruction.kind, Keyword::From | Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir);
        if counts && froms > 0 {
            found.push(Written { instruction, stage: froms - 1, text: one_line(&instruction.logical.text) });
        }
    }
    found
}

/// Whether a written step is the known one of that number.
type IsSame<'f> = &'f dyn Fn(&Written, usize) -> bool;

/// For each written step the index of the known one that it is.
pub(crate) fn align(written: &[Written], known: &[Named]) -> Vec<Option<usize>> {
    let texts: Vec<String> = known.iter().map(|it| one_line(it.text)).collect();
    let mut found: Vec<Option<usize>> = vec![None; written.len()];
    let mut free = vec![true; known.len()];
    let same_stage = |step: &Written, at: usize| step.stage == known[at].stage;
    let same_text = |step: &Written, at: usize| step.text == texts[at];
    let edited = |step: &Written, at: usize| {
        let is_from = step.instruction.kind == Keyword::From;
        same_stage(step, at) && keyword(&step.text) == keyword(&texts[at]) && (is_from || alike(&step.text, &texts[at]))
    };
    let ways: [IsSame; 3] = [&|step, at| same_stage(step, at) && same_text(step, at), &same_text, &edited];
    for is_same in ways {
        for (step, found) in written.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            *found = (0..known.len()).find(|at| free[*at] && is_same(step, *at));
            if let Some(at) = *found {
                free[at] = false;
            }
        }
    }
    found
}

fn alike(a: &str, b: &str) -> bool {
    let cut = |text: &str| text.chars().take(COMPARED).collect::<String>();
    a.starts_with(b) || b.starts_with(a) || strsim::sorensen_dice(&cut(a), &cut(b)) >= ALIKE
}

fn keyword(text: &str) -> String {
    text.split(' ').next().unwrap_or_default().to_ascii_uppercase()
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::dockerfile::parse;
    use crate::text::FileId;

    fn aligned(text: &str, known: &[(usize, &str)]) -> Vec<Option<usize>> {
        let (tree, _) = parse(FileId(0), text);
        let known: Vec<Named> = known.iter().map(|(stage, text)| Named { stage: *stage, text }).collect();
        align(&written(&tree), &known)
    }

    #[test]
    fn steps_are_found_again() {
        let known = [(0, "FROM node:22"), (0, "COPY . ."), (0, "RUN npm ci"), (0, "RUN npm run build")];
        let text = "FROM node:24\nRUN npm ci\nENV A=b\nCOPY . .\nRUN npm  run \\\n build:prod\nRUN true\n";
        assert_eq!(aligned(text, &known), [Some(0), Some(2), Some(1), Some(3), None]);
    }

    #[test]
    fn a_step_with_more_arguments_is_the_same() {
        assert_eq!(aligned("FROM a\nRUN npm ci --omit=dev\n", &[(0, "FROM a"), (0, "RUN npm ci")]), [Some(0), Some(1)]);
    }

    #[test]
    fn what_stands_before_the_first_from_is_no_step() {
        assert_eq!(aligned("RUN x\nFROM a\n", &[(0, "FROM a")]), [Some(0)]);
    }
}
