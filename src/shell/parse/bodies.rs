//! Finds the command substitutions inside words.

use shuck_ast::{
    ArithmeticExpr, ArithmeticExprNode, ArithmeticLvalue, ArrayElem, Assignment, AssignmentValue,
    BourneParameterExpansion, ConditionalExpr, HeredocBodyPart, ParameterExpansion, ParameterExpansionSyntax, Redirect,
    RedirectTarget, StmtSeq, Word, WordPart, WordPartNode,
};

type Found<'a> = Vec<&'a StmtSeq>;

pub(super) fn of_word(word: &Word) -> Found<'_> {
    let mut found = Vec::new();
    parts(&word.parts, &mut found);
    found
}

pub(super) fn of_assignment(assignment: &Assignment) -> Found<'_> {
    let mut found = Vec::new();
    match &assignment.value {
        AssignmentValue::Scalar(word) => parts(&word.parts, &mut found),
        AssignmentValue::Compound(array) => {
            for element in &array.elements {
                let (ArrayElem::Sequential(value)
                | ArrayElem::Keyed { value, .. }
                | ArrayElem::KeyedAppend { value, .. }) = element;
                parts(&value.word.parts, &mut found);
            }
        }
    }
    found
}

pub(super) fn of_redirect(redirect: &Redirect) -> Found<'_> {
    let mut found = Vec::new();
    match &redirect.target {
        RedirectTarget::Word(word) => parts(&word.parts, &mut found),
        RedirectTarget::Heredoc(heredoc) => {
            for part in &heredoc.body.parts {
                match &part.kind {
                    HeredocBodyPart::CommandSubstitution { body, .. } => found.push(body),
                    HeredocBodyPart::ArithmeticExpansion { expression_word_ast, .. } => {
                        parts(&expression_word_ast.parts, &mut found);
                    }
                    HeredocBodyPart::Parameter(expansion) => parameter(expansion, &mut found),
                    HeredocBodyPart::Literal(_) | HeredocBodyPart::Variable(_) => {}
                }
            }
        }
    }
    found
}

pub(super) fn of_conditional(expression: &ConditionalExpr) -> Found<'_> {
    let mut found = Vec::new();
    conditional(expression, &mut found);
    found
}

pub(super) fn of_arithmetic(expression: &ArithmeticExprNode) -> Found<'_> {
    let mut found = Vec::new();
    // Chains of operators lean to the left and may be long.
    let mut open = vec![expression];
    while let Some(node) = open.pop() {
        match &node.kind {
            ArithmeticExpr::ShellWord(word) => parts(&word.parts, &mut found),
            ArithmeticExpr::Indexed { index, .. } => open.push(index),
            ArithmeticExpr::Parenthesized { expression } => open.push(expression),
            ArithmeticExpr::Unary { expr, .. } | ArithmeticExpr::Postfix { expr, .. } => open.push(expr),
            ArithmeticExpr::Binary { left, right, .. } => open.extend([&**right, &**left]),
            ArithmeticExpr::Conditional { condition, then_expr, else_expr } => {
                open.extend([&**else_expr, &**then_expr, &**condition]);
            }
            ArithmeticExpr::Assignment { target, value, .. } => {
                open.push(value);
                if let ArithmeticLvalue::Indexed { index, .. } = target {
                    open.push(index);
                }
            }
            ArithmeticExpr::Number(_) | ArithmeticExpr::Variable(_) => {}
        }
    }
    found
}

fn conditional<'a>(expression: &'a ConditionalExpr, found: &mut Found<'a>) {
    match expression {
        ConditionalExpr::Binary(binary) => {
            conditional(&binary.left, found);
            conditional(&binary.right, found);
        }
        ConditionalExpr::Unary(unary) => conditional(&unary.expr, found),
        ConditionalExpr::Parenthesized(inner) => conditional(&inner.expr, found),
        ConditionalExpr::Word(word) | ConditionalExpr::Regex(word) => parts(&word.parts, found),
        ConditionalExpr::Pattern(_) | ConditionalExpr::VarRef(_) => {}
    }
}

fn parts<'a>(nodes: &'a [WordPartNode], found: &mut Found<'a>) {
    for node in nodes {
        match &node.kind {
            WordPart::CommandSubstitution { body, .. } | WordPart::ProcessSubstitution { body, .. } => found.push(body),
            WordPart::DoubleQuoted { parts: inner, .. } => parts(inner, found),
            WordPart::ArithmeticExpansion { expression_word_ast, .. } => parts(&expression_word_ast.parts, found),
            WordPart::Parameter(expansion) => parameter(expansion, found),
            WordPart::ParameterExpansion { operand_word_ast, .. }
            | WordPart::IndirectExpansion { operand_word_ast, .. } => {
                operand(operand_word_ast.as_deref(), found);
            }
            _ => {}
        }
    }
}

fn parameter<'a>(expansion: &'a ParameterExpansion, found: &mut Found<'a>) {
    if let ParameterExpansionSyntax::Bourne(bourne) = &expansion.syntax {
        operand(bourne.operand_word_ast(), found);
        if let BourneParameterExpansion::Slice { offset_word_ast, length_word_ast, .. } = bourne {
            operand(Some(offset_word_ast), found);
            operand(length_word_ast.as_deref(), found);
        }
    }
}

fn operand<'a>(word: Option<&'a Word>, found: &mut Found<'a>) {
    if let Some(word) = word {
        parts(&word.parts, found);
    }
}
