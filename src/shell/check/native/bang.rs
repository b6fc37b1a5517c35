//! `! command` under `set -e`: its failure never stops the script (SC2251).

use shuck_ast::{BinaryOp, Command, CompoundCommand, Stmt, StmtSeq};
use shuck_parser::parser::Parser;

use crate::diagnostic::Severity;
use crate::shell::Script;
use crate::shell::check::findings::Draft;

pub(super) fn run(script: &Script) -> Vec<Draft> {
    let text = script.text.text.as_str();
    if !script.options.errexit || !text.contains('!') || script.error.is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    crate::shell::parse::guarded(text, || {
        let parsed = Parser::new(text).parse();
        sequence(&parsed.file.body, true, text, &mut found);
    });
    let draft = |at| Draft {
        code: 2251,
        level: Severity::Info,
        message: "`!` here is no condition: whether the command fails or not, `set -e` lets the script go on".into(),
        range: (at, at + 1),
        fix: None,
    };
    found.into_iter().map(draft).collect()
}

/// Collects the places of `!`. The last command of a sequence gives its status to somebody else
/// where `passed_on`.
fn sequence(body: &StmtSeq, passed_on: bool, text: &str, found: &mut Vec<usize>) {
    for (at, stmt) in body.iter().enumerate() {
        let last = passed_on && at + 1 == body.len();
        let background = stmt.terminator_span.is_some_and(|span| span.slice(text) == "&");
        if is_negated(stmt) && !last && !background {
            let start = stmt.span.start.offset();
            found.extend(text.get(start..).and_then(|rest| rest.find('!')).map(|len| start + len));
        }
        inside(stmt, last, text, found);
    }
}

fn is_negated(stmt: &Stmt) -> bool {
    match &stmt.command {
        Command::Binary(binary) => match binary.op {
            BinaryOp::And | BinaryOp::Or => false,
            BinaryOp::Pipe | BinaryOp::PipeAll => stmt.negated || is_negated(&binary.left),
        },
        _ => stmt.negated,
    }
}

fn inside(mut stmt: &Stmt, last: bool, text: &str, found: &mut Vec<usize>) {
    // Chains lean to the left and may be long.
    while let Command::Binary(binary) = &stmt.command {
        inside(&binary.right, true, text, found);
        stmt = &binary.left;
    }
    match &stmt.command {
        Command::Compound(compound) => match compound {
            CompoundCommand::Subshell(body) => sequence(body, true, text, found),
            CompoundCommand::BraceGroup(body) => sequence(body, last, text, found),
            CompoundCommand::If(command) => {
                let branches = command.elif_branches.iter().map(|(_, body)| body);
                for body in [&command.then_branch].into_iter().chain(branches).chain(&command.else_branch) {
                    sequence(body, false, text, found);
                }
            }
            CompoundCommand::For(command) => sequence(&command.body, false, text, found),
            CompoundCommand::While(command) => {
                sequence(&command.condition, true, text, found);
                sequence(&command.body, false, text, found);
            }
            CompoundCommand::Until(command) => {
                sequence(&command.condition, true, text, found);
                sequence(&command.body, false, text, found);
            }
            _ => {}
        },
        Command::Function(function) => inside_function(&function.body, text, found),
        _ => {}
    }
}

fn inside_function(body: &Stmt, text: &str, found: &mut Vec<usize>) {
    inside(body, true, text, found);
}
