#!/usr/bin/env python3
"""What `import llmgate` costs over a bare interpreter, in time and memory, beside its peers.

    benchmarks/imports.py [--json] [ROUNDS]

Every import is a fresh process with compiled modules; the bare interpreter of the same environment
runs beside it in every round and is taken off.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from harness import CORES, clean_environment, pin, python_of

MODULES = {
    "llmgate": "llmgate",
    "openai": "openai",
    "litellm": "litellm",
    "tensorzero": "tensorzero",
    "any_llm": "any_llm",
    "aiohttp": "aiohttp",
}
RESIDENT = "print(next(l for l in open('/proc/self/status') if l.startswith('VmRSS')).split()[1])"


def one_process(python: Path, statement: str) -> tuple[float, float]:
    """Milliseconds from start to end, and MB resident after the statement."""
    began = time.perf_counter()
    done = subprocess.run(
        [python, "-c", f"{statement}; {RESIDENT}"],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=clean_environment() | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
    )
    ms = (time.perf_counter() - began) * 1e3
    return ms, int(done.stdout.split()[-1]) / 1024


def measure(rounds: int) -> dict[str, dict[str, float]]:
    present = [who for who in MODULES if python_of(who).exists()]
    extra: dict[str, list[tuple[float, float]]] = {who: [] for who in present}
    for number in range(rounds + 1):
        for who in present:
            bare = one_process(python_of(who), "pass")
            loaded = one_process(python_of(who), f"import {MODULES[who]}")
            if number > 0:  # the first one compiles
                extra[who].append((loaded[0] - bare[0], loaded[1] - bare[1]))
    return {
        who: {
            "ms": statistics.median(ms for ms, _ in pairs),
            "mb": statistics.median(mb for _, mb in pairs),
        }
        for who, pairs in extra.items()
    }


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--json"]
    pin(os.getpid(), {CORES[0]})
    found = measure(int(words[0]) if words else 11)
    if "--json" in sys.argv:
        print(json.dumps(found))
        return
    for who, cost in found.items():
        print(f"import {MODULES[who]:12} {cost['ms']:8.1f} ms {cost['mb']:8.1f} MB")


if __name__ == "__main__":
    main()
