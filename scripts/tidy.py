"""Runs clang-tidy over every source in cpp/, two at a time, and remembers which are clean.

A source is checked again when its own text, that of any header of ours it includes, the list of
checks or its compile command has changed.

usage: tidy.py BUILD_DIR     the build whose compile_commands.json gives the flags
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CPP = ROOT / "cpp"
CLEAN = ROOT / "build" / "tidy-clean"
INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.MULTILINE)


@cache
def included_by(source: Path) -> frozenset[Path]:
    """The headers of ours that a file names itself."""
    names = INCLUDE.findall(source.read_text())
    return frozenset(path for name in names if (path := CPP / name).is_file())


def closure(source: Path) -> list[Path]:
    """A source and all headers of ours that it reads, sorted."""
    found, waiting = {source}, [source]
    while waiting:
        for header in included_by(waiting.pop()) - found:
            found.add(header)
            waiting.append(header)
    return sorted(found)


def fingerprint(source: Path, command: str, checks: bytes) -> str:
    digest = hashlib.sha256(checks + command.encode())
    for path in closure(source):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def tidy(source: Path, build: Path) -> str:
    """What clang-tidy finds in one source; empty when it is clean."""
    result = subprocess.run(
        ["clang-tidy-14", "--quiet", "-p", str(build), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if result.returncode == 0 else result.stdout or result.stderr


def main() -> int:
    build = Path(sys.argv[1]).resolve()
    checks = (ROOT / ".clang-tidy").read_bytes()
    commands = json.loads((build / "compile_commands.json").read_text())
    compiled = {Path(entry["file"]): entry["command"] for entry in commands}
    stamps = {
        source: CLEAN / fingerprint(source, command, checks)
        for source, command in compiled.items()
        if source.is_relative_to(CPP)
    }
    due = [source for source, stamp in stamps.items() if not stamp.exists()]
    CLEAN.mkdir(parents=True, exist_ok=True)
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        for source, findings in zip(due, pool.map(lambda s: tidy(s, build), due), strict=True):
            if findings:
                print(findings, end="")
                failed += 1
            else:
                stamps[source].touch()
    for stamp in set(CLEAN.iterdir()) - set(stamps.values()):
        stamp.unlink()
    if failed:
        print(f"clang-tidy: {failed} of {len(stamps)} sources have findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
