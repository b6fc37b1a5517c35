use std::path::Path;

use anyhow::Context;

use crate::host;
use crate::image::{Image, keyword};
use crate::syntax::dockerfile::ast::{Body, Dockerfile};
use crate::syntax::dockerfile::parse;
use crate::text::FileId;

/// For each history step of the image, the line of the Dockerfile that made it, where one did.
pub(super) fn lines(path: &Path, image: &Image) -> anyhow::Result<Vec<Option<u32>>> {
    let bytes = host::read(path).context("the Dockerfile of --dockerfile")?;
    let text = String::from_utf8_lossy(&bytes);
    let (dockerfile, _) = parse(FileId(0), &text);
    let instructions = target_chain(&dockerfile);
    let steps = image.steps();
    let words: Vec<String> =
        steps.iter().map(|step| keyword(&image.instruction(*step)).unwrap_or_default().to_owned()).collect();
    Ok(align(&words, &instructions))
}

/// Keyword and line of each instruction of the last stage and of the stages it is built on, in the
/// order in which they ran.
fn target_chain(dockerfile: &Dockerfile) -> Vec<(String, u32)> {
    let starts: Vec<usize> = dockerfile
        .instructions
        .iter()
        .enumerate()
        .filter(|(_, instruction)| matches!(instruction.body, Body::From(_)))
        .map(|(at, _)| at)
        .collect();
    let stage = |number: usize| {
        let end = starts.get(number + 1).copied().unwrap_or(dockerfile.instructions.len());
        &dockerfile.instructions[starts[number]..end]
    };
    let mut chain = Vec::new();
    let mut next = starts.len().checked_sub(1);
    while let Some(number) = next {
        let stage = stage(number);
        let Body::From(from) = &stage[0].body else { break };
        let inner = stage[1..].iter().map(|step| (step.keyword.text.to_uppercase(), step.lines.0));
        chain.splice(0..0, inner.collect::<Vec<_>>());
        let parent = from.image.raw.to_lowercase();
        next = (0..number).rev().find(|&other| {
            let name = match &dockerfile.instructions[starts[other]].body {
                Body::From(from) => from.name.as_ref().map(|name| name.text.to_lowercase()),
                _ => None,
            };
            name.as_deref() == Some(&parent)
        });
    }
    chain
}

/// A longest common subsequence by keyword, matched from the end: the base image's steps come first.
fn align(words: &[String], instructions: &[(String, u32)]) -> Vec<Option<u32>> {
    let (rows, columns) = (words.len().min(2000), instructions.len().min(2000));
    let (words_from, instructions_from) = (words.len() - rows, instructions.len() - columns);
    let same = |a: usize, b: usize| words[words_from + a] == instructions[instructions_from + b].0;
    let mut lengths = vec![vec![0u32; columns + 1]; rows + 1];
    for a in 0..rows {
        for b in 0..columns {
            lengths[a + 1][b + 1] =
                if same(a, b) { lengths[a][b] + 1 } else { lengths[a][b + 1].max(lengths[a + 1][b]) };
        }
    }
    let mut lines = vec![None; words.len()];
    let (mut a, mut b) = (rows, columns);
    while a > 0 && b > 0 {
        if same(a - 1, b - 1) {
            lines[words_from + a - 1] = Some(instructions[instructions_from + b - 1].1);
            (a, b) = (a - 1, b - 1);
        } else if lengths[a - 1][b] >= lengths[a][b - 1] {
            a -= 1;
        } else {
            b -= 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_last_stage_and_what_it_is_built_on() {
        let text = "FROM alpine AS base\nENV A=1\nFROM golang AS build\nRUN go\nFROM base\nCOPY a b\nRUN x\n";
        let (dockerfile, _) = parse(FileId(0), text);
        let chain = target_chain(&dockerfile);
        assert_eq!(chain, [("ENV".to_owned(), 2), ("COPY".to_owned(), 6), ("RUN".to_owned(), 7)]);
        let words = ["ADD", "CMD", "ENV", "COPY", "RUN"].map(str::to_owned);
        assert_eq!(align(&words, &chain), [None, None, Some(2), Some(6), Some(7)]);
    }
}
