use std::io::{self, Write};

use serde_json::{Value, json};

use crate::diagnostic::{Applicability, Diagnostic, Severity};

use super::rule_info;

/// How often a rule reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCount {
    /// The rule.
    pub rule: &'static str,
    /// The gravest severity of its diagnostics.
    pub severity: Severity,
    /// Its diagnostics.
    pub count: usize,
    /// Those that `--fix` mends.
    pub safe_fixes: usize,
    /// Those that only `--unsafe-fixes` mends.
    pub unsafe_fixes: usize,
}

/// The counts of all rules that report, the most frequent first.
pub fn rule_counts(diagnostics: &[Diagnostic]) -> Vec<RuleCount> {
    let mut counts: Vec<RuleCount> = Vec::new();
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|it| it.rule);
    for of_rule in sorted.chunk_by(|a, b| a.rule == b.rule) {
        let fixes =
            |limit| of_rule.iter().filter_map(|it| it.fix.as_ref()).filter(|it| it.applicability == limit).count();
        counts.push(RuleCount {
            rule: of_rule[0].rule,
            severity: of_rule.iter().map(|it| it.severity).max().unwrap_or(Severity::Hint),
            count: of_rule.len(),
            safe_fixes: fixes(Applicability::Safe),
            unsafe_fixes: fixes(Applicability::Unsafe),
        });
    }
    counts.sort_by(|a, b| b.count.cmp(&a.count).then(a.rule.cmp(b.rule)));
    counts
}

/// Writes `count severity rule [fix] summary`, one line for each rule that reports.
pub fn statistics_text(write: &mut dyn Write, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let counts = rule_counts(diagnostics);
    let width = counts.first().map_or(1, |it| it.count.to_string().len());
    let name = counts.iter().map(|it| it.rule.len()).max().unwrap_or(0);
    for it in &counts {
        let fix = match (it.safe_fixes, it.unsafe_fixes) {
            (0, 0) => "    ",
            (0, _) => "[~] ",
            (_, _) => "[*] ",
        };
        let summary = rule_info(it.rule).rule.map_or("ShellCheck's", |rule| rule.summary);
        writeln!(write, "{:>width$}  {:7}  {:name$}  {fix}{summary}", it.count, it.severity.as_str(), it.rule)?;
    }
    if counts.iter().any(|it| it.safe_fixes + it.unsafe_fixes > 0) {
        writeln!(write, "[*] can be fixed with --fix, [~] with --unsafe-fixes")?;
    }
    Ok(())
}

/// Writes `{"version":1,"rules":[…]}`.
pub fn statistics_json(write: &mut dyn Write, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let row = |it: RuleCount| {
        json!({
            "rule": it.rule,
            "severity": it.severity,
            "count": it.count,
            "safe_fixes": it.safe_fixes,
            "unsafe_fixes": it.unsafe_fixes,
        })
    };
    let rules: Vec<Value> = rule_counts(diagnostics).into_iter().map(row).collect();
    serde_json::to_writer_pretty(&mut *write, &json!({ "version": 1, "rules": rules }))?;
    writeln!(write)
}
