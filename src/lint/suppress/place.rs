//! Where comments and diagnostics stand: which instruction, which stage, which line follows.

use super::Reach;
use crate::syntax::dockerfile::{Body, Dockerfile};
use crate::text::{Source, Span};

/// The instructions of a file as places.
pub(super) struct Places {
    spans: Vec<Span>,
    /// Stage of each instruction: the number of FROMs up to and including it.
    stages: Vec<usize>,
    /// Offset of each stage's FROM, from stage 1 on.
    froms: Vec<u32>,
    /// For each comment inside a continuation, the line that follows it.
    lines: Vec<Option<u32>>,
    /// For each comment, the instruction to whose comment block it belongs.
    attached: Vec<Option<usize>>,
}

impl Places {
    pub(super) fn new(dockerfile: &Dockerfile, source: &Source) -> Places {
        let mut stage = 0;
        let mut froms = Vec::new();
        let mut attached = vec![None; dockerfile.comments.len()];
        let mut stages = Vec::with_capacity(dockerfile.instructions.len());
        for (at, instruction) in dockerfile.instructions.iter().enumerate() {
            if matches!(instruction.body, Body::From(_)) {
                stage += 1;
                froms.push(instruction.span.start);
            }
            stages.push(stage);
            for &comment in &instruction.attached {
                if let Some(place) = attached.get_mut(comment) {
                    *place = Some(at);
                }
            }
        }
        let spans = dockerfile.instructions.iter().map(|instruction| instruction.span).collect();
        Places { spans, stages, froms, lines: following_lines(dockerfile, source), attached }
    }

    /// The instruction that holds an offset or, between instructions, the one that follows.
    pub(super) fn instruction_at(&self, offset: u32) -> Option<usize> {
        let at = self.spans.partition_point(|span| span.end < offset);
        (at < self.spans.len()).then_some(at)
    }

    pub(super) fn stage_of(&self, instruction: usize) -> usize {
        self.stages.get(instruction).copied().unwrap_or_default()
    }

    /// The stage that a comment at `offset` speaks of: the one that begins next if nothing of the
    /// current one comes before it, else the current one.
    pub(super) fn stage_from(&self, offset: u32) -> usize {
        let next = self.spans.partition_point(|span| span.start <= offset);
        self.stages.get(next).or(self.stages.last()).copied().unwrap_or_default()
    }

    /// True if a comment at `offset` stands before all of the stage.
    pub(super) fn covers_whole(&self, reach: Reach, offset: u32) -> bool {
        let Reach::Stage(stage) = reach else { return true };
        let from = stage.checked_sub(1).and_then(|at| self.froms.get(at));
        from.is_some_and(|&from| offset < from)
    }

    /// What a comment speaks of: the next instruction, inside a continuation the next line.
    pub(super) fn next(&self, comment: usize, offset: u32) -> Option<Reach> {
        if let Some(line) = self.lines.get(comment).copied().flatten() {
            return Some(Reach::Line(line));
        }
        let next = self.spans.partition_point(|span| span.start <= offset);
        (next < self.spans.len()).then_some(Reach::Instruction(next))
    }

    /// The instruction for which BuildKit reads a `check=` in that comment.
    pub(super) fn checked_by(&self, dockerfile: &Dockerfile, comment: usize) -> Option<usize> {
        let read =
            dockerfile.comments.get(comment).is_some_and(|comment| !comment.indented && !comment.in_continuation);
        self.attached.get(comment).copied().flatten().filter(|_| read)
    }
}

/// For each comment inside a continuation, the first line after it that says something.
fn following_lines(dockerfile: &Dockerfile, source: &Source) -> Vec<Option<u32>> {
    let mut lines = vec![None; dockerfile.comments.len()];
    let mut below: Option<(u32, u32)> = None;
    for (at, comment) in dockerfile.comments.iter().enumerate().rev() {
        if !comment.in_continuation {
            continue;
        }
        let own = source.line(comment.span.start);
        let mut next = own + 1;
        while is_blank(source, next) {
            next += 1;
        }
        let target = below.filter(|(line, _)| *line == next).map_or(next, |(_, target)| target);
        lines[at] = Some(target);
        below = Some((own, target));
    }
    lines
}

/// True for an empty line, from 1, that is not the text's last.
fn is_blank(source: &Source, line: u32) -> bool {
    let inside = (line as usize) < source.lines().line_count();
    inside && source.text[source.lines().line_range(line as usize - 1)].trim().is_empty()
}
