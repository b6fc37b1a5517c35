//! From findings in a script's text to findings in the file.

use super::super::{Dialect, Script};
use super::{CheckOptions, Finding};
use crate::diagnostic::{Applicability, Edit, Fix, Severity};

/// A finding with offsets in the script's text.
#[derive(Clone, Debug)]
pub(in crate::shell) struct Draft {
    pub(in crate::shell) code: u16,
    pub(in crate::shell) level: Severity,
    pub(in crate::shell) message: String,
    pub(in crate::shell) range: (usize, usize),
    pub(in crate::shell) fix: Option<DraftFix>,
}

/// A fix with offsets in the script's text.
#[derive(Clone, Debug)]
pub(in crate::shell) struct DraftFix {
    pub(in crate::shell) title: String,
    pub(in crate::shell) edits: Vec<((usize, usize), String)>,
}

/// What BusyBox ash has although a strictly POSIX shell does not.
const FINE_IN_ASH: &[u16] = &[3010, 3014, 3020, 3037, 3060];
/// Fixes that change nothing about what the script does.
const NEUTRAL_FIXES: &[u16] = &[2006];

/// Fixes that are wrong too often: half of a pair of braces, `$` in single quotes that was meant.
const DOUBTFUL_FIXES: &[u16] = &[1003, 1083, 1110, 2016, 2034];

/// Maps the drafts to the file and leaves out what does not hold in a Dockerfile.
pub(in crate::shell) fn finish(script: &Script, options: &CheckOptions, drafts: Vec<Draft>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = drafts
        .into_iter()
        .filter(|draft| applies(script, options, draft))
        .map(|draft| Finding {
            code: draft.code,
            level: level(script.dialect, &draft),
            span: script.text.span(draft.range.0 as u32, draft.range.1 as u32),
            fix: draft.fix.as_ref().and_then(|fix| in_file(script, &draft, fix)),
            message: draft.message,
        })
        .collect();
    findings.sort_by_key(|finding| (finding.span, finding.code));
    findings.dedup_by(|a, b| (a.span, a.code) == (b.span, b.code));
    findings
}

/// What a stricter shell lacks is an error in it, not a question of portability.
fn level(dialect: Dialect, draft: &Draft) -> Severity {
    let lacking = draft.code >= 3000 && matches!(dialect, Dialect::Dash | Dialect::Ash);
    if lacking { Severity::Error } else { draft.level }
}

fn applies(script: &Script, options: &CheckOptions, draft: &Draft) -> bool {
    let text = script.text.text.as_str();
    let about_known = || {
        let name = text.get(draft.range.0..draft.range.1).map(variable).unwrap_or_default();
        options.known_variables.is_some_and(|known| known.has(name))
    };
    match draft.code {
        2154 | 3028 => !about_known(),
        2086 | 2115 => !options.quiet_known || !about_known(),
        // The breaks that the Dockerfile's own continuations leave behind.
        1075 => !is_joined(script, (draft.range.0, draft.range.0 + "else".len())),
        2291 => !is_joined(script, draft.range),
        // `RUN ["a", 'b']`: an exec form that is none, which has a rule of its own.
        1020 | 1035 | 1072 | 1073 => !text.trim_start().starts_with('['),
        code => script.dialect != Dialect::Ash || !FINE_IN_ASH.contains(&code),
    }
}

/// The variable that `$NAME`, `${NAME…}` or `"$NAME"` is about.
fn variable(text: &str) -> &str {
    let name = text.trim_start_matches(['"', '$', '{', '#', '!']);
    let len = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    &name[..len]
}

/// True if two pieces of the file meet inside the range or in the blanks around it.
fn is_joined(script: &Script, (start, end): (usize, usize)) -> bool {
    let text = &script.text.text;
    let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else { return false };
    let start = before.trim_end_matches([' ', '\t']).len() as u32;
    let end = (text.len() - after.trim_start_matches([' ', '\t']).len()) as u32;
    script.text.segments.iter().any(|segment| segment.text > 0 && start <= segment.text && segment.text <= end)
}

