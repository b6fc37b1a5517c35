//! A Dockerfile that is read once for all who ask.

use std::borrow::Borrow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use self_cell::self_cell;

use super::{Parsed, build_options};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::shell::Memo;
use crate::syntax::dockerfile::{self, Dockerfile};
use crate::text::FileId;

/// The tree of a text, and its model once somebody asks. Clones share both.
#[derive(Clone, Debug)]
pub struct Reading {
    tree: Arc<Tree>,
    meant: OnceLock<Arc<Meant>>,
}

/// What the parser made of a text.
#[derive(Debug)]
struct Tree {
    text: Arc<str>,
    dockerfile: Dockerfile,
    diagnostics: Vec<Diagnostic>,
    memo: Arc<Memo>,
}

self_cell!(
    /// A tree with what it means.
    struct Meant {
        owner: Arc<Tree>,
        #[covariant]
        dependent: Model,
    }

    impl {Debug}
);

impl Reading {
    /// Parses a text that is this file; `memo` is what is remembered of shell code.
    pub fn new(file: FileId, text: Arc<str>, memo: Arc<Memo>) -> Reading {
        let (dockerfile, diagnostics) = dockerfile::parse(file, &text);
        Reading { tree: Arc::new(Tree { text, dockerfile, diagnostics, memo }), meant: OnceLock::new() }
    }

    /// The tree.
    pub fn tree(&self) -> &Dockerfile {
        &self.tree.dockerfile
    }

    /// What the tree means by the configuration of whoever asks first; nobody else's is looked up.
    pub fn model<C: Borrow<Config>>(&self, config: impl FnOnce() -> C) -> &Model<'_> {
        let meant = self.meant.get_or_init(|| {
            let options = build_options(self.tree(), false, config().borrow());
            Arc::new(Meant::new(self.tree.clone(), |tree| {
                Model::remembering(&tree.dockerfile, &tree.text, options, Some(&tree.memo))
            }))
        });
        meant.borrow_dependent()
    }

    /// What the linter need not find out again. It makes a finding of a text that the model cannot take.
    pub fn parsed(&self, config: &Config) -> Parsed<'_> {
        let Tree { text, dockerfile, diagnostics, .. } = &*self.tree;
        let model = catch_unwind(AssertUnwindSafe(|| self.model(|| config))).ok();
        Parsed { text, tree: dockerfile, diagnostics, model }
    }

    /// The same tree, which may mean something else by now.
    pub fn without_model(&self) -> Reading {
        Reading { tree: self.tree.clone(), meant: OnceLock::new() }
    }
}
