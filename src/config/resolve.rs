//! Layers in, the configuration of one file out.

use globset::{Glob, GlobBuilder, GlobMatcher};

use super::file::{At, Layer, RuleSetting, Settings};
use super::load::folder_of;
use super::{CodeState, Config, ConfigError, Origin, Overrides, Preset, Set};
use crate::diagnostic::Severity;
use crate::rules;

/// The configuration of the file at `path`: layers from the most general to the nearest, then the
/// command line.
pub(super) fn resolve(layers: &[Layer], path: &str, command_line: &Overrides) -> Result<Config, ConfigError> {
    let command = from_command_line(command_line)?;
    let mut parts: Vec<(&str, &Settings)> = Vec::new();
    for layer in layers {
        parts.push((&layer.path, &layer.settings));
        let applies = |globs: &[At<String>]| matches_any(&layer.path, globs, path);
        parts.extend(
            layer.overrides.iter().filter(|it| applies(&it.paths)).map(|it| (layer.path.as_str(), &it.settings)),
        );
    }
    parts.push(("", &command));
    let mut config = Config::with_preset(preset_of(&parts));
    for (file, settings) in &parts {
        Apply { file, config: &mut config }.all(settings);
    }
    apply_options(&mut config, command_line)?;
    for layer in layers {
        config.excluded |= matches_any(&layer.path, &layer.exclude, path);
        config.no_hadolint_comments |= layer.no_hadolint_comments;
        if let Some(at) = &layer.baseline {
            let value = join(folder_of(&layer.path), &at.value);
            config.baseline = Set { value: Some(value), origin: origin(&layer.path, at.line) };
        }
        config.formats.extend(layer.formats.iter().cloned());
    }
    config.no_hadolint_comments |= command_line.no_hadolint_comments;
    Ok(config)
}

/// The last preset said decides; what the layers switch on and off goes on top of it.
fn preset_of(parts: &[(&str, &Settings)]) -> Set<Preset> {
    let said = parts.iter().rev().find_map(|(file, settings)| Some((*file, settings.preset.as_ref()?)));
    match said {
        Some((file, at)) => Set { value: at.value, origin: origin(file, at.line) },
        None => Set::default(Preset::default()),
    }
}

fn origin(file: &str, line: u32) -> Origin {
    if file.is_empty() { Origin::CommandLine } else { Origin::File { path: file.to_string(), line } }
}

struct Apply<'a> {
    file: &'a str,
    config: &'a mut Config,
}

impl Apply<'_> {
    fn all(&mut self, settings: &Settings) {
        for name in &settings.select {
            self.severity(name, None);
        }
        for rule in &settings.rules {
            self.rule(rule);
        }
        for name in &settings.ignore {
            self.severity(name, Some(None));
        }
        self.scalars(settings);
    }

    fn scalars(&mut self, settings: &Settings) {
        let config = &mut *self.config;
        if let Some(at) = &settings.fail_on {
            config.fail_on = Set { value: at.value, origin: origin(self.file, at.line) };
        }
        if let Some(at) = &settings.target {
            config.target = Set { value: Some(at.value.clone()), origin: origin(self.file, at.line) };
        }
        if let Some(at) = &settings.context {
            let value = if self.file.is_empty() { at.value.clone() } else { join(folder_of(self.file), &at.value) };
            config.context = Set { value: Some(value), origin: origin(self.file, at.line) };
        }
        if let Some(at) = &settings.shell {
            config.shell = Set { value: at.value, origin: origin(self.file, at.line) };
        }
        for At { value: (name, value), line } in &settings.build_args {
            config.build_args.insert(name.clone(), Set { value: value.clone(), origin: origin(self.file, *line) });
        }
        for At { value: (section, key, value), line } in &settings.sections {
            config.sections.entry(section).or_default().0.insert((*key).to_string(), value.clone());
            config.section_origins.insert((section, (*key).to_string()), origin(self.file, *line));
        }
    }

    /// Sets the severity of every rule that a name stands for; `None` switches on at the own one.
    fn severity(&mut self, name: &At<String>, severity: Option<Option<Severity>>) {
        let origin = origin(self.file, name.line);
        for rule in rules::named(&name.value) {
            let Some(state) = rules::index(rule.name).and_then(|at| self.config.rules.get_mut(at)) else { continue };
            let own = state.severity.value.or(Some(rule.severity));
            state.severity = Set { value: severity.unwrap_or(own), origin: origin.clone() };
        }
        if rules::is_shellcheck_code(&name.value) {
            let (value, selected) = (severity.flatten(), severity.is_none());
            self.config.codes.insert(name.value.clone(), CodeState { value, selected, origin });
        }
    }

    fn rule(&mut self, setting: &At<RuleSetting>) {
        let RuleSetting { name, severity, options } = &setting.value;
        if let Some(At { value, line }) = severity {
            self.severity(&At { value: name.clone(), line: *line }, Some(*value));
        }
        for rule in rules::named(name) {
            let Some(state) = rules::index(rule.name).and_then(|at| self.config.rules.get_mut(at)) else { continue };
            for At { value: (option, value), line } in options {
                if rule.options.iter().any(|it| it.name == *option) {
                    state.options.0.insert((*option).to_string(), value.clone());
                    state.origins.insert((*option).to_string(), origin(self.file, *line));
                }
            }
        }
    }
}

