// The item in the status bar's language popup: which program runs, and what is wrong with it.

import * as vscode from "vscode";
import type { Binary } from "./binary";

export class Status implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;

  constructor() {
    this.item = vscode.languages.createLanguageStatusItem("cachalot.status", { language: "dockerfile" });
    this.item.name = "cachalot";
    this.item.command = { command: "cachalot.showOutput", title: "Show Output" };
  }

  busy(what: string): void {
    this.set(vscode.LanguageStatusSeverity.Information, "cachalot", what, true);
  }

  running(binary: Binary): void {
    const text = `cachalot ${binary.version}`;
    this.set(vscode.LanguageStatusSeverity.Information, text, `${binary.path} (${binary.origin})`, false);
  }

  off(why: string): void {
    this.set(vscode.LanguageStatusSeverity.Information, "cachalot is off", why, false);
  }

  failed(why: string): void {
    this.set(vscode.LanguageStatusSeverity.Error, "cachalot does not run", why, false);
  }

  /** What the item shows now. */
  get text(): string {
    return this.item.text;
  }

  dispose(): void {
    this.item.dispose();
  }

  private set(severity: vscode.LanguageStatusSeverity, text: string, detail: string, busy: boolean): void {
    this.item.severity = severity;
    this.item.text = text;
    this.item.detail = detail;
    this.item.busy = busy;
  }
}
