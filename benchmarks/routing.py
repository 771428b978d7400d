"""The section of benchmarks/run about the Router: a decision, a routed call beside a plain one and
beside LiteLLM's Router, how soon the next provider is asked after an error, and simulations.
"""

from typing import Any

from harness import APART, FREE, HERE, PROGRAMS, TOGETHER, Bench, python_of, run_json
from rows import Costs, Row, compared, values

CALLS = 4000  # of one round
LITELLM_CALLS = 80
DECISIONS = 200_000
FAILOVERS = 500


def _decisions(bench: Bench) -> list[Row]:
    rounds = []
    for _ in range(bench.rounds):
        each = run_json([PROGRAMS / "router_decision", str(DECISIONS)], FREE["client"])
        rounds.append({"ns": max(each.values()), **each})
    what = "a Router's decision over 20 deployments"
    costs: Costs = {"llmgate": rounds}
    rows = [values(costs, "ns", f"{what}, the slowest strategy", "ns", "<= 500 ns")]
    rows += [values(costs, name, f"{what}, {name}", "ns") for name in rounds[0] if name != "ns"]
    count, _ = run_json([HERE / "check_instructions", "--json"])["decision"]
    rows.append(Row(f"{what}, lowest_latency", "instructions", count))
    return rows


def _calls(bench: Bench) -> list[Row]:
    rows = []
    what = "routed completion() over 20 deployments"
    for name, place in (("together", TOGETHER), ("apart", APART)):
        runs = {
            "llmgate": bench.ordered(place, "llmgate", do="routed", n=CALLS),
            "plain": bench.ordered(place, "llmgate", do="sync", n=CALLS),
        }
        costs = bench.interleave(place, runs)
        rows.append(compared(costs, "wall_us", f"{what}, {name}, wall", "us", "<= 1.1x", "plain"))
    runs = {"llmgate": bench.ordered(FREE, "llmgate", do="routed", n=CALLS)}
    if "litellm" in bench.clients:
        runs["litellm"] = bench.ordered(FREE, "litellm", do="routed", n=LITELLM_CALLS)
    costs = bench.interleave(FREE, runs)
    title = f"{what}, two cores, CPU"
    rows.append(compared(costs, "cpu_us", title, "us", ">= 40x", "litellm", True))
    return rows


def _failover(bench: Bench) -> list[Row]:
    command: list[Any] = [python_of("llmgate"), HERE / "failover.py", str(FAILOVERS)]
    costs: Costs = {"llmgate": [run_json(command) for _ in range(bench.rounds)]}
    what = "from an error to the next provider's first byte"
    return [
        values(costs, "p50_ms", f"{what}, p50", "ms"),
        values(costs, "p99_ms", f"{what}, p99", "ms", "<= 5 ms"),
    ]


def _simulations(bench: Bench) -> list[Row]:
    command: list[Any] = [python_of("llmgate"), HERE / "simulating.py", "--json"]
    rounds = [run_json(command) for _ in range(bench.rounds)]
    costs: Costs = {"llmgate": [{**speeds, "slowest": min(speeds.values())} for speeds in rounds]}
    what = "simulated attempts, millions a second of CPU"
    return [
        values(costs, "outage", f"{what}, an outage", "M/s", ">= 1"),
        values(costs, "slowest", f"{what}, the slowest scenario", "M/s"),
    ]


def router(bench: Bench) -> list[Row]:
    return [*_decisions(bench), *_calls(bench), *_failover(bench), *_simulations(bench)]
