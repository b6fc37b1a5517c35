#!/usr/bin/env node
// Starts the program that npm installed for this platform (an optional dependency) and ends as it ends.
"use strict";

const { spawnSync } = require("node:child_process");

/** `@cachalot-lint/linux-x64` and its like: built by packaging/npm/pack.mjs, one for each platform. */
const name = `@cachalot-lint/${process.platform}-${process.arch}`;

function program() {
  const file = process.platform === "win32" ? "cachalot.exe" : "cachalot";
  try {
    return require.resolve(`${name}/${file}`);
  } catch {
    console.error(
      `cachalot: there is no program for this platform: ${name} is not installed. ` +
        "Install without --omit=optional, or build with `cargo install cachalot`.",
    );
    process.exit(2);
  }
}

const ended = spawnSync(program(), process.argv.slice(2), { stdio: "inherit" });
if (ended.error) {
  console.error(`cachalot: ${ended.error.message}`);
  process.exit(2);
}
if (ended.signal) process.kill(process.pid, ended.signal);
process.exit(ended.status ?? 2);
