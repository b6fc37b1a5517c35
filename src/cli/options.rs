use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;

use crate::config::{FailOn, Overrides, Preset, ShellEngine};
use crate::host::{self, ConfigChoice, Configs};
use crate::report::ColorChoice;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<ColorArg> for ColorChoice {
    fn from(color: ColorArg) -> ColorChoice {
        match color {
            ColorArg::Auto => ColorChoice::Auto,
            ColorArg::Always => ColorChoice::Always,
            ColorArg::Never => ColorChoice::Never,
        }
    }
}

/// Options that say which rules look at a file, and in what setting.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Rules and configuration")]
pub(super) struct ConfigArgs {
    /// Rules to switch on besides the preset's, by name or alias
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Rules to switch off, by name or alias
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// The rules to begin with: recommended, all, hadolint or buildkit
    #[arg(long, value_name = "PRESET")]
    preset: Option<Preset>,
    /// The least severity that makes the run fail: error, warning, info, hint or never
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Who checks shell code: native, external (a shellcheck program), auto or off
    #[arg(long, value_name = "ENGINE")]
    shell_engine: Option<ShellEngine>,
    /// Read this configuration instead of the nearest cachalot.toml or .hadolint.yaml
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    no_config: bool,
    /// The stage that is built; rules about the final image look at it
    #[arg(long, value_name = "STAGE")]
    target: Option<String>,
    /// A build argument; without a value it is taken from the environment, as docker does
    #[arg(long, value_name = "NAME[=VALUE]")]
    build_arg: Vec<String>,
    /// The build context [default: where what is copied lies, from the Dockerfile's folder upwards]
    #[arg(long, value_name = "FOLDER")]
    context: Option<PathBuf>,
}

impl ConfigArgs {
    /// What finds each file's configuration under these options.
    pub(super) fn configs(&self) -> anyhow::Result<Configs> {
        if let Some(folder) = self.context.as_deref().filter(|folder| !folder.is_dir()) {
            bail!("--context: `{}` is not a folder", host::display(folder));
        }
        let choice = match &self.config {
            _ if self.no_config => ConfigChoice::Off,
            Some(file) => ConfigChoice::File(file.clone()),
            None => ConfigChoice::Nearest,
        };
        Ok(Configs::new(choice, self.overrides()))
    }

    fn overrides(&self) -> Overrides {
        Overrides {
            preset: self.preset,
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            fail_on: self.fail_on,
            shell: self.shell_engine,
            target: self.target.clone(),
            build_args: self.build_arg.iter().filter_map(|given| build_arg(given)).collect(),
            context: self.context.as_ref().map(|folder| folder.to_string_lossy().into_owned()),
            ..Overrides::default()
        }
    }
}

/// `NAME=VALUE`, or `NAME` where the environment has it.
pub(super) fn build_arg(given: &str) -> Option<(String, String)> {
    match given.split_once('=') {
        Some((name, value)) => Some((name.to_string(), value.to_string())),
        None => std::env::var(given).ok().map(|value| (given.to_string(), value)),
    }
}
