//! Putting copies below an install; a RUN that goes on with other work is cut in two.

use crate::diagnostic::Edit;
use crate::shell::{self, Cwd, Link};
use crate::syntax::dockerfile::{Body, Command, Word};
use crate::text::Span;

use super::super::Step;
use super::super::tools::{Action, InstallKind, meaning};
use super::reorder::{Plan, transfer};
use super::{Culprit, Sufferer};

impl Plan<'_, '_, '_, '_> {
    /// Puts the copies below the last install; a RUN that goes on with other work is cut in two.
    /// The second value is true in that case.
    pub(super) fn below(&self, to: usize, installs: &[(usize, &Sufferer)]) -> Option<(Edit, bool)> {
        let step = &self.stage_steps[to];
        let copies: Vec<String> =
            self.moved.iter().map(|(_, culprit)| self.moved_text(culprit)).collect::<Option<_>>()?;
        let copies = copies.join("\n");
        let last = installs
            .iter()
            .filter(|(at, _)| *at == to)
            .max_by_key(|(_, it)| (it.install.script, it.install.position))?
            .1;
        for (at, it) in installs {
            let script = self.stage_steps[*at].scripts().get(it.install.script)?;
            let before = script.commands.get(..it.install.position).filter(|it| it.len() < script.commands.len())?;
            if !before.iter().all(|command| {
                is_neutral(command)
                    || meaning(command).is_some_and(|it| it.install_kind() == Some(InstallKind::Manifest))
            }) {
                return None;
            }
        }
        let script = step.scripts().get(last.install.script)?;
        let mut end = last.install.position;
        while script.commands.get(end + 1).is_some_and(is_cleanup) {
            end += 1;
        }
        let Some(next) = script.commands.get(end + 1) else {
            return Some((Edit::insert(step.span().end, format!("\n{copies}")), false));
        };
        let kept = &script.commands[end];
        let plain = |it: &shell::Command| {
            it.pipe.is_none()
                && !it.conditional
                && !it.background
                && !it.in_function
                && it.subshells == 0
                && it.cwd == Cwd::Workdir
        };
        let is_shell = matches!(step.body(), Body::Run(Command::Shell { .. })) && step.instruction.heredocs.is_empty();
        let gap = Span::new(kept.span.end, next.span.start);
        let joint: String = gap.slice(self.text).chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
        let sets_nothing = script.commands[..=end]
            .iter()
            .all(|it| !it.name.is_empty() && !matches!(it.name.as_str(), "export" | "set" | "cd"));
        if !is_shell
            || script.error.is_some()
            || !plain(kept)
            || !plain(next)
            || next.link != Link::And
            || joint != "&&"
            || !sets_nothing
            || step.scripts().len() > 1
        {
            return None;
        }
        let flags: String =
            step.instruction.flags.iter().map(|flag| format!("{} ", flag.span.slice(self.text))).collect();
        Some((Edit::replace(gap, format!("\n{copies}\nRUN {flags}")), true))
    }

    /// The copy as it stands below: without the sources that stay above.
    fn moved_text(&self, culprit: &Culprit) -> Option<String> {
        let transfer = transfer(culprit.step)?;
        let all = |word: &Word| culprit.span.contains(word.span);
        if transfer.sources.iter().all(all) {
            return Some(self.lines_of(culprit.step).slice(self.text).to_string());
        }
        let flags: String =
            culprit.step.instruction.flags.iter().map(|flag| format!("{} ", flag.span.slice(self.text))).collect();
        let words: Vec<&str> =
            transfer.sources.iter().filter(|word| all(word)).map(|word| word.span.slice(self.text)).collect();
        let keyword = &culprit.step.instruction.keyword.text;
        Some(format!("{keyword} {flags}{} {}", words.join(" "), transfer.dest.span.slice(self.text)))
    }

    /// The instruction with the comment lines directly above it.
    pub(super) fn lines_of(&self, step: &Step) -> Span {
        let mut start = line_start(self.text, step.span().start as usize);
        while start > 0 {
            let above = line_start(self.text, start - 1);
            if !self.text[above..start].trim_start().starts_with('#') || self.text[..above].trim().is_empty() {
                break;
            }
            start = above;
        }
        Span::new(start as u32, step.span().end)
    }

    pub(super) fn with_line_end(&self, span: Span) -> Span {
        let rest = &self.text[span.end as usize..];
        let end = rest.find('\n').filter(|at| rest[..*at].trim().is_empty()).map_or(0, |at| at + 1);
        Span::new(span.start, span.end + end as u32)
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// True for a command that needs nothing of the project.
pub fn is_neutral(command: &shell::Command) -> bool {
    const PROGRAMS: &[&str] = &[
        "set",
        "cd",
        "echo",
        "mkdir",
        "true",
        ":",
        "useradd",
        "groupadd",
        "adduser",
        "addgroup",
        "corepack",
        "curl",
        "wget",
        "apt-key",
        "update-ca-certificates",
        "export",
        "umask",
    ];
    if PROGRAMS.contains(&command.name.as_str()) {
        return true;
    }
    meaning(command).is_some_and(|meaning| match meaning.action {
        Action::Install(InstallKind::Packages) => !meaning.installs_local_files(),
        Action::Update | Action::Clean | Action::Query => true,
        Action::Upgrade => meaning.tool.system,
        _ => meaning.verb.starts_with("config"),
    }) || is_cleanup(command)
}

fn is_cleanup(command: &shell::Command) -> bool {
    let cache =
        |arg: &str| arg.starts_with('-') || ["cache", "/tmp", "/var/lib/apt", ".npm"].iter().any(|it| arg.contains(it));
    match command.name.as_str() {
        "rm" => command.args.iter().all(|arg| cache(arg.text_or_raw())),
        _ => meaning(command).is_some_and(|it| it.action == Action::Clean),
    }
}
