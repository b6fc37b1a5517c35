//! Snippets: whole instructions and flags with places to fill in, for clients that have such places.

/// Where a snippet fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A file without a stage yet.
    EmptyFile,
    /// The beginning of an instruction.
    Instruction,
    /// The flags of RUN.
    RunFlag,
}

/// A text with places to fill in, as the protocol writes them.
pub(super) struct Snippet {
    pub(super) place: Place,
    /// What is typed to get it: it begins with the keyword or the dashes.
    pub(super) label: &'static str,
    pub(super) about: &'static str,
    pub(super) body: &'static str,
}

const fn snippet(place: Place, label: &'static str, about: &'static str, body: &'static str) -> Snippet {
    Snippet { place, label, about, body }
}

/// The snippets that fit a place.
pub(super) fn at(place: Place) -> impl Iterator<Item = &'static Snippet> {
    SNIPPETS.iter().filter(move |it| it.place == place)
}

use Place::{EmptyFile, Instruction, RunFlag};

#[rustfmt::skip]
const SNIPPETS: &[Snippet] = &[
    snippet(EmptyFile, "FROM … multi-stage build", "Builds in one stage and ships only the result.",
"FROM ${1:debian:bookworm-slim} AS build
WORKDIR /src
COPY . .
RUN ${2:make}

FROM ${3:debian:bookworm-slim}
COPY --from=build ${4:/src/app} ${5:/usr/local/bin/app}
USER ${6:1000:1000}
ENTRYPOINT [\"${5:/usr/local/bin/app}\"]
"),
    snippet(EmptyFile, "FROM … Node.js", "Dependencies in a layer of their own, which changes of the code leave alone.",
"FROM node:${1:24-slim} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run ${2:build}

FROM node:${1:24-slim}
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
COPY --from=build /app/${3:dist} ./${3:dist}
USER node
CMD [\"node\", \"${4:dist/index.js}\"]
"),
    snippet(EmptyFile, "FROM … Python", "Dependencies in a layer of their own, which changes of the code leave alone.",
"FROM python:${1:3.13-slim}
WORKDIR /app
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
COPY . .
USER ${2:1000:1000}
CMD [\"python\", \"-m\", \"${3:app}\"]
"),
    snippet(EmptyFile, "FROM … Go", "A static program in an empty image.",
"FROM golang:${1:1.26} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ENV CGO_ENABLED=0
RUN --mount=type=cache,target=/go/pkg/mod \\
    --mount=type=cache,target=/root/.cache/go-build \\
    go build -o /out/app ${2:.}

FROM scratch
COPY --from=build /out/app /app
USER 1000:1000
ENTRYPOINT [\"/app\"]
"),
    snippet(EmptyFile, "FROM … Rust", "Cargo's folders in caches that outlive the build.",
"FROM rust:${1:1.88} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \\
    --mount=type=cache,target=/src/target \\
    cargo build --release --locked && cp target/release/${2:app} /usr/local/bin/app

FROM debian:bookworm-slim
COPY --from=build /usr/local/bin/app /usr/local/bin/app
USER 1000:1000
ENTRYPOINT [\"/usr/local/bin/app\"]
"),
    snippet(Instruction, "FROM … AS", "Begins a stage with a name.", "FROM ${1:debian:bookworm-slim} AS ${2:name}"),
    snippet(Instruction, "COPY --from", "Copies from another stage or image.", "COPY --from=${1:build} ${2:/src} ${3:/dest}"),
    snippet(Instruction, "RUN <<EOF", "A script of several lines.", "RUN <<EOF\nset -e\n$1\nEOF"),
    snippet(Instruction, "RUN apt-get", "Packages of Debian or Ubuntu, with apt's folders in caches.",
"RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    --mount=type=cache,target=/var/lib/apt,sharing=locked \\
    rm -f /etc/apt/apt.conf.d/docker-clean \\
    && apt-get update \\
    && apt-get install -y --no-install-recommends ${1:ca-certificates}"),
    snippet(Instruction, "RUN apk", "Packages of Alpine.", "RUN apk add --no-cache ${1:ca-certificates}"),
    snippet(Instruction, "RUN npm ci", "npm with its folder in a cache.",
        "RUN --mount=type=cache,target=/root/.npm npm ci"),
    snippet(Instruction, "RUN pip install", "pip with its folder in a cache.",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install -r ${1:requirements.txt}"),
    snippet(Instruction, "RUN go mod download", "Go's modules in a cache.",
        "RUN --mount=type=cache,target=/go/pkg/mod go mod download"),
    snippet(Instruction, "HEALTHCHECK … CMD", "How to tell whether the container works.",
"HEALTHCHECK --interval=${1:30s} --timeout=${2:5s} --start-period=${3:10s} --retries=${4:3} \\
    CMD [\"${5:curl}\", \"${6:-fsS}\", \"${7:http://localhost:8080/}\"]"),
    snippet(Instruction, "LABEL org.opencontainers", "The labels that registries and bots read.",
"LABEL org.opencontainers.image.title=\"${1:name}\" \\
      org.opencontainers.image.source=\"${2:https://example.com/repository}\" \\
      org.opencontainers.image.licenses=\"${3:Apache-2.0}\""),
    snippet(Instruction, "ENTRYPOINT [ ]", "Exec form: signals reach the program.", "ENTRYPOINT [\"${1:program}\"]"),
    snippet(Instruction, "CMD [ ]", "Exec form: no shell in between.", "CMD [\"${1:program}\", \"${2:argument}\"]"),
    snippet(Instruction, "SHELL … pipefail", "Fails where any command of a pipe fails.",
        "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]"),
    snippet(RunFlag, "--mount=type=cache", "A folder that outlives the build.",
        "--mount=type=cache,target=${1:/root/.cache}"),
    snippet(RunFlag, "--mount=type=bind", "Files of the context or a stage, without a layer of their own.",
        "--mount=type=bind,source=${1:.},target=${2:/src}"),
    snippet(RunFlag, "--mount=type=secret", "A secret that stays out of the image.",
        "--mount=type=secret,id=${1:token}"),
    snippet(RunFlag, "--mount=type=ssh", "The SSH agent's socket.", "--mount=type=ssh"),
    snippet(RunFlag, "--mount=type=tmpfs", "Memory in place of a folder.", "--mount=type=tmpfs,target=${1:/tmp}"),
];

#[cfg(test)]
mod tests {
    use regex_lite::Regex;

    use super::*;
    use crate::config::Config;
    use crate::diagnostic::Severity;
    use crate::lint::{FileKind, Input, lint};
    use crate::text::{Source, Sources};

    /// An image of which nothing is known.
    const STAGE: &str = "FROM registry.example.com/base:1";

    /// The snippet as it stands when nothing is filled in.
    fn unfilled(body: &str) -> String {
        let place = Regex::new(r"\$\{\d+:([^}]*)\}|\$\d+").expect("a pattern");
        place.replace_all(body, "$1").into_owned()
    }

    #[test]
    fn what_snippets_write_builds_and_is_not_warned_of() {
        for snippet in SNIPPETS {
            let body = unfilled(snippet.body);
            let text = match snippet.place {
                EmptyFile => body.clone(),
                Instruction if body.starts_with("FROM") => format!("{body}\n"),
                Instruction => format!("{STAGE} AS build\n{STAGE}\nWORKDIR /app\n{body}\nUSER 1000\n"),
                RunFlag => format!("{STAGE}\nRUN {body} true\nUSER 1000\n"),
            };
            let mut sources = Sources::default();
            let file = sources.add(Source::new("Dockerfile", text.as_str()));
            let config = Config::default();
            let found = lint(&Input::new(&sources, file, FileKind::Dockerfile, &config));
            let grave: Vec<_> = found.iter().filter(|it| it.severity >= Severity::Warning).collect();
            assert!(grave.is_empty(), "{}: {grave:#?}", snippet.label);
        }
    }
}
