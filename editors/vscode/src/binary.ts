// Finds the program: setting, workspace, PATH, bundled; in an untrusted workspace only the bundled one.

import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";

const run = promisify(execFile);
const NAME = process.platform === "win32" ? "cachalot.exe" : "cachalot";
/** The oldest program whose language server this extension knows how to talk to. */
const OLDEST = [0, 1, 0];

/** A program that was found and answered. */
export interface Binary {
  path: string;
  /** As `cachalot --version` says, such as `0.1.0`. */
  version: string;
  /** Where it came from, for the log. */
  origin: "setting" | "environment variable" | "workspace" | "PATH" | "bundled";
}

/** The first program that works. What was tried and why not is in the error. */
export async function findBinary(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<Binary> {
  const refused: string[] = [];
  for (const [origin, candidate] of candidates(context)) {
    if (!(await isExecutable(candidate))) {
      if (origin === "setting" || origin === "environment variable") {
        refused.push(`${origin}: ${candidate} is not there or not executable`);
      }
      continue;
    }
    try {
      const version = await versionOf(candidate);
      if (isOlder(version)) {
        refused.push(`${origin}: ${candidate} is ${version}, which is too old; ${OLDEST.join(".")} is needed`);
        continue;
      }
      log.info(`${candidate} (${origin}), version ${version}`);
      return { path: candidate, version, origin };
    } catch (error) {
      refused.push(`${origin}: ${candidate} does not start: ${error instanceof Error ? error.message : error}`);
    }
  }
  refused.forEach((line) => log.warn(line));
  const why = refused.length > 0 ? ` (${refused.join("; ")})` : "";
  throw new Error(`cachalot was not found${why}. Install it and put it on the PATH, or set cachalot.path.`);
}

function* candidates(context: vscode.ExtensionContext): Generator<[Binary["origin"], string]> {
  const bundled = vscode.Uri.joinPath(context.extensionUri, "bundled", "bin", NAME).fsPath;
  const settings = vscode.workspace.getConfiguration("cachalot");
  const debug = process.env.CACHALOT_SERVER_DEBUG;
  if (debug) {
    yield ["environment variable", debug];
  }
  if (vscode.workspace.isTrusted) {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const root = folders.find((folder) => folder.uri.scheme === "file")?.uri.fsPath;
    const chosen = settings.get<string>("path", "").trim();
    if (chosen !== "") {
      yield ["setting", expanded(chosen, root)];
    }
    if (settings.get<string>("importStrategy") !== "useBundled") {
      for (const folder of folders.filter((folder) => folder.uri.scheme === "file")) {
        const scripts = process.platform === "win32" ? "Scripts" : "bin";
        yield ["workspace", path.join(folder.uri.fsPath, "node_modules", ".bin", NAME)];
        yield ["workspace", path.join(folder.uri.fsPath, ".venv", scripts, NAME)];
      }
      for (const folder of (process.env.PATH ?? "").split(path.delimiter).filter((it) => path.isAbsolute(it))) {
        yield ["PATH", path.join(folder, NAME)];
      }
    }
  }
  yield ["bundled", bundled];
}

function expanded(given: string, root: string | undefined): string {
  const home = given === "~" || given.startsWith("~/") || given.startsWith("~\\") ? homedir() + given.slice(1) : given;
  const full = home.replaceAll("${workspaceFolder}", root ?? "");
  return path.isAbsolute(full) || root === undefined ? full : path.join(root, full);
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, process.platform === "win32" ? constants.F_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(file: string): Promise<string> {
  const { stdout } = await run(file, ["--version"], { timeout: 10_000 });
  const version = /^cachalot (\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  if (version === undefined) {
    throw new Error(`it says it is "${stdout.trim().slice(0, 60)}"`);
  }
  return version;
}

function isOlder(version: string): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [at, least] of OLDEST.entries()) {
    if ((parts[at] ?? 0) !== least) {
      return (parts[at] ?? 0) < least;
    }
  }
  return false;
}
