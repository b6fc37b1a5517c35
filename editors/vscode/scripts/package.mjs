// Packs the extension for one platform, with its program inside:
//   npm run package -- --target linux-x64 --binary ../../target/release/cachalot [--out cachalot.vsix]
// Without --binary the extension looks for a program of the user's own.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values } = parseArgs({
  options: { target: { type: "string" }, binary: { type: "string" }, out: { type: "string" } },
});
const target = values.target ?? `${process.platform}-${process.arch}`;
const bundled = join(root, "bundled");

rmSync(bundled, { recursive: true, force: true });
if (values.binary) {
  const name = target.startsWith("win32") ? "cachalot.exe" : "cachalot";
  mkdirSync(join(bundled, "bin"), { recursive: true });
  copyFileSync(values.binary, join(bundled, "bin", name));
  chmodSync(join(bundled, "bin", name), 0o755);
}
const licences = readdirSync(join(root, "..", "..")).filter((name) => name.startsWith("LICENSE"));
licences.forEach((name) => copyFileSync(join(root, "..", "..", name), join(root, name)));
const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
const out = values.out ?? join(root, `cachalot-${target}.vsix`);
try {
  execFileSync(process.execPath, [vsce, "package", "--no-dependencies", "--target", target, "--out", out], {
    cwd: root,
    stdio: "inherit",
  });
} finally {
  licences.forEach((name) => rmSync(join(root, name)));
}
