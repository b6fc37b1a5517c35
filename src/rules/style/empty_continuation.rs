use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::text::Span;

/// An empty line inside a continued instruction.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for instruction in &cx.dockerfile.instructions {
        let Some(&first) = instruction.blank_lines.first() else { continue };
        let lines = cx.source.lines();
        let place = |line: u32| Span::from(lines.line_range(line as usize - 1));
        // Lines at the end of the file belong to no continuation that goes on.
        let inside =
            instruction.blank_lines.iter().map(|&line| place(line)).filter(|it| it.end <= instruction.span.end);
        let edits: Vec<Edit> = inside.map(Edit::delete).collect();
        let shown = Span::at(place(first).start.min(instruction.span.end));
        let fix = (!edits.is_empty()).then(|| Fix::safe("remove the empty lines", edits));
        cx.report(shown, "Empty continuation line")
            .note("the instruction goes on behind the empty line; a later version of Docker will refuse this")
            .fix(fix);
    }
}
