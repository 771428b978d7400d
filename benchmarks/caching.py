"""The section of benchmarks/run about the cache: hits, misses and hit ratios."""

import sys

from harness import FREE, HERE, PROGRAMS, Bench, python_of, run_json
from rows import Costs, Row, compared, values

POLICIES = ("LRU", "LFU", "S3-FIFO", "SIEVE", "W-TinyLFU")


def _calls(bench: Bench) -> Costs:
    bench.server.pin(FREE["server"])
    costs: Costs = {}
    for who in ("llmgate", "dict", "litellm"):
        if who != "dict" and who not in bench.clients:
            continue
        python = sys.executable if who == "dict" else python_of(who)
        command = [python, HERE / "cached_calls.py", "--json", who, bench.server.url()]
        costs[who] = run_json([*command, str(bench.rounds)])["rounds"]
    return costs


def _traces(found: list[dict[str, float]]) -> list[Row]:
    worst = max(found, key=lambda trace: max(trace[name] for name in POLICIES) - trace["llmgate"])
    behind = 100 * (max(worst[name] for name in POLICIES) - worst["llmgate"])
    what = (
        f"hit ratio behind the best policy, worst of {len(found)} traces "
        f"(exponent {worst['exponent']}, repeats {worst['repeats']}, {worst['megabytes']} MB)"
    )
    ratios = {name: 100 * worst[name] for name in POLICIES}
    return [Row(what, "points", behind, "<= 5 points", ratios, ratio=behind).judge()]


def cache(bench: Bench) -> list[Row]:
    costs = _calls(bench)
    memory = run_json([PROGRAMS / "cache_memory", *(["--quick"] if bench.rounds < 7 else [])])
    for cost in costs["llmgate"]:
        cost["long_hit"] = cost["large_us"] * 1000 / memory["long_limit_ns"]
    what = "a hit through completion()"
    rows = [
        values(costs, "small_us", f"{what}, 250 B", "us", "<= 5 us"),
        compared(costs, "small_us", f"{what}, 250 B", "us", "<= 1x", "dict"),
        values(costs, "large_us", f"{what}, 100 KB", "us"),
        values(costs, "long_hit", f"{what}, 100 KB, over hash and compare", "x", "<= 3x limit"),
        values(costs, "threads", "hits of 8 threads over one", "x"),
        values(costs, "miss", "a call that misses over one without a cache", "x", "<= 1.02x"),
    ]
    if "litellm" in costs:
        rows.insert(
            2, compared(costs, "small_us", f"{what}, 250 B", "us", ">= 100x", "litellm", True)
        )
    ratio = memory["long_hit_ns"] / memory["long_limit_ns"]
    hit = memory["hit_ns"]
    rows += [
        Row("a hit in the core, among a million", "ns", hit, "<= 500 ns", ratio=hit).judge(),
        Row(
            *("a hit in the core, 100 KB", "ns", memory["long_hit_ns"], "<= 3x limit"),
            limit=memory["long_limit_ns"],
            ratio=ratio,
        ).judge(),
        Row("look-ups and store of a miss in the core, 250 B", "ns", memory["miss_ns"]),
    ]
    return [*rows, *_traces(memory["traces"])]
