//! cachalot: a Dockerfile linter and layer-cache analyzer.
//!
//! Text goes in at the bottom, becomes a tree, then a model; rules read the model; reporters, the
//! command line and the language server are thin edges on top. The modules stand in the order of
//! the layers, lowest first: a module may use only what stands above it in this list, and
//! `tests/layers.rs` holds it to that. Nothing between `text` and `report` touches the disk, the
//! network, the clock or the environment.

pub mod text;

pub mod diagnostic;

pub mod syntax;

pub mod shell;

pub mod model;

pub mod cache;

pub mod image;

pub mod rules;

pub mod config;

pub mod lint;

pub mod refactor;

pub mod format;

pub mod report;

pub mod host;

pub mod lsp;

pub mod cli;
