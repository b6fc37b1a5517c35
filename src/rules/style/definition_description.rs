use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Body, Instruction};

/// The comment above an ARG or a named FROM does not begin with the name that it describes.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for instruction in &cx.dockerfile.instructions {
        let (kind, names) = match &instruction.body {
            Body::From(from) => {
                ("FROM", from.name.iter().map(|name| name.text.to_ascii_lowercase()).collect::<Vec<_>>())
            }
            Body::Arg(declarations) => ("ARG", declarations.iter().map(|it| it.name.text.clone()).collect()),
            _ => continue,
        };
        let (Some(name), Some(comment)) = (names.first(), last_comment(cx, instruction)) else { continue };
        let word = comment.split(' ').next().unwrap_or_default();
        if names.iter().any(|name| name == word) {
            continue;
        }
        let example = if names.len() > 1 { "<arg_key>" } else { name };
        let message = format!("Comment for {kind} should follow the format: `# {example} <description>`");
        cx.report(instruction.keyword.span, message)
            .note("`docker build --call outline` shows such comments; an empty `#` line sets others apart");
    }
}

/// The last line of the comment block, as BuildKit keeps it: an indented one with its `#`.
fn last_comment(cx: &DockerfileCx, instruction: &Instruction) -> Option<String> {
    let comment = cx.dockerfile.comments.get(*instruction.attached.last()?)?;
    Some(if comment.indented { format!("# {}", comment.text) } else { comment.text.clone() })
}
