#!/usr/bin/env bash
# run.sh neovim|emacs BINARY: starts the editor from Debian on a Dockerfile with known faults, and
# judges what it shows. Needs root only to install the editor.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
CACHALOT=$(realpath "$2")
export CACHALOT
install() {
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" >/dev/null
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf '{"dependencies":{"left-pad":"1.3.0"}}\n' >package.json
printf 'from node:22\nWORKDIR /app\nCOPY . .\nRUN npm install\n' >Dockerfile
# A history in which only the sources change.
git init -q
for i in 1 2 3; do
    echo "$i" >main.js
    git add -A
    git -c user.name=probe -c user.email=probe@example.com commit -qm "change $i"
done
case $1 in
neovim)
    command -v nvim >/dev/null || install neovim
    timeout 60 nvim --headless -u NONE -c "luafile $here/neovim.lua" >found.json 2>errors || { cat errors; exit 1; }
    cat found.json
    python3 - <<'P'
import json
found = json.loads(open("found.json").read().strip().splitlines()[-1])
assert "copy-before-install" in found["rules"], found
assert found["filetype"] == "dockerfile" and found["after_edit"] > 0, found
assert found["hover"] != "none" and found["actions"] > 0, found
assert found["refactorings"] > 0, found
assert "--mount=" in found["completion"] and all(it.startswith("--moun") for it in found["completion"]), found
assert any("of all steps hit in 2 builds" in title for title in found["lenses"]), found
assert found["fixed"].endswith("EXPOSE 80"), found
assert found["first_line"] == "FROM node:22", found
assert found["exit"] == 0, found
P
    ;;
emacs)
    dpkg -s elpa-eglot elpa-dockerfile-mode >/dev/null 2>&1 || install emacs-nox elpa-eglot elpa-dockerfile-mode
    timeout 60 emacs --batch -l "$here/emacs.el" >found.json 2>errors || { cat errors; exit 1; }
    cat found.json
    python3 - <<'P'
import json
found = json.loads(open("found.json").read().strip().splitlines()[-1])
assert any("npm install" in text for text in found["texts"]), found
assert found["first_line"] == "FROM node:22", found
P
    ;;
*)
    echo "usage: run.sh neovim|emacs BINARY" >&2
    exit 2
    ;;
esac
echo "$1: as expected"
