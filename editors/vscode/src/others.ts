// Tells the server of the other open files of the workspace, so that it can say what saving them runs
// again. They are sent by hand: as documents of the client they would get its formatter, hovers and
// completion as well.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { selector } from "./server";

/** Milliseconds of quiet before a changed text is sent. */
const QUIET = 200;
/** Longer texts are not sent. */
const MAX_CHARACTERS = 1_000_000;

export class Others implements vscode.Disposable {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly known = new Set<string>();
  private readonly listeners: vscode.Disposable;

  constructor(private readonly client: LanguageClient) {
    vscode.workspace.textDocuments.forEach((document) => this.open(document));
    this.listeners = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => this.open(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.change(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.close(document)),
    );
  }

  dispose(): void {
    this.listeners.dispose();
    this.timers.forEach((timer) => clearTimeout(timer));
  }

  private open(document: vscode.TextDocument): void {
    const isOther =
      document.uri.scheme === "file" &&
      vscode.workspace.getWorkspaceFolder(document.uri) !== undefined &&
      vscode.languages.match(selector(true), document) === 0;
    const text = document.getText();
    if (!isOther || text.length > MAX_CHARACTERS) {
      return;
    }
    const uri = this.uri(document);
    this.known.add(uri);
    this.send("didOpen", { uri, languageId: document.languageId, version: document.version, text });
  }

  private change(document: vscode.TextDocument): void {
    const uri = this.uri(document);
    if (!this.known.has(uri)) {
      return;
    }
    clearTimeout(this.timers.get(uri));
    const send = () =>
      this.send("didChange", { uri, version: document.version }, { contentChanges: [{ text: document.getText() }] });
    this.timers.set(uri, setTimeout(send, QUIET));
  }

  private close(document: vscode.TextDocument): void {
    const uri = this.uri(document);
    clearTimeout(this.timers.get(uri));
    this.timers.delete(uri);
    if (this.known.delete(uri)) {
      this.send("didClose", { uri });
    }
  }

  private uri(document: vscode.TextDocument): string {
    return this.client.code2ProtocolConverter.asUri(document.uri);
  }

  private send(what: string, textDocument: object, more: object = {}): void {
    if (this.client.isRunning()) {
      void this.client.sendNotification(`textDocument/${what}`, { textDocument, ...more });
    }
  }
}
