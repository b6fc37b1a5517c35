use std::io::Write;

use anyhow::bail;
use clap::ValueEnum;

use crate::host;
use crate::rules::{self, Rule};

use super::Outcome;
use super::options::ColorArg;
use super::output::stdout;
use super::rules::{code_json, rule_json};

/// Explain a rule: what it finds, why it matters, what to write instead
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cachalot explain copy-before-install
  cachalot explain DL3007                    any other tool's name for it works too
  cachalot explain SC2086 --format markdown")]
pub(super) struct Args {
    /// The rule's name, or another tool's name for it (DL3007, JSONArgsRecommended)
    rule: String,
    /// How to print the page
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: PageFormat,
    /// When to colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: ColorArg,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum PageFormat {
    /// For a terminal
    #[default]
    Text,
    /// The page as it stands in the repository
    Markdown,
    /// An object with the page and its facts
    Json,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let named = rules::named(&args.rule);
    if named.is_empty() {
        return unknown(args);
    }
    let color = host::colors(args.color.into(), &std::io::stdout());
    let mut out = stdout();
    for (at, rule) in named.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        match args.format {
            PageFormat::Text => text(&mut out, rule, color)?,
            PageFormat::Markdown => writeln!(out, "{}", rule.page().trim_end())?,
            PageFormat::Json => {
                let mut json = rule_json(rule);
                json["page"] = rule.page().into();
                serde_json::to_writer_pretty(&mut out, &json)?;
                writeln!(out)?;
            }
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// One of ShellCheck's codes; anything else is a slip.
fn unknown(args: &Args) -> anyhow::Result<Outcome> {
    let code = args.rule.to_uppercase();
    if rules::is_shellcheck_code(&code) {
        return explain_code(args, &code);
    }
    match rules::suggestion(&args.rule) {
        Some(name) => bail!("no rule is called `{}`: did you mean `{name}`?", args.rule),
        None => bail!("no rule is called `{}`: `cachalot rules` lists them", args.rule),
    }
}

fn explain_code(args: &Args, code: &str) -> anyhow::Result<Outcome> {
    let mut out = stdout();
    match (rules::code_page(code), args.format) {
        (Some(page), PageFormat::Text) => {
            let color = host::colors(args.color.into(), &std::io::stdout());
            let facts = "ShellCheck's, in the shell code of RUN, CMD, ENTRYPOINT, HEALTHCHECK and ONBUILD";
            document(&mut out, &Document { name: code, summary: page.summary, facts, page: page.page() }, color)?;
            writeln!(out, "\n{}", rules::code_url(code))?;
        }
        (Some(page), PageFormat::Markdown) => writeln!(out, "{}", page.page().trim_end())?,
        (Some(page), PageFormat::Json) => {
            let mut json = code_json(page);
            json["page"] = page.page().into();
            serde_json::to_writer_pretty(&mut out, &json)?;
            writeln!(out)?;
        }
        (None, PageFormat::Json) => {
            let json = serde_json::json!({ "code": code, "url": rules::code_url(code) });
            serde_json::to_writer_pretty(&mut out, &json)?;
            writeln!(out)?;
        }
        (None, _) => {
            writeln!(out, "{code} is a check of ShellCheck, applied to the shell code of RUN, CMD, ENTRYPOINT,")?;
            writeln!(out, "HEALTHCHECK and ONBUILD instructions. Its page: {}", rules::wiki_url(code))?;
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn text(out: &mut dyn Write, rule: &Rule, color: bool) -> std::io::Result<()> {
    let (dim, reset) = if color { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
    let facts = facts(rule);
    document(out, &Document { name: rule.name, summary: rule.summary, facts: &facts, page: rule.page() }, color)?;
    writeln!(out, "\n{dim}{}{reset}", rule.url())
}

/// A page for a terminal.
struct Document<'a> {
    name: &'a str,
    summary: &'a str,
    facts: &'a str,
    page: &'a str,
}

fn document(out: &mut dyn Write, it: &Document, color: bool) -> std::io::Result<()> {
    let (bold, dim, reset) = if color { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    writeln!(out, "{bold}{}{reset}: {}", it.name, it.summary)?;
    writeln!(out, "{dim}{}{reset}", it.facts)?;
    let mut fenced = false;
    for line in it.page.lines().skip_while(|line| line.starts_with("# ")) {
        if line.starts_with("```") {
            fenced = !fenced;
            let info = line.trim_start_matches('`');
            if !info.is_empty() {
                writeln!(out, "  {dim}{}{reset}", info.trim_start_matches("dockerfile ").to_uppercase())?;
            }
        } else if fenced {
            writeln!(out, "{}", format!("    {line}").trim_end())?;
        } else if let Some(heading) = line.strip_prefix("## ") {
            writeln!(out, "{bold}{}{reset}", heading.to_uppercase())?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// "warning, on by default, safe fix, since 0.1.0, also known as DL3007".
fn facts(rule: &Rule) -> String {
    let mut facts = vec![rule.severity.to_string()];
    facts.push(if rule.default { "on by default" } else { "off by default" }.to_string());
    if let Some(applicability) = rule.fix {
        facts.push(format!("{applicability:?} fix").to_lowercase());
    }
    facts.push(format!("since {}", rule.since));
    if !rule.aliases.is_empty() {
        facts.push(format!("also known as {}", rule.aliases.join(", ")));
    }
    facts.join(", ")
}
