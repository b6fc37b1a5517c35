// Runs `cachalot cache replay` for a Dockerfile and shows what it says.

import { execFile } from "node:child_process";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Server } from "./server";

/** A step as `cache replay --format json` (version 1) reports it; lines from 1. */
export interface Step {
  stage: string;
  index: number;
  total: number;
  line: number;
  end_line: number;
  instruction: string;
  hits: number;
  misses: number;
  maybes: number;
  /** Share of hits from 0 to 1; null for a step that was never built twice. */
  hit_rate: number | null;
  culprits: { what: string; commits: number }[];
}

/** What a replay over the history says. */
export interface Replay {
  version: 1;
  commits: number;
  hit_rate: number | null;
  steps: Step[];
}

/** The most that a replay may print, in bytes. */
const MOST = 64 << 20;

/** Output of `cachalot cache replay`; rejects with what the program complained of. */
function replay(server: Server, file: vscode.Uri, format: "json" | "html", cancel?: vscode.CancellationToken): Promise<string> {
  const binary = server.binary;
  if (binary === undefined) {
    return Promise.reject(new Error("cachalot does not run"));
  }
  const commits = vscode.workspace.getConfiguration("cachalot", file).get<number>("layers.commits", 200);
  const args = ["cache", "replay", path.basename(file.fsPath), "--commits", String(commits), "--format", format];
  // Advice takes most of the time, and only the page shows it.
  args.push(...(format === "json" ? ["--no-advice"] : []));
  return new Promise((resolve, reject) => {
    const options = { cwd: path.dirname(file.fsPath), maxBuffer: MOST, timeout: 5 * 60_000 };
    const child = execFile(binary.path, args, options, (error, stdout, stderr) => {
      // Exit status 1 is a gate of the project's configuration, not a failure.
      if (error && error.code !== 1) {
        reject(new Error(stderr.trim().replace(/^cachalot: /, "") || error.message));
      } else {
        resolve(stdout);
      }
    });
    cancel?.onCancellationRequested(() => child.kill());
  });
}

/** The steps of a Dockerfile with how often each would have hit. */
export async function replayed(server: Server, file: vscode.Uri, cancel?: vscode.CancellationToken): Promise<Replay> {
  const report = JSON.parse(await replay(server, file, "json", cancel)) as Replay;
  if (report.version !== 1) {
    throw new Error(`this extension reads version 1 of the report, not ${report.version}: update it`);
  }
  return report;
}

/** Opens the replay's page beside the editor. */
export async function showReplay(server: Server, file: vscode.Uri): Promise<vscode.WebviewPanel | undefined> {
  const name = vscode.workspace.asRelativePath(file);
  const title = `Layer cache: ${name}`;
  const location = vscode.ProgressLocation.Notification;
  const html = await vscode.window.withProgress({ location, title, cancellable: true }, (_, cancel) =>
    replay(server, file, "html", cancel).catch((error: Error) => {
      if (!cancel.isCancellationRequested) {
        void vscode.window.showErrorMessage(`${name}: ${error.message}`);
      }
      return undefined;
    }),
  );
  if (html === undefined) {
    return undefined;
  }
  const options = { enableScripts: true, localResourceRoots: [], retainContextWhenHidden: true };
  const panel = vscode.window.createWebviewPanel("cachalot.replay", title, vscode.ViewColumn.Beside, options);
  panel.webview.html = html;
  return panel;
}
