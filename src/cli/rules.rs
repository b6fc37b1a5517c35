use std::io::Write;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::rules::{self, CodePage, Rule};

use super::Outcome;
use super::output::stdout;

/// List all rules
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cachalot rules
  cachalot rules --format json | jq -r '.rules[] | select(.fix == \"safe\") | .name'")]
pub(super) struct Args {
    /// How to list them
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ListFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ListFormat {
    /// A table by category
    #[default]
    Text,
    /// One versioned object
    Json,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut out = stdout();
    match args.format {
        ListFormat::Text => text(&mut out)?,
        ListFormat::Json => {
            let rules: Vec<Value> = rules::all().iter().map(rule_json).collect();
            let codes: Vec<Value> = rules::code_pages().iter().map(code_json).collect();
            let list = json!({ "version": 1, "rules": rules, "shellcheck": codes });
            serde_json::to_writer_pretty(&mut out, &list)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn text(out: &mut dyn Write) -> std::io::Result<()> {
    let width = rules::all().iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut category = "";
    for rule in rules::all() {
        if rule.category != category {
            let gap = if category.is_empty() { "" } else { "\n" };
            category = rule.category;
            writeln!(out, "{gap}{category}")?;
        }
        let severity = if rule.default { rule.severity.as_str() } else { "off" };
        let fix = match rule.fix {
            Some(applicability) => format!("{applicability:?}").to_lowercase(),
            None => String::new(),
        };
        writeln!(out, "  {:width$}  {severity:7}  {fix:6}  {}", rule.name, rule.summary)?;
    }
    writeln!(out, "\nshellcheck (and every other code that ShellCheck has)")?;
    for page in rules::code_pages() {
        writeln!(out, "  {:width$}  {}", page.code, page.summary)?;
    }
    let (on, fixes) = (rules::all().iter().filter(|it| it.default), rules::all().iter().filter(|it| it.fix.is_some()));
    let (count, on, fixes) = (rules::all().len(), on.count(), fixes.count());
    writeln!(out, "\n{count} rules, {on} on by default, {fixes} with a fix; `cachalot explain RULE` tells more")
}

/// The facts of one of ShellCheck's codes.
pub(super) fn code_json(page: &CodePage) -> Value {
    json!({ "code": page.code, "summary": page.summary, "url": rules::code_url(page.code) })
}

/// The facts of a rule, as `rules` and `explain` give them.
pub(super) fn rule_json(rule: &Rule) -> Value {
    let options = rule.options.iter().map(|option| {
        json!({
            "name": option.name,
            "type": format!("{:?}", option.kind).to_lowercase(),
            "default": option.default,
            "summary": option.summary,
        })
    });
    json!({
        "name": rule.name,
        "category": rule.category,
        "summary": rule.summary,
        "severity": rule.severity,
        "default": rule.default,
        "fix": rule.fix,
        "since": rule.since,
        "aliases": rule.aliases,
        "presets": rule.presets,
        "options": options.collect::<Vec<_>>(),
        "url": rule.url(),
    })
}
