"""The section of benchmarks/run about the cache: hits, misses and hit ratios."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import FREE, HERE, PROGRAMS, Bench, clean_environment, python_of, run_json
from rows import Costs, Row, compared, values

POLICIES = ("LRU", "LFU", "S3-FIFO", "SIEVE", "W-TinyLFU")


@contextlib.contextmanager
def _caller(who: str, url: str) -> Iterator[subprocess.Popen[str]]:
    python = sys.executable if who == "dict" else python_of(who)
    process = subprocess.Popen(
        [python, HERE / "cached_calls.py", "--json", who, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=clean_environment(),
    )
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait(20)


def _round(process: subprocess.Popen[str]) -> dict[str, Any]:
    print("round", file=process.stdin, flush=True)
    cost: dict[str, Any] = json.loads(process.stdout.readline())
    return cost


def _calls(bench: Bench) -> Costs:
    names = [who for who in ("llmgate", "dict", "litellm") if who == "dict" or who in bench.clients]
    with contextlib.ExitStack() as stack:
        url = bench.server.url()
        callers = {who: stack.enter_context(_caller(who, url)) for who in names}
        return bench.interleave(
            FREE, {who: lambda caller=caller: _round(caller) for who, caller in callers.items()}
        )


@contextlib.contextmanager
def _redis(folder: str) -> Iterator[list[str]]:
    """The socket of a server of our own; nothing where none is installed."""
    server = shutil.which("redis-server")
    if server is None:
        yield []
        return
    socket = Path(folder) / "redis.sock"
    command = [server, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not socket.exists():
            time.sleep(0.01)
        yield [str(socket)]
    finally:
        process.kill()
        process.wait()


def _tiers(quick: list[str]) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, _redis(folder) as socket:
        found = run_json([PROGRAMS / "cache_tiers", folder, *socket, *quick])["rounds"]
    rows = []
    for tier, bare in (("disk", "sqlite"), ("redis", "hiredis")):
        costs = {
            who: [{"us": cost[f"{name}_us"]} for cost in found if f"{name}_us" in cost]
            for who, name in (("llmgate", tier), ("limit", bare))
        }
        rows.append(compared(costs, "us", f"a hit of the {tier} tier", "us", "<= 1.5x", "limit"))
    return rows


def _traces(found: list[dict[str, float]], shapes: str) -> list[Row]:
    worst = max(found, key=lambda trace: max(trace[name] for name in POLICIES) - trace["llmgate"])
    behind = 100 * (max(worst[name] for name in POLICIES) - worst["llmgate"])
    what = (
        f"hit ratio behind the best policy, worst of {len(found)} traces of {shapes} conversations "
        f"(exponent {worst['exponent']}, repeats {worst['repeats']}, {worst['megabytes']} MB)"
    )
    ratios = {name: 100 * worst[name] for name in POLICIES}
    return [Row(what, "points", behind, "<= 5 points", ratios, ratio=behind).judge()]


def cache(bench: Bench) -> list[Row]:
    costs = _calls(bench)
    quick = ["--quick"] if bench.rounds < 7 else []
    os.environ.setdefault("LLMGATE_TRAFFIC", str(HERE.parent.parent / "shared" / "traffic"))
    memory = run_json([PROGRAMS / "cache_memory", *quick])
    waiter = run_json([PROGRAMS / "merged_waiters"])["waiter_us"]
    for cost in costs["llmgate"]:
        cost["long_hit"] = cost["large_us"] * 1000 / memory["long_limit_ns"]
    what = "a hit through completion(), CPU"
    among = "a hundred thousand" if quick else "a million"
    rows = [
        values(costs, "small_us", f"{what}, 250 B", "us", "<= 5 us"),
        compared(costs, "small_us", f"{what}, 250 B", "us", "<= 1x", "dict"),
        values(costs, "large_us", f"{what}, 100 KB", "us"),
        values(costs, "long_hit", f"{what}, 100 KB, over hash and compare", "x", "<= 3x limit"),
        values(costs, "threads", "hits of 8 threads over one, with the GIL", "x"),
        values(costs, "miss", "a call that misses over one without a cache", "x", "<= 1.02x"),
    ]
    if "litellm" in costs:
        rows.insert(
            2, compared(costs, "small_us", f"{what}, 250 B", "us", ">= 100x", "litellm", True)
        )
    ratio = memory["long_hit_ns"] / memory["long_limit_ns"]
    hit = memory["hit_ns"]
    rows += [
        Row(
            *(f"a hit in the core, among {among}", "ns", hit, "<= 500 ns"),
            limit=memory["hit_limit_ns"],
            ratio=hit,
        ).judge(),
        Row("a hit in the core, among a thousand", "ns", memory["small_hit_ns"]),
        Row(
            *("hits in the core, two threads over one, by CPU", "x", memory["threads"], ">= 1.5x"),
            ratio=memory["threads"],
        ).judge(),
        Row(
            *("a hit in the core, 100 KB", "ns", memory["long_hit_ns"], "<= 3x limit"),
            limit=memory["long_limit_ns"],
            ratio=ratio,
        ).judge(),
        Row("look-ups and store of a miss in the core, 250 B", "ns", memory["miss_ns"]),
    ]
    rows += [
        Row(
            "a waiter on a merged call, in the core", "us", waiter, "<= 5 us", ratio=waiter
        ).judge(),
        values(costs, "waiter_us", "a waiter on a merged call, acompletion() to answer, CPU", "us"),
    ]
    return [*rows, *_tiers(quick), *_traces(memory["traces"], memory["shapes"])]
