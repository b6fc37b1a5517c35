#!/usr/bin/env bash
# Builds the program for one target and packs it as a release has it:
#   packaging/build.sh TARGET OUT      → OUT/cachalot-TARGET.tar.gz and its .sha256
# The archive holds the program, its manual pages, completions, licences, README and CHANGELOG.
# PROFILE=dev builds without optimisation, for a trial of the packaging.
set -euo pipefail
target=${1:?which target?}
out=${2:?which folder for the archive?}
profile=${PROFILE:-release}
cd "$(dirname "$0")/.."
rustup target add "$target" >/dev/null 2>&1 || true
cargo build --locked --profile "$profile" --target "$target"
folder=$profile
[ "$profile" != dev ] || folder=debug
program=target/$target/$folder/cachalot
case $target in *windows*) program=$program.exe ;; esac

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$out" "$stage/man" "$stage/completions"
cp "$program" README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$stage"
# Another machine's program cannot print its own pages: the host's then does.
"$program" --version >/dev/null 2>&1 || { cargo build --locked --profile "$profile" && program=target/$folder/cachalot; }
"$program" man --dir "$stage/man"
"$program" completions bash >"$stage/completions/cachalot.bash"
"$program" completions zsh >"$stage/completions/_cachalot"
"$program" completions fish >"$stage/completions/cachalot.fish"
"$program" completions powershell >"$stage/completions/_cachalot.ps1"

archive=cachalot-$target.tar.gz
tar -czf "$out/$archive" -C "$stage" .
cd "$out"
if command -v sha256sum >/dev/null; then sha256sum "$archive"; else shasum -a 256 "$archive"; fi >"$archive.sha256"
