#!/usr/bin/env bash
# Installs a release of cachalot for this runner and puts it on the PATH of the steps that follow.
# CACHALOT_VERSION is a version or `latest`; CACHALOT_RELEASES is where the archives are, for mirrors.
set -euo pipefail
version=${CACHALOT_VERSION:-latest}
case "${RUNNER_OS:-$(uname -s)}-${RUNNER_ARCH:-$(uname -m)}" in
    Linux-X64 | Linux-x86_64) target=x86_64-unknown-linux-musl ;;
    Linux-ARM64 | Linux-aarch64) target=aarch64-unknown-linux-musl ;;
    macOS-X64 | Darwin-x86_64) target=x86_64-apple-darwin ;;
    macOS-ARM64 | Darwin-arm64) target=aarch64-apple-darwin ;;
    Windows-X64) target=x86_64-pc-windows-msvc ;;
    *)
        echo "cachalot: no release for ${RUNNER_OS:-$(uname -s)} on ${RUNNER_ARCH:-$(uname -m)}; use \`cargo install cachalot\`" >&2
        exit 2
        ;;
esac

releases=${CACHALOT_RELEASES:-https://github.com/cachalot-lint/cachalot/releases}
case $version in
    latest) from=$releases/latest/download ;;
    *) from=$releases/download/v${version#v} ;;
esac

bin=${RUNNER_TEMP:-$(mktemp -d)}/cachalot
mkdir -p "$bin"
cd "$bin"
archive=cachalot-$target.tar.gz
for file in "$archive" "$archive.sha256"; do
    curl --fail --silent --show-error --location --retry 3 --output "$file" "$from/$file" || {
        echo "cachalot: cannot fetch $from/$file: is \`$version\` a release?" >&2
        exit 2
    }
done
if command -v sha256sum >/dev/null; then sha256sum --check --quiet "$archive.sha256"; else shasum -a 256 --check --quiet "$archive.sha256"; fi
tar -xzf "$archive"
echo "$bin" >>"${GITHUB_PATH:-/dev/null}"
"$bin/cachalot" --version
