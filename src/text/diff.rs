use std::fmt::Write;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// Lines of the old and lines of the new text (from 0) that stand for each other; either may be empty.
pub type ChangedLines = (Range<usize>, Range<usize>);

/// Equal lines shown around a change.
const AROUND: usize = 3;

/// The lines that differ, in order; what stands between two changes is equal. A line is compared
/// without its end if the caller split it off.
pub fn changed_lines<'a>(old: impl Iterator<Item = &'a str>, new: impl Iterator<Item = &'a str>) -> Vec<ChangedLines> {
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(old);
    input.update_after(new);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let lines = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| (lines(hunk.before), lines(hunk.after))).collect()
}

/// The line of the old text, from 1, that a line of the new one stands for: the same line, else the one
/// whose place it took.
pub fn line_before(old: &str, new: &str, line: u32) -> u32 {
    let at = line.saturating_sub(1) as usize;
    let mut before = at;
    for (gone, fresh) in changed_lines(old.lines(), new.lines()) {
        if at < fresh.start {
            break;
        }
        let within = at.min(fresh.end) - fresh.start;
        let beyond = at.saturating_sub(fresh.end);
        before = match at < fresh.end {
            true => gone.start + within.min(gone.len().saturating_sub(1)),
            false => gone.end + beyond,
        };
    }
    before as u32 + 1
}

/// The difference of two texts as a unified diff with three lines around each change, which `patch`
/// and `git apply` read. Empty if there is none.
pub fn unified_diff(old: &str, new: &str, name: &str) -> String {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (old, new) = (lines(old), lines(new));
    let changes = changed_lines(old.iter().copied(), new.iter().copied());
    let mut out = String::new();
    if !changes.is_empty() {
        let name = name.trim_start_matches('/');
        _ = write!(out, "--- a/{name}\n+++ b/{name}\n");
    }
    for hunk in changes.chunk_by(|one, next| next.0.start - one.0.end <= 2 * AROUND) {
        write_hunk(&mut out, hunk, &old, &new);
    }
    out
}

fn write_hunk(out: &mut String, changes: &[ChangedLines], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return };
    let before = first.0.start.min(AROUND);
    let after = (old.len() - last.0.end).min(AROUND);
    let mut at = first.0.start - before;
    let head = |start: usize, end: usize| range(start - before, end + after);
    _ = writeln!(out, "@@ -{} +{} @@", head(first.0.start, last.0.end), head(first.1.start, last.1.end));
    for (gone, fresh) in changes {
        write_lines(out, ' ', &old[at..gone.start]);
        write_lines(out, '-', &old[gone.clone()]);
        write_lines(out, '+', &new[fresh.clone()]);
        at = gone.end;
    }
    write_lines(out, ' ', &old[at..at + after]);
}

/// An empty range is named by the line before it, a range of one line goes without its length.
fn range(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{end}"),
        length => format!("{},{length}", start + 1),
    }
}

fn write_lines(out: &mut String, sign: char, lines: &[&str]) {
    for line in lines {
        let end = if line.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
        _ = write!(out, "{sign}{line}{end}");
    }
}

#[cfg(test)]
mod tests {
    use super::{line_before, unified_diff};

    #[test]
    fn a_line_is_found_where_it_stood() {
        let (old, new) = ("a\nb\nc\nd\n", "x\na\nc\nB\nd\n");
        let found: Vec<u32> = (1..=5).map(|line| line_before(old, new, line)).collect();
        assert_eq!(found, [1, 1, 3, 4, 4]);
        assert_eq!(line_before(old, old, 3), 3);
        assert_eq!(line_before("", "a\n", 1), 1);
    }

    fn body(old: &str, new: &str) -> String {
        unified_diff(old, new, "app/Dockerfile").lines().skip(2).map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn ranges_as_patch_reads_them() {
        assert_eq!(
            unified_diff("FROM a\nRUN b\n", "FROM a\nRUN c\n", "/app/Dockerfile"),
            "--- a/app/Dockerfile\n+++ b/app/Dockerfile\n@@ -1,2 +1,2 @@\n FROM a\n-RUN b\n+RUN c\n"
        );
        assert_eq!(body("", "a\nb\n"), "@@ -0,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(body("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
        assert_eq!(body("a\n", "a\nb"), "@@ -1 +1,2 @@\n a\n+b\n\\ No newline at end of file\n");
        assert_eq!(body("a", "b"), "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n");
        assert_eq!(unified_diff("a", "a", "it"), "");
    }

    #[test]
    fn far_changes_are_hunks_of_their_own() {
        let old: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let new = old.replace("2\n3\n", "2\nthree\n").replace("18\n", "");
        let heads: Vec<String> =
            body(&old, &new).lines().filter(|it| it.starts_with("@@")).map(str::to_string).collect();
        assert_eq!(heads, ["@@ -1,6 +1,6 @@", "@@ -15,6 +15,5 @@"]);
    }
}
