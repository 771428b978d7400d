#!/usr/bin/env python3
"""Sync calls from eight threads beside one: what waiting without the GIL gains.

    benchmarks/threads.py [--json] [PEER [BASE_URL [ROUNDS]]]

Rounds alternate between one thread and eight in the same process. CALLS is small for slow peers.
"""

import importlib
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
THREADS = 8
CALLS = {"llmgate": 8000, "tensorzero": 1600}  # per measurement, by all threads together; else 320


def per_second(peer: Any, calls: int, threads: int) -> float:
    workers = [threading.Thread(target=peer.sync, args=(calls // threads,)) for _ in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return calls / (time.perf_counter() - began)


def measure(name: str, url: str, rounds: int) -> dict[str, Any]:
    sys.path.insert(0, str(HERE / "peers"))
    peer = importlib.import_module(f"peer_{name}")
    peer.connect(url)
    calls = CALLS.get(name, 320)
    found = []
    for number in range(rounds + 1):
        one, many = per_second(peer, calls, 1), per_second(peer, calls, THREADS)
        if number > 0:
            found.append({"speedup": many / one, "per_second": many, "one_per_second": one})
    return {"rounds": found}


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--json"]
    name = words[0] if words else "llmgate"
    if len(words) > 1:
        answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # peers that log to standard output
        print(json.dumps(measure(name, words[1], int(words[2]))), file=answers, flush=True)
        return
    from harness import python_of, run_json, upstream

    with upstream() as server:
        found = run_json([python_of(name), __file__, "--json", name, server.url(), "7"])
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
