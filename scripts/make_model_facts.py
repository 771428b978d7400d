#!/usr/bin/env python3
"""Makes the table of facts about models from the packages that publish them.

    scripts/make_model_facts.py PACKAGE...

Each PACKAGE is a wheel that scripts/model_fact_sources.json lists with its SHA-256 (`pip download
--no-deps genai-prices==VERSION litellm==VERSION`); both are needed, and nothing in them is run.
Prices are those of genai-prices; context windows, output limits, abilities, modalities and what
genai-prices has no price for come from LiteLLM's table. Writes python/llmgate/data/model_facts/,
and the names of both sources for the tests.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import model_fact_sources as sources
from model_fact_rows import Table

ROOT = Path(__file__).resolve().parent.parent
NAMES = ROOT / "tests" / "fixtures" / "model_names.tsv"
OUTPUT = ROOT / "python" / "llmgate" / "data" / "model_facts"
LISTED = json.loads((ROOT / "scripts" / "model_fact_sources.json").read_text())


def packages(paths: list[Path]) -> dict[str, str]:
    """Name of a package and the text of its data, each wheel checked."""
    found = {}
    for path in paths:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        for name, package in LISTED["packages"].items():
            if package["sha256"] == digest:
                with zipfile.ZipFile(path) as wheel:
                    found[name] = wheel.read(package["file"]).decode()
    if missing := set(LISTED["packages"]) - set(found):
        raise SystemExit(f"no wheel with the listed SHA-256 of: {', '.join(sorted(missing))}")
    return found


def checksum(body: bytes) -> str:
    """Two running sums over words of eight bytes, which the core makes in a fraction of 1 ms."""
    words = memoryview(body + bytes(-len(body) % 8)).cast("Q")
    sums = list(itertools.accumulate(words))
    return f"{sums[-1] % 2**64:016x}{sum(sums) % 2**64:016x}"


def header() -> dict[str, Any]:
    kept = ("version", "date", "licence", "url")
    rows = {name: {key: row[key] for key in kept} for name, row in LISTED["packages"].items()}
    return {"sources": rows}


def main() -> int:
    found = packages([Path(argument) for argument in sys.argv[1:]])
    table = Table(LISTED["providers"], LISTED["date"])
    table.add_genai(sources.genai_providers(found["genai-prices"]))
    table.add_litellm(sources.litellm_table(found["litellm"]))
    body = "".join(
        f"{key}\t{value}\n" for key, value in sorted(table.lines(), key=lambda row: row[0].encode())
    )
    first = {"llmgate_model_facts": 1, "date": LISTED["date"], "bytes": len(body.encode())}
    first |= {"checksum": checksum(body.encode())} | header()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(first, separators=(",", ":")) + "\n" + body
    (OUTPUT / "model_facts.table").write_text(text)
    NAMES.write_text("".join(f"{name}\t{key}\n" for name, key in sorted(table.names.items())))
    print(f"{body.count(chr(10))} lines, {len(text) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
