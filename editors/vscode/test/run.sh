#!/usr/bin/env bash
# run.sh CODE BINARY [PICTURES]: packs the extension with BINARY inside, installs it into the VS Code
# that setup.sh put into CODE, and looks at it from the inside and the outside.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
code=$(cd "$1" && pwd) binary=$(realpath "$2")
SHOTS=$(realpath -m "${3:-$(mktemp -d)}")
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p "$SHOTS"

cd "$here/.."
[ -d node_modules ] || npm ci --no-audit --no-fund --ignore-scripts
npm run --silent package -- --target linux-x64 --binary "$binary" --out "$work/cachalot.vsix" >"$work/package.log" 2>&1 ||
    { cat "$work/package.log"; exit 1; }
(cd test/probe && node ../../node_modules/@vscode/vsce/vsce package --no-dependencies --allow-missing-repository \
    --skip-license --out "$work/probe.vsix" >"$work/probe.log" 2>&1) || { cat "$work/probe.log"; exit 1; }

# A small project with a history in which only the source changes.
app=$work/app
mkdir -p "$app/src"
cd "$app"
git init -q
git config user.name probe
git config user.email probe@example.com
printf '{"name":"app","dependencies":{"left-pad":"1.3.0"}}\n' >package.json
printf '{"name":"app","lockfileVersion":3,"packages":{}}\n' >package-lock.json
printf 'from node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nEXPOSE 3000\nCMD ["node", "src/main.js"]\n' >Dockerfile
for i in 1 2 3 4 5 6; do
    echo "console.log($i)" >src/main.js
    git add -A
    git commit -qm "change $i"
done

entry=$code/cs/node_modules/code-server/out/node/entry.js
dirs=(--extensions-dir "$work/extensions" --user-data-dir "$work/user")
node "$entry" "${dirs[@]}" --install-extension "$work/cachalot.vsix" >/dev/null
node "$entry" "${dirs[@]}" --install-extension "$work/probe.vsix" >/dev/null
export PROBE_FILE=$app/Dockerfile PROBE_OUT=$work/found.json SHOTS TOOLS=$code/tools PORT=${PORT:-8766}
# The bundled program, not one that happens to be on this machine's PATH.
PATH=$(printf %s "$PATH" | tr : '\n' | while read -r d; do [ -x "$d/cachalot" ] || printf '%s:' "$d"; done)
node "$entry" "${dirs[@]}" --bind-addr "127.0.0.1:$PORT" --auth none --disable-telemetry --disable-update-check \
    --disable-workspace-trust --disable-getting-started-override >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 120); do curl -fs "http://127.0.0.1:$PORT/healthz" >/dev/null && break; sleep 0.25; done
timeout 150 node "$here/drive.mjs"
