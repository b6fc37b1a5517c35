// Opens the folder in a browser, waits for the probe, takes pictures, and judges what it saw.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const { chromium } = createRequire(join(process.env.TOOLS, "package.json"))("playwright-core");
const { PROBE_FILE, PROBE_OUT, SHOTS, PORT } = process.env;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
// A busy machine takes its time.
await page.goto(`http://127.0.0.1:${PORT}/?folder=${encodeURIComponent(dirname(PROBE_FILE))}`, { timeout: 120_000 });
let found;
for (let i = 0; i < 360 && found === undefined; i++) {
  await page.waitForTimeout(250);
  found = existsSync(PROBE_OUT) ? JSON.parse(readFileSync(PROBE_OUT, "utf8")) : undefined;
}
// The page of the replay lies in frames in frames, and says something once its script has run.
const texts = () => Promise.all(page.frames().map((it) => it.evaluate(() => document.body?.innerText ?? "").catch(() => "")));
let replayed = false;
for (let i = 0; i < 60 && !replayed; i++) {
  await page.waitForTimeout(250);
  replayed = (await texts()).some((text) => text.includes("of all steps found in the cache"));
}
await page.screenshot({ path: join(SHOTS, "vscode.png") });
const notices = await page.locator(".notification-list-item").allInnerTexts();
await page.keyboard.press("Control+Shift+M");
await page.waitForTimeout(1000);
await page.screenshot({ path: join(SHOTS, "vscode-problems.png") });
await browser.close();

assert.ok(found, "the probe wrote nothing");
console.log(JSON.stringify(found, null, 2));
assert.equal(found.error, undefined);
assert.deepEqual(notices.filter((text) => text.includes("cachalot")), [], "nothing to complain of");
assert.ok(replayed, "the page of the replay is shown");
assert.match(found.status, /^cachalot \d/);
assert.equal(found.binary.origin, process.env.EXPECT_ORIGIN ?? "bundled");
const rules = found.diagnostics.map((it) => it.rule);
assert.ok(rules.includes("copy-before-install"), `findings: ${rules}`);
assert.ok(found.diagnostics.every((it) => it.link?.startsWith("http")), "each finding links to its page");
assert.ok(found.actions.some((title) => /gnore|uppress/.test(title)), `actions: ${found.actions}`);
assert.ok(found.hover > 0, "hover");
assert.ok(found.symbols.length > 0, "symbols");
assert.ok(found.formatEdits > 0, "formatting");
assert.ok(found.hints.some((label) => /^hit \d+ %/.test(label)), `hints: ${found.hints}`);
assert.ok(found.lenses.some((title) => /^\d+ % of all steps hit in 5 builds$/.test(title)), `lenses: ${found.lenses}`);
assert.ok(found.refactorings.includes("write the command for a shell"), `refactorings: ${found.refactorings}`);
assert.ok(found.layers.some((step) => step.hitRate !== null), "layers with hit rates");
assert.ok(found.tabs.some((label) => label.startsWith("Layer cache")), `tabs: ${found.tabs}`);
assert.match(found.statusAfterRestart, /^cachalot \d/);
assert.ok(found.editToDiagnosticsMs < 1000, `${found.editToDiagnosticsMs} ms from edit to diagnostics`);
