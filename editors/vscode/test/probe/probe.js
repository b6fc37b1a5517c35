// Runs inside the extension host beside the real extension: opens the Dockerfile named by
// PROBE_FILE, asks VS Code (not the server) for everything a person would see, and writes PROBE_OUT.

const vscode = require("vscode");
const fs = require("node:fs");

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, ms = 20000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await what();
    if (value) return value;
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}`);
    await wait(50);
  }
}

async function look() {
  const found = {};
  const uri = vscode.Uri.file(process.env.PROBE_FILE);
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  const extension = vscode.extensions.getExtension("cachalot-lint.cachalot");
  const api = await extension.activate();
  found.status = api.status();
  found.binary = api.binary();
  const own = () => vscode.languages.getDiagnostics(uri).filter((it) => it.source === "cachalot");
  await until(() => own().length > 0);
  const shown = (it) => ({
    rule: typeof it.code === "object" ? it.code.value : it.code,
    link: typeof it.code === "object" ? String(it.code.target) : null,
    line: it.range.start.line + 1,
    message: it.message,
  });
  found.diagnostics = own().map(shown);
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const actions = await vscode.commands.executeCommand("vscode.executeCodeActionProvider", uri, whole);
  found.actions = actions.map((it) => it.title);
  const hover = await vscode.commands.executeCommand("vscode.executeHoverProvider", uri, new vscode.Position(0, 1));
  found.hover = hover.length;
  const symbols = await vscode.commands.executeCommand("vscode.executeDocumentSymbolProvider", uri);
  found.symbols = (symbols ?? []).map((it) => it.name);
  const hints = () => vscode.commands.executeCommand("vscode.executeInlayHintProvider", uri, whole);
  found.hints = (await until(async () => { const it = await hints(); return it?.length > 0 ? it : undefined; })).map((it) => it.label);
  const lenses = async () => {
    const all = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", uri, 50);
    return (all ?? []).map((it) => it.command?.title ?? "");
  };
  found.lenses = await until(async () => { const it = await lenses(); return it.length > 0 ? it : undefined; });
  const refactorings = await vscode.commands.executeCommand("vscode.executeCodeActionProvider", uri, new vscode.Range(5, 5, 5, 5), "refactor");
  found.refactorings = refactorings.map((it) => it.title);
  found.layers = await until(() => (api.layers().length > 0 ? api.layers() : undefined));
  // Typing: how long until the findings of the new text are there.
  const before = own().length;
  const start = Date.now();
  await editor.edit((edit) => edit.insert(new vscode.Position(document.lineCount, 0), "\nMAINTAINER me\n"));
  await until(() => own().length > before);
  found.editToDiagnosticsMs = Date.now() - start;
  const edits = await vscode.commands.executeCommand("vscode.executeFormatDocumentProvider", uri, { tabSize: 4, insertSpaces: true });
  found.formatEdits = edits?.length ?? 0;
  await vscode.commands.executeCommand("cachalot.showReplay");
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).map((tab) => tab.label);
  found.tabs = await until(() => (tabs().some((label) => label.startsWith("Layer cache")) ? tabs() : undefined));
  await vscode.commands.executeCommand("cachalot.layers.focus");
  await vscode.commands.executeCommand("cachalot.restart");
  found.statusAfterRestart = api.status();
  return found;
}

exports.activate = () => {
  if (!process.env.PROBE_OUT) return;
  const write = (value) => fs.writeFileSync(process.env.PROBE_OUT, JSON.stringify(value, null, 2));
  look().then(
    (found) => write({ done: true, ...found }),
    (error) => write({ done: true, error: String(error?.stack ?? error) }),
  );
};
