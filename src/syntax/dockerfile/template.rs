use super::{Body, Dockerfile, Instruction, Keyword};
use crate::text::Span;

/// How placeholders of the usual template languages begin: Jinja, Go, Mustache, ERB.
const MARKS: [&str; 3] = ["{{", "{%", "<%"];

/// The first place that shows that the file is a template from which Dockerfiles are made: a
/// placeholder where Docker expects an instruction or the name of an image. Placeholders elsewhere
/// say nothing: `docker inspect -f '{{.Id}}'` has them too.
pub fn template_mark(dockerfile: &Dockerfile) -> Option<Span> {
    dockerfile.instructions.iter().find_map(mark)
}

fn mark(instruction: &Instruction) -> Option<Span> {
    let has_mark = |text: &str| MARKS.iter().any(|mark| text.contains(mark));
    match &instruction.body {
        Body::From(from) if has_mark(&from.image.raw) => Some(from.image.span),
        _ if instruction.kind != Keyword::Unknown => None,
        _ if has_mark(&instruction.keyword.text) || instruction.keyword.text.starts_with("}}") => {
            Some(instruction.keyword.span)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::dockerfile::parse;
    use crate::text::FileId;

    #[test]
    fn tells_templates_from_dockerfiles() {
        let is_template = |text: &str| template_mark(&parse(FileId(0), text).0).is_some();
        assert!(is_template("FROM debian:{{ suite }}\n"));
        assert!(is_template("{{ if x }}\nFROM debian\n{{ end }}\n"));
        assert!(is_template("{% set a = 1 %}\nFROM debian\n"));
        assert!(is_template("FROM debian\n}}ARG x\n"));
        assert!(!is_template("FROM debian:13\nRUN docker inspect -f '{{.Id}}' x\n"));
        assert!(!is_template("FROM debian:13\nCPOY a b\n"));
    }
}
