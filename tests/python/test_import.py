"""What `import llmgate` costs and touches: measured in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import llmgate

# -S keeps site-packages' own start-up files out of the comparison.
PROBE = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
files = set(os.listdir("/proc/self/fd"))
{statement}
print(json.dumps({{
    "modules": sorted(set(sys.modules) - before),
    "descriptors": len(set(os.listdir("/proc/self/fd")) - files),
    "threads": len(os.listdir("/proc/self/task")),
}}))
"""
HEAVY = {"asyncio", "dataclasses", "inspect", "typing"}


def probe(statement: str) -> Any:
    """Modules loaded, descriptors opened and threads running after a statement."""
    home = Path(llmgate.__file__).parents[1]
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROBE.format(statement=statement), str(home)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(result.stdout)


def strangers(modules: list[str]) -> set[str]:
    """Top-level packages that are neither ours nor the standard library's."""
    return {name.split(".")[0] for name in modules} - sys.stdlib_module_names - {"llmgate"}


@pytest.fixture(scope="module")
def imported() -> Any:
    return probe("import llmgate")


def test_import_loads_no_third_party_package(imported: Any) -> None:
    assert "llmgate._core" in imported["modules"]
    assert strangers(imported["modules"]) == set()


def test_import_loads_no_heavy_module(imported: Any) -> None:
    assert HEAVY & set(imported["modules"]) == set()


def test_import_starts_no_thread_and_opens_no_descriptor(imported: Any) -> None:
    assert (imported["threads"], imported["descriptors"]) == (1, 0)


def test_the_probe_sees_modules_threads_and_descriptors() -> None:
    seen = probe(
        "import asyncio, inspect, dataclasses, typing, threading, pytest\n"
        "kept = open('/dev/null')\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    assert set(seen["modules"]) >= HEAVY
    assert "pytest" in strangers(seen["modules"])
    assert (seen["threads"], seen["descriptors"]) == (2, 1)
