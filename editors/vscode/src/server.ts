// The language client: started, stopped and restarted here, and nowhere else.

import * as vscode from "vscode";
import { CloseAction, ErrorAction, LanguageClient, State, type LanguageClientOptions } from "vscode-languageclient/node";
import { findBinary, type Binary } from "./binary";
import { Others } from "./others";
import { showReplay } from "./replay";
import type { Status } from "./status";

/** Starts in this many milliseconds beyond which a dying server is not started again. */
const RESTART_WINDOW = 3 * 60_000;
const RESTARTS = 4;

/** What is linted. */
export function selector(markdown: boolean): { language?: string; pattern?: string; scheme: string }[] {
  const languages = ["dockerfile", "dockercompose", "dockerbake", ...(markdown ? ["markdown", "asciidoc", "restructuredtext"] : [])];
  return [
    ...["file", "untitled", "vscode-vfs"].flatMap((scheme) => languages.map((language) => ({ language, scheme }))),
    { pattern: "**/{compose,docker-compose}*.{yml,yaml}", scheme: "file" },
    { pattern: "**/docker-bake*.{hcl,json}", scheme: "file" },
  ];
}

/** A client that shows no errors for a server that it asked to end. */
class Client extends LanguageClient {
  /** What was asked last is refused by a server that was told to end, and nobody waits for it. */
  override handleFailedRequest<T>(...request: Parameters<typeof LanguageClient.prototype.handleFailedRequest<T>>): T {
    return this.isRunning() ? super.handleFailedRequest(...request) : request[3];
  }

  override error(message: string, data?: unknown, showNotification?: boolean | "force"): void {
    if (message !== "Server process exited with code 0.") {
      super.error(message, data, showNotification);
    }
  }
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private others: Others | undefined;
  private found: Binary | undefined;
  private readonly trace: vscode.OutputChannel;
  /** One start or stop at a time. */
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly status: Status,
  ) {
    this.trace = vscode.window.createOutputChannel("cachalot Trace");
  }

  /** The program that the server runs; `undefined` while there is none. */
  get binary(): Binary | undefined {
    return this.found;
  }

  /** The running client, for requests of the other parts. */
  get running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  /** Stops what runs and starts anew with the present settings. */
  restart(): Promise<void> {
    this.queue = this.queue.then(() => this.stop()).then(() => this.start());
    return this.queue;
  }

  showTrace(): void {
    this.trace.show();
  }

  dispose(): void {
    void this.queue.then(() => this.stop());
    this.trace.dispose();
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.others?.dispose();
    this.others = undefined;
    await client?.dispose().catch((error) => this.log.warn(`stopping: ${error}`));
  }

  private async start(): Promise<void> {
    const settings = vscode.workspace.getConfiguration("cachalot");
    if (!settings.get<boolean>("enable", true)) {
      this.status.off("switched off by cachalot.enable");
      return;
    }
    try {
      this.status.busy("starting");
      const binary = await findBinary(this.context, this.log);
      this.found = binary;
      this.client = this.connect(binary, settings.get<boolean>("markdown", true));
      this.client.onDidChangeState(({ newState }) => {
        if (newState === State.Stopped) {
          this.status.failed("the server stopped; see the output");
        }
      });
      await this.client.start();
      this.others = new Others(this.client);
      this.status.running(binary);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.log.error(message);
      this.status.failed(message);
      void this.offerHelp(message);
    }
  }

  private connect(binary: Binary, markdown: boolean): LanguageClient {
    const starts: number[] = [];
    const options: LanguageClientOptions = {
      documentSelector: selector(markdown),
      outputChannel: this.log,
      traceOutputChannel: this.trace,
      diagnosticCollectionName: "cachalot",
      synchronize: {
        configurationSection: "cachalot",
        fileEvents: vscode.workspace.createFileSystemWatcher(
          "**/{cachalot.toml,.hadolint.yaml,.hadolint.yml,.dockerignore,*.dockerignore,docker-bake*,*compose*.y*ml}",
        ),
      },
      middleware: {
        // A lens of the server opens the page that only an editor can show.
        executeCommand: (command, args, next) =>
          command === "cachalot.replay" && typeof args[0] === "string"
            ? showReplay(this, vscode.Uri.parse(args[0], true))
            : next(command, args),
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => {
          const now = Date.now();
          starts.push(now);
          const recent = starts.filter((start) => now - start < RESTART_WINDOW);
          return recent.length <= RESTARTS
            ? { action: CloseAction.Restart }
            : { action: CloseAction.DoNotRestart, message: "cachalot's server keeps ending; see its output." };
        },
      },
    };
    return new Client("cachalot", "cachalot", { command: binary.path, args: ["lsp"] }, options);
  }

  private async offerHelp(message: string): Promise<void> {
    const [settings, output] = ["Open Settings", "Show Output"];
    const choice = await vscode.window.showErrorMessage(message, settings, output);
    if (choice === settings) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "cachalot.path");
    } else if (choice === output) {
      this.log.show();
    }
  }
}
