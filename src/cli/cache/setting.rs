use std::path::{Path, PathBuf};

use crate::cache::Request;
use crate::cli::options::build_arg;
use crate::config::{Config, Overrides};
use crate::host::{self, ConfigChoice, Configs};

/// What the builds are asked for, from the command line and cachalot.toml.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct BuildArgs {
    /// A build argument; without a value it is taken from the environment
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(super) build_arg: Vec<String>,
    /// The stage that is built
    #[arg(long, value_name = "STAGE")]
    target: Option<String>,
    /// The platform that is built for, such as linux/arm64
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    /// The build context [default: where what is copied lies, from the Dockerfile's folder upwards]
    #[arg(long, value_name = "FOLDER")]
    context: Option<PathBuf>,
    /// A named context: a folder, or docker-image://REF
    #[arg(long, value_name = "NAME=FOLDER")]
    pub(super) build_context: Vec<String>,
    /// The configuration file instead of the nearest cachalot.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl BuildArgs {
    /// The configuration for a Dockerfile, with the command line's word on top.
    pub(super) fn config(&self, dockerfile: &Path) -> anyhow::Result<Config> {
        let choice = self.config.clone().map_or(ConfigChoice::Nearest, ConfigChoice::File);
        let overrides = Overrides {
            target: self.target.clone(),
            build_args: self.build_arg.iter().filter_map(|it| build_arg(it)).collect(),
            context: self.context.as_ref().map(|it| it.to_string_lossy().into_owned()),
            ..Overrides::default()
        };
        Ok(Configs::new(choice, overrides).of(dockerfile)?)
    }

    /// What is asked of each build; the context comes later.
    pub(super) fn request(&self, config: &Config) -> Request {
        let mut request = host::request(config);
        request.options.extend(self.platform.iter().map(|it| ("platform".to_string(), it.clone())));
        request
    }
}

/// The build context's folder, if somebody says it.
pub(super) fn context(config: &Config) -> Option<PathBuf> {
    config.context.value.as_ref().map(PathBuf::from)
}

/// A share as `80%` or `80`, from 0 to 1.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim_end_matches('%').trim().parse().map_err(|_| format!("`{text}` is no percentage"))?;
    if (0.0..=100.0).contains(&number) {
        Ok(number / 100.0)
    } else {
        Err(format!("`{text}` is not between 0 % and 100 %"))
    }
}
