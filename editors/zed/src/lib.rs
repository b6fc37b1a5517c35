//! Starts `cachalot lsp` for Zed: the program of the settings, else the one on the worktree's PATH.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree, serde_json};

struct Cachalot;

impl zed::Extension for Cachalot {
    fn new() -> Cachalot {
        Cachalot
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree).ok().and_then(|it| it.binary);
        let (path, args) = settings.map_or((None, None), |it| (it.path, it.arguments));
        let command = path.or_else(|| worktree.which("cachalot")).ok_or(
            "cachalot is not on the PATH: install it, or set lsp.cachalot.binary.path in Zed's settings",
        )?;
        let args = args.unwrap_or_else(|| vec!["lsp".to_string()]);
        Ok(Command { command, args, env: worktree.shell_env() })
    }

    fn language_server_initialization_options(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        Ok(LspSettings::for_worktree(id.as_ref(), worktree).ok().and_then(|it| it.initialization_options))
    }

    /// Zed looks the section up that the server asks for, which a person need not write.
    fn language_server_workspace_configuration(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree).ok().and_then(|it| it.settings);
        Ok(settings.map(|it| serde_json::json!({"cachalot": it})))
    }
}

zed::register_extension!(Cachalot);
