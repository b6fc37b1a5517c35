use super::*;
use crate::diagnostic::{Edit, Fix, Severity};
use crate::text::{FileId, Source, Span};

const DOCKERFILE: &str = "FROM node:22\nCOPY . .\nRUN npm ci \\\n  --omit=dev\n";

fn sources() -> (Sources, FileId, FileId) {
    let mut sources = Sources::default();
    let dockerfile = sources.add(Source::new("app/Dockerfile", DOCKERFILE));
    let readme = sources.add(Source::new("app/READ ME.md", "docker run é app\n"));
    (sources, dockerfile, readme)
}

fn busted() -> (Sources, Vec<Diagnostic>) {
    let (sources, dockerfile, readme) = sources();
    let diagnostic = Diagnostic::new(
        "unused-suppression",
        Severity::Info,
        dockerfile,
        Span::new(18, 19),
        "any edit reruns `npm ci`",
    )
    .primary_label("brings everything")
    .label(Span::new(22, 46), "rebuilt with the COPY above")
    .label_in(readme, Span::new(14, 17), "run here")
    .note("copy package.json first")
    .fix(Fix::safe("copy the manifests first", vec![Edit::insert(13, "COPY package.json .\n")]));
    (sources, vec![diagnostic])
}

fn rendered(format: Format, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let files = ["app/Dockerfile".to_string()];
    let mut out = Vec::new();
    write(&mut out, format, &Run { sources, diagnostics, files: &files, folder: "" }, Style::default())
        .expect("memory takes all");
    String::from_utf8(out).expect("formats are UTF-8")
}

#[test]
fn text_shows_labels_of_both_files_notes_and_the_fix() {
    let (sources, diagnostics) = busted();
    let expected = "\
info[unused-suppression]: any edit reruns `npm ci`
  ┌─ app/Dockerfile:2:6
  │
2 │   COPY . .
  │        ^ brings everything
3 │ ╭ RUN npm ci \\
4 │ │   --omit=dev
  │ ╰───────────' rebuilt with the COPY above
  │
  ┌─ app/READ ME.md:1:14
  │
1 │ docker run é app
  │              --- run here
  │
  = copy package.json first
  = fix: copy the manifests first (--fix)

1 info in 1 file; 1 can be fixed with --fix
";
    assert_eq!(rendered(Format::Text, &sources, &diagnostics), expected);
}

#[test]
fn compact_is_one_line_each() {
    let (sources, diagnostics) = busted();
    assert_eq!(
        rendered(Format::Compact, &sources, &diagnostics),
        "app/Dockerfile:2:6: info[unused-suppression]: any edit reruns `npm ci`\n"
    );
}

#[test]
fn json_counts_columns_in_characters_and_keeps_bytes() {
    let (sources, diagnostics) = busted();
    let json: serde_json::Value = serde_json::from_str(&rendered(Format::Json, &sources, &diagnostics)).expect("JSON");
    assert_eq!(json["version"], 1);
    assert_eq!(json["files"][0], "app/Dockerfile");
    let label = &json["diagnostics"][0]["labels"][1];
    assert_eq!((&label["column"], &label["start"]), (&14.into(), &14.into()));
    assert_eq!(label["end_column"], 17);
    let edit = &json["diagnostics"][0]["fix"]["edits"][0];
    assert_eq!((&edit["line"], &edit["text"]), (&2.into(), &"COPY package.json .\n".into()));
}

#[test]
fn sarif_has_rule_region_fix_and_encoded_address() {
    let (sources, diagnostics) = busted();
    let json: serde_json::Value = serde_json::from_str(&rendered(Format::Sarif, &sources, &diagnostics)).expect("JSON");
    let run = &json["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "unused-suppression");
    let result = &run["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    let related = &result["relatedLocations"][1]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(related, "app/READ%20ME.md");
    assert_eq!(result["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"]["endColumn"], 1);
}

#[test]
fn an_endless_line_is_cut_around_its_label() {
    let text = format!("FROM a\nRUN {}needle{}\n", "é".repeat(2_000_000), "y".repeat(2_000_000));
    let at = text.find("needle").expect("it is there") as u32;
    let mut sources = Sources::default();
    let file = sources.add(Source::new("Dockerfile", text));
    let diagnostic = Diagnostic::new("x", Severity::Error, file, Span::new(at, at + 6), "z".repeat(1_000_000));
    let shown = diagnostic_text(&sources, &diagnostic);
    assert!(shown.len() < 5_000, "{}", shown.len());
    assert!(shown.contains("Dockerfile:2:2000005"), "{shown}");
    let lines: Vec<&str> = shown.lines().collect();
    let column = |line: &str, what: &str| line.find(what).map(|at| line[..at].chars().count());
    assert_eq!(column(lines[3], "needle"), column(lines[4], "^^^^^^"));
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let mut sources = Sources::default();
    let file = sources.add(Source::new("Dockerfile", "RUN \x1b[31m\0 x\r\n"));
    let diagnostic = Diagnostic::new("x", Severity::Hint, file, Span::new(11, 12), "is \x1b[2J");
    let shown = diagnostic_text(&sources, &diagnostic);
    assert!(shown.starts_with("hint[x]: is ␛[2J\n"), "{shown}");
    assert!(!shown.contains('\x1b') && !shown.contains('\0') && !shown.contains('\r'));
}

#[test]
fn every_span_of_a_small_file_can_be_shown() {
    for text in ["", "\n", "a\r\nb\r\n\r\n", "é\n\n\tx"] {
        let mut sources = Sources::default();
        let file = sources.add(Source::new("Dockerfile", text));
        for start in 0..=text.len() as u32 {
            for end in start..=text.len() as u32 {
                diagnostic_text(&sources, &Diagnostic::new("x", Severity::Hint, file, Span::new(start, end), "m"));
            }
        }
    }
}
