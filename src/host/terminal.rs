use std::io::{self, IsTerminal};

use crate::report::ColorChoice;

/// Whether to write colours to `stream`: on a terminal, unless `NO_COLOR` is set or the terminal is
/// dumb. CI logs that render colours are left to `--color always`.
pub fn colors(choice: ColorChoice, stream: &impl IsTerminal) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => stream.is_terminal() && allowed(),
    }
}

fn allowed() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !set("NO_COLOR") && !dumb
}

/// True if the reader of our output went away, as `head` does: there is nobody left to tell.
pub fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Columns of the terminal; 100 where nobody says.
pub fn terminal_width() -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|it| it.parse().ok());
    let asked = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    named.or_else(asked).filter(|width| *width >= 20).unwrap_or(100)
}