fn from_command_line(given: &Overrides) -> Result<Settings, ConfigError> {
    let named = given.select.iter().chain(&given.ignore).chain(given.severities.iter().map(|(name, _)| name));
    for name in named {
        check_rule_name(name)
            .map_err(|help| ConfigError::new("command line", format!("unknown rule `{name}`")).help(help))?;
    }
    let at = |value: &String| At { value: value.clone(), line: 0 };
    let rule = |(name, severity): &(String, Option<Severity>)| At {
        value: RuleSetting {
            name: name.clone(),
            severity: Some(At { value: *severity, line: 0 }),
            options: Vec::new(),
        },
        line: 0,
    };
    Ok(Settings {
        preset: given.preset.map(|value| At { value, line: 0 }),
        select: given.select.iter().map(at).collect(),
        ignore: given.ignore.iter().map(at).collect(),
        rules: given.severities.iter().map(rule).collect(),
        fail_on: given.fail_on.map(|value| At { value, line: 0 }),
        target: given.target.as_ref().map(at),
        build_args: given.build_args.iter().map(|pair| At { value: pair.clone(), line: 0 }).collect(),
        context: given.context.as_ref().map(at),
        shell: given.shell.map(|value| At { value, line: 0 }),
        sections: Vec::new(),
    })
}

fn apply_options(config: &mut Config, given: &Overrides) -> Result<(), ConfigError> {
    for (name, option, value) in &given.options {
        let fits = |rule: &&rules::Rule| rule.options.iter().any(|it| it.name == option && it.kind == value.kind());
        let Some(rule) = rules::named(name).into_iter().find(fits) else {
            let message = format!("rule `{name}` has no option `{option}` of that type");
            return Err(ConfigError::new("command line", message));
        };
        if let Some(state) = rules::index(rule.name).and_then(|at| config.rules.get_mut(at)) {
            state.options.0.insert(option.clone(), value.clone());
            state.origins.insert(option.clone(), Origin::CommandLine);
        }
    }
    Ok(())
}

/// `Err` with a hint, if there is one, where no rule has that name.
pub fn check_rule_name(name: &str) -> Result<(), Option<String>> {
    let known = rules::is_shellcheck_code(name) || rules::is_buildkit_name(name) || !rules::named(name).is_empty();
    if known { Ok(()) } else { Err(rules::suggestion(name).map(|name| format!("did you mean `{name}`?"))) }
}

/// A glob as in .gitignore's spirit: `*` stays within a folder, a folder's name covers what is in it.
pub(super) fn glob(pattern: &str) -> Result<GlobMatcher, String> {
    let build = |text: &str| GlobBuilder::new(text).literal_separator(true).build();
    let glob: Result<Glob, _> = build(pattern.trim_start_matches("./").trim_end_matches('/'));
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

/// True if a glob of the file `config` covers `path` or a folder above it.
fn matches_any(config: &str, globs: &[At<String>], path: &str) -> bool {
    if globs.is_empty() {
        return false;
    }
    let folder = folder_of(config);
    let path = path.trim_start_matches("./");
    let inner = path.strip_prefix(folder.trim_start_matches("./")).map_or(path, |rest| rest.trim_start_matches('/'));
    globs.iter().filter_map(|at| glob(&at.value).ok()).any(|glob| {
        let mut prefixes = inner.match_indices('/').map(|(at, _)| &inner[..at]).chain(std::iter::once(inner));
        // A pattern without a slash names a file or folder wherever it is.
        let by_name = !glob.glob().glob().contains('/') && inner.split('/').any(|part| glob.is_match(part));
        by_name || prefixes.any(|prefix| glob.is_match(prefix))
    })
}

pub(super) fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() || path.starts_with('/') {
        return path.to_string();
    }
    let mut parts: Vec<&str> = folder.trim_end_matches('/').split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "." | "..")) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    match parts.join("/") {
        joined if joined.is_empty() => if folder.starts_with('/') { "/" } else { "." }.to_string(),
        joined => joined,
    }
}
