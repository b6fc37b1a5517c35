#!/usr/bin/env bash
# Builds the wheel `cachalot-lint` for one target: packaging/wheel.sh TARGET OUT. Takes maturin from PyPI where it is
# not at hand. PROFILE=dev builds without optimisation.
set -euo pipefail
target=${1:?which target?}
out=$(mkdir -p "${2:?which folder for the wheel?}" && cd "$2" && pwd)
cd "$(dirname "$0")/pypi"
maturin=maturin
if ! command -v maturin >/dev/null; then
    python3 -m venv ../../target/maturin
    maturin=$(ls -d "$PWD"/../../target/maturin/{bin,Scripts} 2>/dev/null | head -1)/maturin
    "$(dirname "$maturin")/pip" install -q 'maturin>=1.8,<2'
fi
# A static program runs on any Linux: the wheel says so.
compatibility=
case $target in *-linux-musl) compatibility="--compatibility manylinux2014 musllinux_1_1" ;; esac
# shellcheck disable=SC2086
"$maturin" build --locked --profile "${PROFILE:-release}" --target "$target" $compatibility --out "$out"
