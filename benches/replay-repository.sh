#!/bin/sh
# replay-repository.sh FOLDER [FILES] [COMMITS]: a repository of a size that matters, for measuring `cachalot cache replay`.
# Half of the commits edit one source file, every tenth a manifest, every fifth a document; always the same for the same numbers.
set -e
folder=$1 files=${2:-5000} commits=${3:-500}
git init -q "$folder"
awk -v files="$files" -v commits="$commits" '
function blob(path, text) { printf "M 100644 inline %s\ndata %d\n%s\n", path, length(text), text }
function source(n) { return sprintf("src/part%d/module%d/file%d.js", n % 20, n % 200, n) }
function head(n) {
    printf "commit refs/heads/main\ncommitter a <a@example.org> %d +0000\ndata 8\nchange\n\n\n", 1700000000 + n
}
BEGIN {
    head(0)
    blob("Dockerfile", "FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\nFROM nginx:1.29\nCOPY --from=build /app/dist /usr/share/nginx/html\n")
    blob(".dockerignore", ".git\nnode_modules\n")
    blob("package.json", "{ \"name\": \"a\", \"dependencies\": { \"express\": \"4\" } }")
    blob("package-lock.json", "{}")
    blob("README.md", "0")
    for (n = 0; n < files - 5; n++) blob(source(n), n)
    for (n = 1; n <= commits; n++) {
        head(n)
        if (n % 10 == 0) blob("package-lock.json", "{ \"change\": " n " }")
        else if (n % 5 == 0) blob("README.md", n)
        else blob(source(n * 7919 % (files - 5)), "edit " n)
    }
}' | git -C "$folder" fast-import --quiet
git -C "$folder" symbolic-ref HEAD refs/heads/main
