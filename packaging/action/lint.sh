#!/usr/bin/env bash
# Lints, with annotations on the lines of the pull request. The lists in CACHALOT_PATHS and CACHALOT_ARGS are separated
# by blanks.
set -euo pipefail
read -ra paths <<<"${CACHALOT_PATHS:-.}"
read -ra args <<<"${CACHALOT_ARGS:-}"
formats=(--format github)
[ -z "${CACHALOT_SARIF:-}" ] || formats+=(--format "sarif=$CACHALOT_SARIF")
status=0
cachalot lint "${formats[@]}" "${args[@]+"${args[@]}"}" -- "${paths[@]}" || status=$?
echo "status=$status" >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