/// The fix as edits of the file, if all of them are.
fn in_file(script: &Script, draft: &Draft, fix: &DraftFix) -> Option<Fix> {
    if DOUBTFUL_FIXES.contains(&draft.code) || is_list(script, draft) {
        return None;
    }
    let edits: Option<Vec<Edit>> = fix.edits.iter().map(|edit| edit_in_file(script, draft, edit)).collect();
    let edits = edits?;
    let applicability = if NEUTRAL_FIXES.contains(&draft.code) { Applicability::Safe } else { Applicability::Unsafe };
    let mut fix = match applicability {
        Applicability::Safe => Fix::safe(title(&fix.title), edits),
        Applicability::Unsafe => Fix::unsafe_(title(&fix.title), edits),
    };
    fix.edits.sort();
    let disjoint = fix.edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
    disjoint.then_some(fix)
}

fn edit_in_file(script: &Script, draft: &Draft, ((start, end), insert): &((usize, usize), String)) -> Option<Edit> {
    let text = &script.text.text;
    let (from, to) = (*start as u32, *end as u32);
    // A line end would end the instruction.
    if insert.contains(['\n', '\r']) || !text.is_char_boundary(*start) || !text.is_char_boundary(*end) || from > to {
        return None;
    }
    let insert = if script.json { insert.replace('\\', "\\\\").replace('"', "\\\"") } else { insert.clone() };
    if from < to {
        if script.json && (*start..*end).any(|at| is_escape(script, at)) {
            return None;
        }
        return script.text.is_verbatim(from, to).then(|| Edit::replace(script.text.span(from, to), insert));
    }
    // What is put behind something stays with it, also where a continuation follows.
    let closes = *start > draft.range.0;
    let anchor = if closes { from.checked_sub(1)? } else { from };
    if !script.text.is_verbatim(anchor, anchor + 1) || is_escape(script, anchor as usize) {
        return None;
    }
    Some(Edit::insert(script.text.to_source(anchor) + u32::from(closes), insert))
}

/// True where quotes would make one argument of what is meant as several: `$PACKAGES`, `$(cat list)`.
fn is_list(script: &Script, draft: &Draft) -> bool {
    let text = &script.text.text;
    let (start, end) = draft.range;
    let (Some(before), Some(word), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return false;
    };
    let ends = |char: char| char.is_whitespace() || ";&|)<>`".contains(char);
    let whole =
        before.chars().next_back().is_none_or(|char| char.is_whitespace()) && !after.starts_with(|char| !ends(char));
    let plural = || {
        let name = variable(word).to_ascii_lowercase();
        name.ends_with('s') || ["list", "opt", "arg", "extra"].iter().any(|part| name.contains(part))
    };
    match draft.code {
        2046 => whole,
        2086 => whole && (plural() || is_assigned_words(text, variable(word))),
        _ => false,
    }
}

/// True if the script gives the variable what a program prints, or a value with a blank:
/// `savedAptMark="$(apt-mark showmanual)"`.
fn is_assigned_words(text: &str, name: &str) -> bool {
    let is_start = |at: usize| !text[..at].ends_with(|char: char| char.is_ascii_alphanumeric() || "_$-".contains(char));
    let values = text.match_indices(name).filter(|(at, _)| is_start(*at));
    let mut values = values.filter_map(|(at, name)| text[at + name.len()..].strip_prefix('='));
    values.any(|value| {
        let quote = value.chars().next().filter(|char| "\"'".contains(*char));
        let inner = quote.map_or(value, |quote| value[1..].split(quote).next().unwrap_or_default());
        let prints = ["$(", "`"].iter().any(|begin| inner.starts_with(begin));
        !inner.contains("mktemp") && (prints || quote.is_some() && inner.contains(' '))
    })
}

/// True for a character of a JSON string that stands in the file as an escape, of which the map
/// knows only the first byte. It ends its segment, since the next byte follows further on.
fn is_escape(script: &Script, offset: usize) -> bool {
    let segments = &script.text.segments;
    let after = segments.partition_point(|segment| segment.text as usize <= offset);
    let next = segments.get(after).map_or(usize::MAX, |next| next.text as usize);
    let special = matches!(script.text.text.as_bytes().get(offset), Some(b'"' | b'\\' | 0..=31));
    script.json && (special || offset + 4 >= next)
}

/// The house's form of a title: lowercase, no full stop.
fn title(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(text[first.len_utf8()..].chars()).collect()
        }
        _ => text.to_string(),
    }
}
