// What VS Code calls: puts the parts together and registers the commands.

import * as vscode from "vscode";
import { Layers } from "./layers";
import { showReplay } from "./replay";
import { Server } from "./server";
import { Status } from "./status";

/** Settings that only a new server can take in. */
const NEED_RESTART = ["enable", "path", "importStrategy", "markdown"].map((name) => `cachalot.${name}`);

/** What other extensions and the tests may look at. */
export interface Api {
  /** The steps that the Docker Layers view shows. */
  layers(): { instruction: string; hitRate: number | null }[];
  /** Text of the status item. */
  status(): string;
  /** The program that runs: path, version, origin. */
  binary(): { path: string; version: string; origin: string } | undefined;
}

export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const log = vscode.window.createOutputChannel("cachalot", { log: true });
  const status = new Status();
  const server = new Server(context, log, status);
  const layers = new Layers(server);
  const active = () => vscode.window.activeTextEditor?.document;
  const command = (name: string, action: () => unknown) => vscode.commands.registerCommand(`cachalot.${name}`, action);
  context.subscriptions.push(
    log,
    status,
    server,
    layers,
    command("restart", () => server.restart()),
    command("showOutput", () => log.show()),
    command("showTrace", () => server.showTrace()),
    command("fixAll", () => vscode.commands.executeCommand("editor.action.sourceAction", fixAll)),
    command("explainRule", () => explain()),
    command("refreshLayers", () => layers.show(active(), true)),
    command("showReplay", () => {
      const document = active();
      return document?.languageId === "dockerfile" && document.uri.scheme === "file"
        ? showReplay(server, document.uri)
        : vscode.window.showInformationMessage("Open a Dockerfile first.");
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => layers.show(editor?.document)),
    vscode.workspace.onDidSaveTextDocument((document) => document === active() && layers.show(document, true)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (NEED_RESTART.some((name) => change.affectsConfiguration(name))) {
        void server.restart();
      }
    }),
  );
  await server.restart();
  void layers.show(active());
  return {
    layers: () => layers.steps.map((step) => ({ instruction: step.instruction, hitRate: step.hit_rate })),
    status: () => status.text,
    binary: () => server.binary,
  };
}

const fixAll = { kind: "source.fixAll.cachalot", apply: "first" };

/** Opens the page of the rule that the cursor's diagnostic names, or of one that is typed. */
async function explain(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const here = editor ? vscode.languages.getDiagnostics(editor.document.uri) : [];
  const found = here.find((it) => it.source === "cachalot" && editor && it.range.contains(editor.selection.active));
  const target = typeof found?.code === "object" ? found.code.target : undefined;
  if (target) {
    await vscode.env.openExternal(target);
    return;
  }
  const rules = [...new Set(here.filter((it) => it.source === "cachalot").map((it) => it.code))];
  const items = rules.flatMap((code) =>
    typeof code === "object" ? [{ label: String(code.value), target: code.target }] : [],
  );
  const choice = await vscode.window.showQuickPick(items, { placeHolder: "Rules of this file's findings" });
  if (choice) {
    await vscode.env.openExternal(choice.target);
  }
}
