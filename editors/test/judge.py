"""judge.py EDITOR: whether what the editor showed of ./Dockerfile, in ./found.json, is what a person should get."""

import json
import sys


def neovim(found):
    assert "copy-before-install" in found["rules"]
    assert found["filetype"] == "dockerfile" and found["after_edit"] > 0
    assert found["hover"] != "none" and found["actions"] > 0
    assert found["refactorings"] > 0
    assert "--mount=" in found["completion"] and all(it.startswith("--moun") for it in found["completion"])
    assert any("of all steps hit in 2 builds" in title for title in found["lenses"])
    assert found["fixed"].endswith("EXPOSE 80")
    assert found["first_line"] == "FROM node:22 AS deps"
    assert found["exit"] == 0


def neovim_011(found):
    assert "copy-before-install" in found["rules"] and found["encoding"] == "utf-8"
    assert "hit 0 %" in found["hints"] and "hit 100 %" in found["hints"]
    # Neovim writes hints and lenses on one line: what a step hits is said once.
    assert found["lenses"] == [f"{share(found['hints'])} % of all steps hit in 2 builds"]
    assert any(title.startswith("copy the manifests, run `npm install`") for title in found["actions"])
    assert "explain copy-before-install" in found["actions"]
    assert found["completion"] == ["base"]
    assert found["first_line"] == "FROM node:22 AS base"
    saved = found["saved"]
    assert saved[0] == "FROM node:22 AS base" and saved[6].startswith("COPY --from=base ") and saved[-1] == "EXPOSE 80"
    assert (found["exit"], found["notices"], found["log"]) == (0, [], [])


def share(hints):
    rates = [int(hint.split()[1]) for hint in hints]
    return sum(rates) // len(rates)


def emacs(found):
    assert any("copy-before-install" in text and "npm install" in text for text in found["texts"])
    assert found["saved"].startswith("FROM node:22 AS deps\n") and found["saved"].endswith("EXPOSE 80\n")
    is_renamed(found["renamed"])


def vim(found):
    assert "copy-before-install" in found["rules"]
    is_renamed(found["renamed"])


def is_renamed(text):
    assert text.startswith("FROM node:22 AS base\n") and "COPY --from=base " in text and "deps" not in text


editor = sys.argv[1]
found = json.loads(open("found.json", encoding="utf-8").read().strip().splitlines()[-1])
print(json.dumps(found, ensure_ascii=False))
{"neovim": neovim, "neovim-0.11": neovim_011, "emacs": emacs, "lsp-mode": emacs, "vim-ale": vim}[editor](found)
print(f"{editor}: as expected")
