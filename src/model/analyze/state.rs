//! The state that a stage begins with, and how instructions change it.

use std::sync::Arc;

use crate::shell::ShellSetting;
use crate::syntax::dockerfile::{ArgDeclaration, Body, Command, Instruction, Pair, Word};

use super::super::{Base, BaseImage, ImageRef, Origin, Scope, State, User, UserOrigin, Value, Workdir, WorkdirOrigin};
use super::Walk;

/// BuildKit's `system.DefaultPathEnvUnix`.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Walk<'_> {
    pub(super) fn initial_state(&self, base: &Base, from: Option<&Instruction>) -> State {
        let mut state = match base {
            Base::Stage(parent) => return self.model.stages[*parent].end.clone(),
            Base::Scratch => {
                let workdir = Workdir { path: Some("/".to_string()), ..Workdir::default() };
                State { workdir, ..State::default() }
            }
            Base::Image(_, Some(known)) => known_state(known),
            Base::Image(_, None) | Base::Unknown => unknown_state(),
        };
        if from.is_none() {
            for (name, variable) in self.model.globals.iter().filter(|(_, it)| it.origin == Origin::Arg) {
                state.scope.set(name, variable.value.clone(), Origin::Arg, variable.declared);
            }
        }
        let path = if *base == Base::Scratch { Value::Known(DEFAULT_PATH.into()) } else { Value::Unknown };
        if state.scope.get("PATH").is_none() {
            state.scope.set("PATH", path, Origin::BaseImage, None);
        }
        if self.is_windows(base, from) {
            state.shell = Arc::new(ShellSetting::windows());
        }
        state
    }

    fn is_windows(&self, base: &Base, from: Option<&Instruction>) -> bool {
        let platform = from.and_then(|it| it.flag("platform")).and_then(|it| it.value.as_ref());
        let by_flag = platform.is_some_and(|word| word.raw.starts_with("windows"));
        by_flag
            || match base {
                Base::Image(_, Some(known)) => known.windows,
                Base::Image(image, None) => is_windows_image(image) || self.escape == '`',
                Base::Unknown => self.escape == '`',
                _ => false,
            }
    }

    /// Changes the state as the instruction does.
    pub(super) fn advance(&mut self, instruction: &Instruction, state: &mut State) {
        match &instruction.body {
            Body::Arg(declarations) => {
                for declaration in declarations {
                    self.declare_arg(declaration, &mut state.scope);
                }
            }
            Body::Env(pairs) => self.assign(pairs, &mut state.scope),
            Body::Workdir(path) => state.workdir = self.workdir(path, state),
            Body::User(name) => state.user = self.user(name, state),
            Body::Shell(Command::Exec { words, .. }) => {
                let words: Vec<&str> = words.iter().map(|word| word.value.text.as_str()).collect();
                state.shell = Arc::new(ShellSetting::from_words(&words));
                state.shell_is_set = true;
            }
            _ => {}
        }
    }

    fn declare_arg(&mut self, declaration: &ArgDeclaration, scope: &mut Scope) {
        let name = &declaration.name.text;
        let given = self.model.options.build_args.get(name).map(|it| Value::Known(it.as_str().into()));
        let value = given.unwrap_or_else(|| match &declaration.value {
            Some(word) => self.value(&scope.expand(&word.raw, self.escape)),
            None => self.model.globals.get(name).map_or(Value::Unset, |global| global.value.clone()),
        });
        self.spend(&value);
        if value == Value::Unset && scope.get(name).is_some_and(|it| it.value != Value::Unset) {
            return; // a declaration without a value leaves what is there (`convert.go`, dispatchArg)
        }
        scope.set(name, value, Origin::Arg, Some(declaration.name.span));
    }

    /// All pairs of one instruction are expanded with the variables before it.
    fn assign(&mut self, pairs: &[Pair], scope: &mut Scope) {
        let before = scope.clone();
        for pair in pairs {
            let key = before.expand(&pair.key.raw, self.escape);
            let value = self.value(&before.expand(&pair.value.raw, self.escape));
            self.spend(&value);
            scope.set(&key.text, value, Origin::Env, Some(pair.key.span));
        }
    }

    pub(super) fn spend(&mut self, value: &Value) {
        if let Value::Known(text) = value {
            self.budget = self.budget.saturating_sub(text.len());
        }
    }

    fn workdir(&self, word: &Word, state: &State) -> Workdir {
        let expanded = state.scope.expand(&word.raw, self.escape);
        let path = expanded.known.then(|| state.workdir.join(&expanded.text)).flatten();
        // What is longer than Linux lets a path be is no folder; ten thousand of them would fill the memory.
        let path = path.filter(|path| path.len() < PATH_MAX);
        Workdir { path, origin: WorkdirOrigin::Instruction(word.span) }
    }

    fn user(&self, word: &Word, state: &State) -> User {
        let expanded = state.scope.expand(&word.raw, self.escape);
        User { name: expanded.known.then_some(expanded.text), origin: UserOrigin::Instruction(word.span) }
    }
}

/// Bytes of a path with the zero at its end.
const PATH_MAX: usize = 4096;

fn known_state(image: &'static BaseImage) -> State {
    let mut state = State::default();
    for (name, value) in image.env {
        let value = value.map_or(Value::Unknown, |text| Value::Known(text.into()));
        state.scope.set(name, value, Origin::BaseImage, None);
    }
    state.workdir = Workdir { path: Some(image.workdir.unwrap_or("/").to_string()), origin: WorkdirOrigin::Default };
    if image.workdir.is_some() {
        state.workdir.origin = WorkdirOrigin::BaseImage;
    }
    if let Some(user) = image.user {
        state.user = User { name: Some(user.to_string()), origin: UserOrigin::BaseImage };
    }
    if let Some(words) = image.shell {
        state.shell = Arc::new(ShellSetting::from_words(words));
        state.shell_is_set = true;
    }
    state
}

fn unknown_state() -> State {
    let mut state = State::default();
    state.scope.open = true;
    state.workdir = Workdir { path: None, origin: WorkdirOrigin::UnknownBase };
    state.user = User { name: None, origin: UserOrigin::UnknownBase };
    state
}

fn is_windows_image(image: &ImageRef) -> bool {
    let text = image.to_string().to_ascii_lowercase();
    ["windows/", "nanoserver", "windowsservercore", "microsoft/windows", "/windows:"].iter().any(|it| text.contains(it))
}
