#!/usr/bin/env python3
"""Holds `cachalot lint` against hadolint on real Dockerfiles, per code and instruction.

    benches/hadolint.py FOLDER [CODE]     every file in FOLDER is linted as a Dockerfile

With CODE, the places where only one of the two reports it. HADOLINT and CACHALOT name the programs.
hadolint runs with all its rules, cachalot with all its own; severities are compared under
`--preset hadolint`. A finding is counted once per instruction, because hadolint knows only the line
an instruction begins on. docs/hadolint.md explains what is left.
"""
import collections
import json
import os
import re
import subprocess
import sys

FOLDER = os.path.abspath(sys.argv[1])
HADOLINT = os.environ.get("HADOLINT", "hadolint")
CACHALOT = os.environ.get("CACHALOT", os.path.join(os.path.dirname(__file__), "../target/release/cachalot"))
CODE = re.compile(r"(DL|SC)\d{4}$")


def chunks(files, size=50):
    return (files[at : at + size] for at in range(0, len(files), size))


def hadolint(files):
    """(file, line) -> severity, per code."""
    found = collections.defaultdict(dict)
    for some in chunks(files):
        command = [HADOLINT, "--no-fail", "-t", "style", "--info", "DL1001", "--info", "DL3057", "-f", "json", *some]
        out = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True).stdout
        for it in json.loads(out or "[]"):
            found[it["code"]][it["file"], it["line"]] = it["level"]
    return found


def cachalot(files, preset):
    found = collections.defaultdict(dict)
    for some in chunks(files):
        command = [CACHALOT, "lint", "--no-config", "--preset", preset, "--fail-on", "never", "--format", "json", *some]
        out = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True).stdout
        for it in json.loads(out)["diagnostics"]:
            for code in filter(CODE.match, [it["rule"], *it["aliases"]]):
                found[code][it["file"], it["line"]] = it["severity"]
    return found


def instruction_starts(name):
    """For each line, the first line of the instruction that it belongs to."""
    text = open(os.path.join(FOLDER, name), encoding="utf-8", errors="replace").read()
    starts, first, goes_on, waiting = {}, 1, False, []
    for number, line in enumerate(text.split("\n"), 1):
        if waiting:
            starts[number] = first
            if line.strip() == waiting[0]:
                waiting.pop(0)
            continue
        if not goes_on:
            first = number
        starts[number] = first
        stripped = line.strip()
        if goes_on and (not stripped or stripped.startswith("#")):
            continue
        if not stripped.startswith("#"):
            waiting += re.findall(r"<<-?[\"']?([A-Za-z_]\w*)", line)
            goes_on = line.rstrip().endswith(("\\", "`"))
            if goes_on:
                waiting.clear()
    return starts


def by_instruction(found, starts):
    return {(name, starts[name].get(line, line)) for name, line in found if name in starts}


def main():
    files = sorted(name for name in os.listdir(FOLDER) if os.path.isfile(os.path.join(FOLDER, name)))
    theirs, ours = hadolint(files), cachalot(files, "all")
    unread = {name for name, _ in theirs.pop("DL1000", {})}
    starts = {name: instruction_starts(name) for name in files if name not in unread}
    print(f"{len(files)} files, of which hadolint cannot read {len(unread)}")
    total = [0, 0, 0]
    for code in sorted(set(theirs) | set(ours)):
        if code == "DL1000":
            continue
        a, b = by_instruction(theirs[code], starts), by_instruction(ours[code], starts)
        counts = [len(a & b), len(a - b), len(b - a)]
        total = [x + y for x, y in zip(total, counts)]
        if len(sys.argv) > 2 and sys.argv[2] == code:
            for who, places in (("only hadolint", a - b), ("only cachalot", b - a)):
                for name, line in sorted(places):
                    print(f"{who}: {name}:{line}")
        elif len(sys.argv) == 2 and any(counts):
            print(f"{code} both {counts[0]} only hadolint {counts[1]} only cachalot {counts[2]}")
    print("all codes: both {} only hadolint {} only cachalot {}".format(*total))
    severities(files, theirs)


def severities(files, theirs):
    """Where both report a code at one line, the severities are equal."""
    preset, same, other = cachalot(files, "hadolint"), 0, collections.Counter()
    words = {"style": "hint"}
    for code, places in theirs.items():
        for place, level in places.items():
            mine = preset[code].get(place)
            if mine and not code.startswith("SC"):
                equal = mine == words.get(level, level)
                same += equal
                other[code, level, mine] += not equal
    print(f"severities under --preset hadolint: {same} equal, others: {dict(+other)}")


main()
