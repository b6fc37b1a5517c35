//! Comments that silence rules.

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::Rule;
use crate::syntax::dockerfile::Dockerfile;
use crate::text::Source;

pub(super) struct Experimental;
impl Experimental {
    pub(super) fn switches_on(&self, _: &Rule, _: &Config) -> Option<Severity> {
        None
    }
}
pub(super) fn experimental(_: &Dockerfile, _: &str) -> Experimental {
    Experimental
}

pub(super) fn apply(_: &mut Vec<Diagnostic>, _: &Dockerfile, _: &Source, _: &Config) {}
