//! What a Dockerfile means: stages and their graph, variables, shells, users, folders, the build
//! context, and what a shell command does. One model for all rules: no rule tracks stages itself.

use crate::syntax::dockerfile::Dockerfile;

/// The meaning of one Dockerfile.
pub struct Model<'d> {
    /// The tree it was made from.
    pub dockerfile: &'d Dockerfile,
}
