//! Shell code inside a Dockerfile: RUN text to commands with spans, and ShellCheck's findings.
//!
//! The only module that knows the shell parser's crate: everything it hands out is its own type.

mod check;
mod external;
mod memo;
mod parse;
mod script;
mod source;

pub use check::{CheckOptions, Finding, Names, check, codes};
pub use external::{
    EXCLUDED_CODES, ExternalEngine, Job, parse_shellcheck_output, shellcheck_arguments, shellcheck_dialect,
};
pub use memo::Memo;
pub use parse::{parse, parse_with};
pub use script::*;
pub use source::{ShellSetting, scripts};
