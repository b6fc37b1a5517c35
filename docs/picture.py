#!/usr/bin/env python3
"""Draws docs/lint.svg, the README's picture of a terminal: python3 docs/picture.py [PROGRAM]. Needs `rich` from PyPI."""
import io
import re
import subprocess
import sys

from rich.console import Console
from rich.text import Text

program = sys.argv[1] if len(sys.argv) > 1 else "target/release/cachalot"
arguments = ["lint", "fixtures/projects/busted"]
shown = subprocess.run([program, *arguments, "--color", "always"], capture_output=True, text=True, check=False).stdout
console = Console(record=True, width=106, file=io.StringIO(), force_terminal=True)
console.print(Text.assemble(("$ ", "bold green"), "cachalot " + " ".join(arguments)))
console.print(Text.from_ansi(shown.rstrip()))
drawn = console.export_svg(title="cachalot", unique_id="lint")
# No fonts from elsewhere: the picture shows what the reader's machine has.
drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
drawn = drawn.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")
with open("docs/lint.svg", "w", encoding="utf-8") as file:
    file.write("\n".join(line.rstrip() for line in drawn.splitlines()) + "\n")
