# syntax=docker/dockerfile:1
# cachalot as an image: docker run --rm -v "$PWD:/work:ro" ghcr.io/cachalot-lint/cachalot lint .
#
FROM rust:1.95-alpine AS build
WORKDIR /src

# The dependencies, compiled with empty sources: this layer holds as long as the manifests do.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src tests/conformance benches \
    && echo 'fn main() {}' | tee build.rs src/main.rs tests/rules.rs tests/refactor.rs tests/conformance/main.rs benches/image.rs \
        > benches/lint.rs \
    && touch src/lib.rs \
    && cargo build --release --locked

# Then the program. cargo goes by the files' times, and the empty ones are newer.
COPY build.rs ./
COPY rules rules
COPY src src
RUN touch build.rs src/lib.rs src/main.rs && cargo build --release --locked

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/target/release/cachalot /usr/bin/cachalot
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/usr/bin/cachalot"]
CMD ["lint", "."]
