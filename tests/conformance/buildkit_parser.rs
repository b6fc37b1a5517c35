//! BuildKit's own parser tests: tree, instruction lines, comments, flags, refusals.

use cachalot::diagnostic::Severity;
use cachalot::syntax::dockerfile::{Body, Dockerfile, Instruction, Transfer, parse, sexpr};
use cachalot::text::FileId;
use serde_json::Value;

use crate::{same, text};

pub(crate) fn check(case: &Value) -> Result<(), String> {
    let source = text(case, "dockerfile");
    let (dockerfile, diagnostics) = parse(FileId(0), source);
    if case["negative"] == true {
        let found: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        let wanted = match text(case, "error") {
            // The parser package says so; a build says it in other words first.
            "file with no instructions" if source.is_empty() => "the Dockerfile cannot be empty",
            wanted => wanted,
        };
        return same("messages", found.contains(&wanted).then_some(wanted), Some(wanted))
            .map_err(|error| format!("{error} in {found:?}"));
    }
    same("tree", sexpr(&dockerfile).trim_end(), text(case, "result").trim_end())?;
    same("escape", dockerfile.escape.to_string().as_str(), text(case, "escape"))?;
    let refusals = diagnostics.iter().filter(|diagnostic| {
        // The cases are fragments, and the parser package knows neither stages nor flags.
        let is_later = ["instruction-before-from", "unknown-flag", "invalid-instruction", "unknown-instruction"];
        diagnostic.severity == Severity::Error && !is_later.contains(&diagnostic.rule)
    });
    same("refusals", refusals.map(|refusal| refusal.message.as_str()).collect::<Vec<_>>(), Vec::new())?;
    let Some(wanted) = case["instructions"].as_array() else { return Ok(()) };
    same("instructions", dockerfile.instructions.len(), wanted.len())?;
    for (instruction, wanted) in dockerfile.instructions.iter().zip(wanted) {
        check_instruction(&dockerfile, instruction, wanted)?;
    }
    check_heredocs(source, &dockerfile, &case["expect_heredocs_from_second_instruction"])
}

fn check_instruction(dockerfile: &Dockerfile, instruction: &Instruction, wanted: &Value) -> Result<(), String> {
    same("keyword", instruction.keyword.text.as_str(), text(wanted, "value"))?;
    let number = |field: &str| wanted[field].as_u64().unwrap_or_default() as u32;
    same("lines", instruction.lines, (number("start_line"), number("end_line")))?;
    same("original", instruction.logical.text.as_str(), text(wanted, "original").trim())?;
    let flags = instruction.flags.iter().map(|flag| match &flag.value {
        Some(value) => format!("--{}={}", flag.name.text, value.raw),
        None => format!("--{}", flag.name.text),
    });
    same("flags", flags.collect(), strings(&wanted["flags"]))?;
    let is_json = match &instruction.body {
        Body::Run(command) | Body::Cmd(command) | Body::Entrypoint(command) | Body::Shell(command) => command.is_exec(),
        Body::Healthcheck(command) => command.as_ref().is_some_and(|command| command.is_exec()),
        Body::Copy(Transfer { json, .. }) | Body::Add(Transfer { json, .. }) => *json,
        _ => wanted["json"] == true,
    };
    same("json", is_json, wanted["json"] == true)?;
    let comments = instruction.attached.iter().map(|&at| {
        let comment = &dockerfile.comments[at];
        if comment.indented { format!("# {}", comment.text).trim().to_string() } else { comment.text.clone() }
    });
    same("comments", comments.collect(), strings(&wanted["prev_comment"]))
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().cloned().unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_string).collect()
}

fn check_heredocs(source: &str, dockerfile: &Dockerfile, wanted: &Value) -> Result<(), String> {
    let Some(wanted) = wanted.as_array() else { return Ok(()) };
    for (instruction, wanted) in dockerfile.instructions.iter().skip(1).zip(wanted) {
        let wanted = wanted.as_array().cloned().unwrap_or_default();
        same("heredocs", instruction.heredocs.len(), wanted.len())?;
        for (heredoc, wanted) in instruction.heredocs.iter().zip(&wanted) {
            let field = |names: [&str; 2]| names.iter().find_map(|name| wanted.get(*name)).cloned();
            let has = |names, found: Value| field(names).is_none_or(|wanted| wanted == found);
            let body = heredoc.body.slice(source);
            let descriptor: u64 = heredoc.descriptor.parse().unwrap_or(0);
            let fits = has(["name", "Name"], heredoc.name.text.clone().into())
                && has(["content", "Content"], body.into())
                && has(["expand", "Expand"], heredoc.expand.into())
                && has(["chomp", "Chomp"], heredoc.chomp.into())
                && has(["file_descriptor", "FileDescriptor"], descriptor.into());
            same("heredoc", fits, true).map_err(|_| format!("{heredoc:?} with {body:?} is not {wanted}"))?;
        }
    }
    Ok(())
}
