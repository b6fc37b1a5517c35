//! Text to trees. Every parser here takes any text, never fails, and keeps byte spans.

pub mod builds;
pub mod docker_cli;
pub mod dockerfile;
pub mod dockerignore;
pub mod markdown;
pub mod markup;
pub mod yaml;
