use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Instruction, Keyword};

/// A keyword that is not in the case of most keywords of the file. ARGs before the first FROM and
/// what ONBUILD holds are neither counted nor reported.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let meta = cx.model.meta_args.len();
    let counted: &[Instruction] = cx.dockerfile.instructions.get(meta..).unwrap_or_default();
    // What is no instruction has no case that anyone expects.
    let counted: Vec<&Instruction> = counted.iter().filter(|it| it.kind != Keyword::Unknown).collect();
    let is_lower = |text: &str| text == text.to_lowercase();
    let is_upper = |text: &str| text == text.to_uppercase();
    let lower = counted.iter().filter(|it| is_lower(&it.keyword.text)).count();
    let upper = counted.iter().filter(|it| is_upper(&it.keyword.text) && !is_lower(&it.keyword.text)).count();
    let wants_lower = lower > upper;
    for instruction in counted {
        let keyword = &instruction.keyword;
        let (right, casing, fixed) = if wants_lower {
            (is_lower(&keyword.text), "lowercase", keyword.text.to_lowercase())
        } else {
            (is_upper(&keyword.text), "uppercase", keyword.text.to_uppercase())
        };
        if right {
            continue;
        }
        let message = format!("Command '{}' should match the case of the command majority ({casing})", keyword.text);
        let fix = Fix::safe(format!("write `{fixed}`"), vec![Edit::replace(keyword.span, fixed.as_str())]);
        cx.report(keyword.span, message).note(format!("write `{fixed}`, like most of the file")).fix(fix);
    }
}
