#!/usr/bin/env bash
# setup.sh DIR: a real VS Code without its download: code-server from npm, Chromium and ripgrep from
# Debian, Playwright to look at it. About two minutes and half a gigabyte, once.
set -euo pipefail
dir=$(mkdir -p "$1" && cd "$1" && pwd)
if [ ! -x /usr/bin/chromium ] || [ ! -x /usr/bin/rg ] || ! dpkg -s libkrb5-dev >/dev/null 2>&1; then
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium ripgrep libkrb5-dev >/dev/null
fi
code=$dir/cs/node_modules/code-server/lib/vscode
mkdir -p "$dir/cs" "$dir/tools"
cd "$dir/cs"
[ -f package.json ] || npm init -y >/dev/null
# Its own install script downloads ripgrep and builds everything: only what matters is built here.
npm install --no-audit --no-fund --ignore-scripts code-server@4.99.4
npm rebuild argon2 --build-from-source
cd "$code"
npm install --no-audit --no-fund --ignore-scripts --omit=dev
npm rebuild @vscode/spdlog native-watchdog node-pty kerberos || true
ln -sfn node_modules node_modules.asar
mkdir -p node_modules/@vscode/ripgrep/bin
ln -sf /usr/bin/rg node_modules/@vscode/ripgrep/bin/rg
(cd extensions && npm install --no-audit --no-fund --ignore-scripts --omit=dev)
cd "$dir/tools"
[ -f package.json ] || npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts @parcel/watcher-linux-x64-glibc@2.5.1 playwright-core
cp -r node_modules/@parcel/watcher-linux-x64-glibc "$code/node_modules/@parcel/"
