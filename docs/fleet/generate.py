#!/usr/bin/env python3
"""Makes an organisation: 2,000 Dockerfiles in 400 repositories and 200 images as `docker save` archives.

The same arguments give the same bytes. Nothing but Python's own library is needed.
"""
import hashlib
import io
import json
import random
import sys
import tarfile
from pathlib import Path

BASES = {
    "node": ("node:{}", ["18", "20-slim", "22-slim", "latest"], "package.json", "npm ci", 'CMD ["node", "server.js"]'),
    "python": ("python:{}", ["3.11", "3.12-slim", "3.13-slim"], "requirements.txt", "pip install -r requirements.txt", "CMD python main.py"),
    "go": ("golang:{}", ["1.22", "1.24-alpine"], "go.mod", "go mod download", 'ENTRYPOINT ["/app/service"]'),
    "java": ("eclipse-temurin:{}", ["17-jdk", "21-jre"], "pom.xml", "mvn -B dependency:go-offline", 'ENTRYPOINT ["java", "-jar", "app.jar"]'),
    "debian": ("debian:{}", ["12", "bookworm-slim", "latest"], "app.conf", "make install", "CMD /usr/bin/app"),
}


def dockerfile(rng):
    """One of many habits: some good, some costly."""
    kind = rng.choice(sorted(BASES))
    image, tags, manifest, install, command = BASES[kind]
    lines = ["FROM " + image.format(rng.choice(tags))]
    if rng.random() < 0.85:
        lines.append("WORKDIR /app")
    if rng.random() < 0.4:
        tail = " && rm -rf /var/lib/apt/lists/*" if rng.random() < 0.5 else ""
        lines.append(f"RUN apt-get update && apt-get install -y --no-install-recommends curl{tail}")
    if rng.random() < 0.05:
        lines.append("ENV API_TOKEN=change-me")
    if rng.random() < 0.5:
        lines += [f"COPY {manifest} ./", f"RUN {install}", "COPY . ."]
    else:
        lines += ["COPY . .", f"RUN {install}"]
    if rng.random() < 0.1:
        lines.append("RUN cd /tmp; curl -s https://example.com/tool.tgz | tar xz")
    if rng.random() < 0.3:
        lines.append("USER 1000")
    lines.append(command)
    return "\n".join(lines) + "\n", manifest


def repositories(root, count, rng):
    for at in range(count):
        text, manifest = dockerfile(rng)
        folder = root / f"team-{at % 20:02}" / f"repo-{at % 400:03}" / f"service-{at // 400}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Dockerfile").write_text(text)
        (folder / manifest).write_text("{}\n" if manifest.endswith(".json") else "")
        (folder / "src").mkdir(exist_ok=True)
        (folder / "src" / "main").write_text("main\n")
        if manifest == "package.json":
            (folder / "package-lock.json").write_text("{}\n")


def layer(files):
    """A layer's tar of {path: bytes or None for a whiteout}."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, data in sorted(files.items()):
            folder, _, name = path.rpartition("/")
            info = tarfile.TarInfo(f"{folder}/.wh.{name}" if data is None else path)
            info.size = len(data or b"")
            info.mtime = 1_700_000_000
            tar.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


def image(path, name, layers):
    diff_ids = ["sha256:" + hashlib.sha256(tar).hexdigest() for _, tar in layers]
    config = {
        "architecture": "amd64", "os": "linux", "created": "2026-01-01T00:00:00Z",
        "config": {"User": "", "Cmd": ["/app/run"]},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created": "2026-01-01T00:00:00Z", "created_by": by} for by, _ in layers],
    }
    blob = json.dumps(config, sort_keys=True).encode()
    names = [f"{it[7:]}/layer.tar" for it in diff_ids]
    manifest = [{"Config": hashlib.sha256(blob).hexdigest() + ".json", "RepoTags": [name], "Layers": names}]
    members = {manifest[0]["Config"]: blob, "manifest.json": json.dumps(manifest).encode()}
    members.update({it: tar for it, (_, tar) in zip(names, layers)})
    with tarfile.open(path, "w") as tar:
        for member, data in members.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def images(root, count, rng):
    """Images of ten base images, so that most layers are shared."""
    root.mkdir(parents=True, exist_ok=True)
    bases = []
    for at in range(10):
        files = {f"usr/lib/base-{at}/{file:03}.so": rng.randbytes(20_000) for file in range(100)}
        bases.append((f"/bin/sh -c #(nop) ADD file:base-{at} in / ", layer(files)))
    for at in range(count):
        own = [bases[at % len(bases)]]
        packages = {f"usr/share/pkg/{file:02}": rng.randbytes(10_000) for file in range(20)}
        if rng.random() < 0.5:
            packages["var/cache/apt/pkgcache.bin"] = rng.randbytes(300_000)
        own.append(("RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit", layer(packages)))
        app = {f"app/{file:02}.js": rng.randbytes(5_000) for file in range(10)}
        app["app/build.tar"] = rng.randbytes(400_000)
        own.append(("COPY . /app # buildkit", layer(app)))
        if rng.random() < 0.6:
            own.append(("RUN /bin/sh -c rm /app/build.tar # buildkit", layer({"app/build.tar": None})))
        image(root / f"image-{at:03}.tar", f"registry.example.com/app-{at:03}:1", own)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "fleet")
    rng = random.Random(1)
    repositories(root / "repos", 2000, rng)
    images(root / "images", 200, rng)


if __name__ == "__main__":
    main()
