use std::fmt;
use std::io::{self, BufWriter, StdoutLock, Write};

/// Standard output, buffered; whoever writes flushes.
pub(super) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// Says on standard error what went wrong. If even that cannot be written there is nobody to tell.
pub(super) fn complain(what: fmt::Arguments) {
    let _ = writeln!(io::stderr(), "cachalot: {what}");
}
