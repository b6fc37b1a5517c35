#!/usr/bin/env bash
# Draws findings at random for reading: how often is a rule right on real Dockerfiles?
#   benches/sample-findings.sh FOLDER [COUNT] [SEED] [RULE]
# Prints one finding a line with its place and the line it points at; the same seed over the same
# files draws the same findings. With RULE only that rule's, whether it is on by default or not.
# Needs jq; CACHALOT names the binary. docs/precision.md says what came of it.
set -euo pipefail
folder=${1:?which folder of repositories?}
count=${2:-150} seed=${3:-1} rule=${4:-}
cachalot=${CACHALOT:-$(cd "$(dirname "$0")/.." && pwd)/target/release/cachalot}
preset=recommended; [ -z "$rule" ] || preset=all

cd "$folder"
"$cachalot" lint --no-config --preset "$preset" --format json --fail-on never . |
    jq -r --arg rule "$rule" '.diagnostics[] | select($rule == "" or .rule == $rule)
        | [.rule, .file, .line, .message] | @tsv' |
    sort |
    shuf -n "$count" --random-source=<(yes "$seed") |
    sort |
    while IFS=$'\t' read -r name file line message; do
        printf '%s\t%s:%s\t%s\t%s\n' "$name" "$file" "$line" "$message" "$(sed -n "${line}p" "$file" | cut -c1-160)"
    done
