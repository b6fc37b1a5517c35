use super::{Diagnostic, Edit, Fix};

/// What [`apply`] made of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The new text.
    pub text: String,
    /// Which of the given diagnostics' fixes went in, as indexes.
    pub fixed: Vec<usize>,
}

/// Applies as many of the diagnostics' fixes as fit together: a fix whose edits overlap those of an
/// earlier one waits for the next round. Line ends written by the edits follow the text's own.
pub fn apply(text: &str, diagnostics: &[&Diagnostic]) -> Applied {
    let mut order: Vec<usize> = (0..diagnostics.len()).collect();
    order.sort_by_key(|&at| diagnostics[at].fix.as_ref().and_then(|fix| fix.edits.first().map(|edit| edit.span)));
    let mut taken: Vec<Edit> = Vec::new();
    let mut fixed = Vec::new();
    for at in order {
        let Some(fix) = &diagnostics[at].fix else { continue };
        if fits(text, fix) && !collides(&taken, fix) {
            taken.extend(fix.edits.iter().cloned());
            taken.sort();
            fixed.push(at);
        }
    }
    fixed.sort_unstable();
    Applied { text: splice(text, &taken), fixed }
}

/// True if the edits are sorted, disjoint and on character boundaries of `text`.
fn fits(text: &str, fix: &Fix) -> bool {
    let in_text = |edit: &Edit| text.get(edit.span.range()).is_some();
    let disjoint = |pair: &[Edit]| pair[0].span.end <= pair[1].span.start;
    !fix.edits.is_empty() && fix.edits.iter().all(in_text) && fix.edits.windows(2).all(disjoint)
}

fn collides(taken: &[Edit], fix: &Fix) -> bool {
    // Fixes that only touch are kept apart too: two insertions at one place have no order.
    let touch = |a: &Edit, b: &Edit| a.span.start <= b.span.end && b.span.start <= a.span.end;
    fix.edits.iter().any(|edit| taken.iter().any(|other| touch(edit, other)))
}

fn splice(text: &str, edits: &[Edit]) -> String {
    let crlf = text.contains("\r\n");
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.span.start as usize]);
        if crlf {
            out.push_str(&edit.text.replace("\r\n", "\n").replace('\n', "\r\n"));
        } else {
            out.push_str(&edit.text);
        }
        at = edit.span.end as usize;
    }
    out.push_str(&text[at..]);
    out
}
