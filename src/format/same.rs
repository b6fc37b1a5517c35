use super::quotes::{Quoting, quoted_at};
use crate::shell::{self, Dialect};
use crate::syntax::dockerfile::{Body, Command, Dockerfile, Instruction, Pair, Word};

/// Indexes of the instructions that do not say the same in `new` as in `old`; `None` if there are
/// more or fewer instructions, other directives or other comments.
pub(super) fn changed(old: &str, before: &Dockerfile, new: &str) -> Option<Vec<usize>> {
    let after = super::tree(new);
    let directives = |tree: &Dockerfile| tree.directives.iter().map(|it| (it.key.clone(), it.value.clone())).collect();
    let (was, is): (Vec<_>, Vec<_>) = (directives(before), directives(&after));
    let comments = |tree: &Dockerfile, text: &str| -> Vec<String> {
        tree.comments.iter().map(|it| it.span.slice(text).trim_end().to_string()).collect()
    };
    let same_frame = was == is
        && before.instructions.len() == after.instructions.len()
        && comments(before, old) == comments(&after, new);
    if !same_frame {
        return None;
    }
    let pairs = before.instructions.iter().zip(&after.instructions).enumerate();
    // The same bytes under the same directives say the same.
    let is_copied = |(a, b): (&Instruction, &Instruction)| a.span.slice(old) == b.span.slice(new);
    let pairs = pairs.filter(|(_, pair)| !is_copied(*pair));
    let differs =
        |(_, (a, b)): &(usize, (&Instruction, &Instruction))| said(a, old) != said(b, new) || !same_shell_words(a, b);
    Some(pairs.filter(differs).map(|(at, _)| at).collect())
}

/// What an instruction says, with blanks that do not count left out.
fn said(instruction: &Instruction, text: &str) -> Vec<String> {
    let mut said = vec![format!("{:?}", instruction.kind)];
    for flag in &instruction.flags {
        said.push(format!("{}={:?}", flag.name.text, flag.value.as_ref().map(|it| &it.raw)));
    }
    said.extend(arguments(instruction, text));
    for heredoc in &instruction.heredocs {
        said.push(format!("{}{}{}", heredoc.marker.slice(text), heredoc.expand, heredoc.body.slice(text)));
    }
    said
}

fn arguments(instruction: &Instruction, text: &str) -> Vec<String> {
    let raw = |word: &Word| word.raw.clone();
    let pair = |pair: &Pair| format!("{:?}{:?}{}", pair.key.raw, pair.value.raw, pair.legacy);
    match &instruction.body {
        Body::From(from) => vec![from.image.raw.clone(), format!("{:?}", from.name.as_ref().map(|it| &it.text))],
        Body::Arg(declared) => {
            declared.iter().map(|it| format!("{}{:?}", it.name.text, it.value.as_ref().map(|it| &it.raw))).collect()
        }
        Body::Env(pairs) | Body::Label(pairs) => pairs.iter().map(pair).collect(),
        Body::Run(it) | Body::Cmd(it) | Body::Entrypoint(it) | Body::Shell(it) => command(it),
        Body::Healthcheck(it) => it.as_ref().map_or(vec!["none".to_string()], command),
        Body::Copy(it) | Body::Add(it) => {
            it.sources.iter().chain([&it.dest]).map(raw).chain([it.json.to_string()]).collect()
        }
        Body::Volume(words) | Body::Expose(words) => words.iter().map(raw).collect(),
        Body::Onbuild(inner) => said(inner, text),
        Body::Workdir(_) | Body::User(_) | Body::Stopsignal(_) | Body::Maintainer(_) | Body::Unknown(_) => {
            vec![instruction.args_text().trim().to_string()]
        }
    }
}

fn command(command: &Command) -> Vec<String> {
    match command {
        Command::Exec { words, .. } => words.iter().map(|word| word.value.text.clone()).collect(),
        Command::Shell { text, .. } => vec!["sh".to_string(), squeezed(&text.text)],
    }
}

/// The text with runs of blanks outside of quotes as one blank.
fn squeezed(text: &str) -> String {
    let blanks: Vec<usize> = text.match_indices([' ', '\t']).map(|(at, _)| at).collect();
    let quoted = quoted_at(text, Quoting::Shell, &blanks);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in blanks.iter().zip(&quoted).filter(|(_, quoted)| !**quoted) {
        out.push_str(&text[from..*at]);
        if !out.ends_with(' ') {
            out.push(' ');
        }
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.trim().to_string()
}

/// Whether a shell reads the same words in both; a second opinion on where quotes end.
fn same_shell_words(before: &Instruction, after: &Instruction) -> bool {
    let words = |instruction: &Instruction| -> Option<Vec<String>> {
        let instruction = innermost(instruction);
        let (Body::Run(it) | Body::Cmd(it) | Body::Entrypoint(it)) = &instruction.body else { return None };
        let Command::Shell { text, .. } = it else { return None };
        let script = shell::parse(text.clone(), Dialect::Bash);
        let args = script.commands.iter().flat_map(|it| {
            let words = it.args.iter().map(|arg| arg.raw.clone());
            [it.name.clone(), format!("{:?}", it.link)].into_iter().chain(words)
        });
        Some(args.chain([script.error.is_some().to_string()]).collect())
    };
    words(before) == words(after)
}

pub(super) fn innermost(instruction: &Instruction) -> &Instruction {
    match &instruction.body {
        Body::Onbuild(inner) => innermost(inner),
        _ => instruction,
    }
}
