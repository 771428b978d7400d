"""One peer in a process of its own: reads orders as JSON lines, answers with what they cost.

    client.py PEER BASE_URL

Orders: {"do": "sync", "n": 100, "model"?: ...}, {"do": "routed", "n": 100} through a Router,
{"do": "async", "n": 100, "inflight": 16}, {"do": "stream" | "stream_async", "url": ..., "chunks":
500, "streams": 1}, and with a file that
holds a request: {"do": "translate", "n": 10, "file": ..., "source": "openai", "to": "gemini"}, from
bytes to bytes with "bytes": true, {"do": "context", "n": 10, "file": ..., "to": "gemini"}, {"do":
"json", "n": 10, "file": ...}. CPU is of the whole process with all its threads. Ends when its
standard input closes.
"""

import contextlib
import gc
import importlib
import importlib.metadata
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _cpu_us() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


def _cost(run: Callable[[], None], count: int) -> dict[str, float]:
    gc.collect()
    cpu, wall = _cpu_us(), time.perf_counter()
    run()
    wall_us, cpu_us = (time.perf_counter() - wall) * 1e6, _cpu_us() - cpu
    return {
        "count": count,
        "wall_us": wall_us / count,
        "cpu_us": cpu_us / count,
        "per_second": count / wall_us * 1e6,
    }


def _streams(once: Callable[[str], int], order: dict[str, Any]) -> None:
    for _ in range(order["streams"]):
        seen = once(order["url"])
        if seen != order["chunks"]:
            raise RuntimeError(f"{seen} of {order['chunks']} chunks arrived")


def _per_request(one: Callable[[Any], Any], order: dict[str, Any]) -> dict[str, float]:
    """What `one` costs on a request of its own each time: some change what they are given."""
    text = Path(order["file"]).read_bytes()
    one(json.loads(text))  # warms up
    requests = [json.loads(text) for _ in range(order["n"])]
    cost = _cost(lambda: [one(request) for request in requests], order["n"])
    return {**cost, "us": cost["wall_us"]}


def _with_json(one: Callable[[Any], Any], order: dict[str, Any]) -> dict[str, float]:
    """The same from bytes to bytes, with the standard library's reading and writing."""
    text = Path(order["file"]).read_bytes()

    def run() -> None:
        for _ in range(order["n"]):
            json.dumps(one(json.loads(text)), default=str)

    cost = _cost(run, order["n"])
    return {**cost, "us": cost["wall_us"]}


def _obey(peer: Any, order: dict[str, Any]) -> dict[str, Any]:
    what = order["do"]
    if what == "json":
        return _with_json(lambda body: body, order)
    function = getattr(peer, {"async": "async_"}.get(what, what), None)
    if function is None:
        return {"missing": f"{peer.PACKAGE} has no {what}"}
    if what == "sync":
        more = {"model": order["model"]} if "model" in order else {}
        return _cost(lambda: function(order["n"], **more), order["n"])
    if what == "routed":
        return _cost(lambda: function(order["n"]), order["n"])
    if what == "translate":
        measure = _with_json if order.get("bytes") else _per_request
        return measure(lambda body: function(order["source"], order["to"], body), order)
    if what == "context":
        return _per_request(lambda body: function(order["to"], body), order)
    if what == "async":
        return _cost(lambda: function(order["n"], order["inflight"]), order["n"])
    return _cost(lambda: _streams(function, order), order["chunks"] * order["streams"])


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a peer prints, from Python or below, is not an answer
    try:
        peer = importlib.import_module(f"peer_{sys.argv[1]}")
        peer.connect(sys.argv[2])
        version = importlib.metadata.version(peer.PACKAGE)
        print(json.dumps({"version": version}), file=answers, flush=True)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answers, flush=True)
        return
    for line in sys.stdin:
        try:
            answer = _obey(peer, json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
