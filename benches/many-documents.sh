#!/usr/bin/env bash
# Makes a repository of 2,000 Markdown files and times `cachalot lint` on it. The files are copies of real ones.
#   benches/many-documents.sh FOLDER_WITH_MARKDOWN [cachalot]
set -euo pipefail
from=$1 cachalot=${2:-target/release/cachalot} count=2000
to=$(mktemp -d)
trap 'rm -rf "$to"' EXIT
git -c init.defaultBranch=main init -q "$to"
# Of each text one, sorted by digest, so that the draw is the same every time; over and over where they are few.
mapfile -t files < <(find "$from" -type f \( -iname '*.md' -o -iname '*.markdown' \) -size +1k -size -64k -print0 |
    xargs -0 sha256sum | sort -u -k1,1 | cut -c67- | head -n "$count")
[ "${#files[@]}" -gt 0 ] || { echo "no Markdown in $from" >&2; exit 2; }
for ((at = 0; at < count; at++)); do
    folder="$to/$((at / 50))/$at"
    mkdir -p "$folder"
    cp "${files[at % ${#files[@]}]}" "$folder/README.md"
done
echo "$count files, ${#files[@]} of them different, $(du -sk --apparent-size --exclude=.git "$to" | cut -f1) kB"
cd "$to"
cachalot=$(cd "$OLDPWD" && realpath "$cachalot")
if command -v hyperfine >/dev/null; then
    hyperfine -i -N --warmup 1 --runs 10 "$cachalot lint --quiet ." 2>&1 | sed 's/^/  /'
else
    time "$cachalot" lint --quiet . >/dev/null || true
fi
