// The view of the active Dockerfile's steps and their hit rates.

import * as vscode from "vscode";
import { replayed, type Replay, type Step } from "./replay";
import type { Server } from "./server";

type Node = { stage: string } | Step | { note: string };

export class Layers implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Node>;
  private file: vscode.Uri | undefined;
  private report: Replay | undefined;
  private problem: string | undefined;
  private running: vscode.CancellationTokenSource | undefined;

  constructor(private readonly server: Server) {
    this.view = vscode.window.createTreeView<Node>("cachalot.layers", { treeDataProvider: this });
  }

  /** The steps that are shown now. */
  get steps(): readonly Step[] {
    return this.report?.steps ?? [];
  }

  /** Shows the steps of `file`, or those of the file shown before if it is not a Dockerfile. */
  async show(document: vscode.TextDocument | undefined, again = false): Promise<void> {
    const isDockerfile = document?.languageId === "dockerfile" && document.uri.scheme === "file";
    if (isDockerfile) {
      void vscode.commands.executeCommand("setContext", "cachalot.hasDockerfile", true);
    }
    const file = isDockerfile ? document.uri : this.file;
    if (file === undefined || (!again && file.toString() === this.file?.toString())) {
      return;
    }
    this.file = file;
    this.running?.cancel();
    const running = new vscode.CancellationTokenSource();
    this.running = running;
    const result = await vscode.window.withProgress({ location: { viewId: "cachalot.layers" } }, () =>
      replayed(this.server, file, running.token).catch((error: Error) => error.message),
    );
    if (running.token.isCancellationRequested) {
      return;
    }
    this.report = typeof result === "string" ? undefined : result;
    this.problem = typeof result === "string" ? result : undefined;
    const rate = this.report?.hit_rate;
    this.view.description = vscode.workspace.asRelativePath(file);
    this.view.message =
      rate === undefined || rate === null
        ? undefined
        : `${percent(rate)} of all steps hit over ${this.report?.commits} commits`;
    this.changed.fire();
  }

  getChildren(parent?: Node): Node[] {
    if (this.problem !== undefined) {
      return parent === undefined ? [{ note: this.problem }] : [];
    }
    const steps = this.report?.steps ?? [];
    if (parent === undefined) {
      return [...new Set(steps.map((step) => step.stage))].map((stage) => ({ stage }));
    }
    return "stage" in parent && !("line" in parent) ? steps.filter((step) => step.stage === parent.stage) : [];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if ("note" in node) {
      const item = new vscode.TreeItem(node.note);
      item.iconPath = new vscode.ThemeIcon("info");
      return item;
    }
    if (!("line" in node)) {
      const item = new vscode.TreeItem(node.stage, vscode.TreeItemCollapsibleState.Expanded);
      item.iconPath = new vscode.ThemeIcon("layers");
      return item;
    }
    return this.step(node);
  }

  dispose(): void {
    this.running?.cancel();
    this.view.dispose();
    this.changed.dispose();
  }

  private step(step: Step): vscode.TreeItem {
    const item = new vscode.TreeItem(step.instruction);
    item.description = step.hit_rate === null ? "" : `hit ${percent(step.hit_rate)}`;
    item.iconPath = icon(step.hit_rate);
    const counts = `${step.hits} hits, ${step.misses} misses${step.maybes > 0 ? `, ${step.maybes} unknown` : ""}`;
    const tooltip = new vscode.MarkdownString();
    tooltip.appendCodeblock(step.instruction, "dockerfile");
    tooltip.appendText(`step ${step.index}/${step.total}, line ${step.line}: ${counts}\n`);
    for (const culprit of step.culprits.slice(0, 5)) {
      tooltip.appendText(`\n${culprit.what}: ${culprit.commits} commits\n`);
    }
    item.tooltip = tooltip;
    const range = new vscode.Range(step.line - 1, 0, step.end_line - 1, 0);
    item.command = { command: "vscode.open", title: "Go to Step", arguments: [this.file, { selection: range }] };
    return item;
  }
}

/** As the program writes it: 99.6 % is not 100 %, nor is 0.4 % nothing. */
function percent(rate: number): string {
  return `${Math.max(rate > 0 ? 1 : 0, Math.floor(rate * 100 + 1e-9))} %`;
}

function icon(rate: number | null): vscode.ThemeIcon {
  if (rate === null) {
    return new vscode.ThemeIcon("circle-outline");
  }
  const color = rate >= 0.8 ? "testing.iconPassed" : rate >= 0.4 ? "list.warningForeground" : "testing.iconFailed";
  return new vscode.ThemeIcon("circle-filled", new vscode.ThemeColor(color));
}
