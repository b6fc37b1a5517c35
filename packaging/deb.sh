#!/usr/bin/env bash
# Packs the program that packaging/build.sh built as a Debian package:
#   packaging/deb.sh TARGET OUT        needs cargo-deb (`cargo install cargo-deb`)
set -euo pipefail
target=${1:?which target?}
out=$(mkdir -p "${2:?which folder for the package?}" && cd "$2" && pwd)
profile=${PROFILE:-release}
cd "$(dirname "$0")/.."
folder=$profile
[ "$profile" != dev ] || folder=debug
# The pages and completions that Cargo.toml's [package.metadata.deb] names.
stage=target/deb
rm -rf "$stage" && mkdir -p "$stage/man"
mkdir -p "$stage/bin" && cp "target/$target/$folder/cachalot" "$stage/bin/cachalot"
"$stage/bin/cachalot" man --dir "$stage/man"
gzip -9nf "$stage"/man/*.1
"$stage/bin/cachalot" completions bash >"$stage/cachalot.bash"
"$stage/bin/cachalot" completions zsh >"$stage/_cachalot"
"$stage/bin/cachalot" completions fish >"$stage/cachalot.fish"
cargo deb --no-build --target "$target" --output "$out/"
