// Packs the npm packages: one with the program for each platform, and `cachalot-lint`, which names them all.
//   node packaging/npm/pack.mjs OUT linux-x64=target/release/cachalot darwin-arm64=… win32-x64=…/cachalot.exe
// Writes .tgz files into OUT. The version is Cargo.toml's.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [out, ...programs] = process.argv.slice(2);
if (!out || programs.length === 0) {
  console.error("usage: node pack.mjs OUT PLATFORM-ARCH=PROGRAM…");
  process.exit(2);
}

const cargo = readFileSync(join(here, "../../Cargo.toml"), "utf8");
const version = /^version = "(.+)"$/m.exec(cargo)[1];
const main = { ...JSON.parse(readFileSync(join(here, "package.json"), "utf8")), version };

/** Packs one folder of files into OUT. */
function pack(manifest, files) {
  const folder = mkdtempSync(join(tmpdir(), "cachalot-npm-"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of files) {
    const to = join(folder, basename(file));
    copyFileSync(file, to);
    chmodSync(to, 0o755);
  }
  for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) {
    copyFileSync(join(here, "../..", licence), join(folder, licence));
  }
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  execFileSync(npm, ["pack", "--silent", "--pack-destination", resolve(out)], { cwd: folder, stdio: "inherit" });
}

mkdirSync(out, { recursive: true });
for (const program of programs) {
  const [platform, file] = program.split("=");
  const at = platform.indexOf("-");
  const { description, license, repository } = main;
  const name = `@cachalot-lint/${platform}`;
  const [os, cpu] = [platform.slice(0, at), platform.slice(at + 1)];
  pack(
    { name, version, description, license, repository, os: [os], cpu: [cpu], files: [basename(file)] },
    [resolve(file)],
  );
  main.optionalDependencies[name] = version;
}
pack(main, [join(here, "cachalot.js")]);
