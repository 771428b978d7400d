#!/usr/bin/env python3
"""How many attempts a second Router.simulate() plays, in each of its named scenarios.

    benchmarks/simulating.py [--json]

Three deployments in order, 2,000 calls a second for a minute of virtual time; CPU time of the
process. Prints millions of attempts a second by scenario.
"""

import json
import sys
import time

import llmgate

SCENARIOS = ("outage", "brown_out", "fast_429", "slow_one", "thundering_restart", "everything")
CALLS_PER_SECOND = 2000
MODELS = ["ollama/llama3.3", "lm_studio/qwen3", "vllm/phi-4"]


def millions_per_second(router: llmgate.Router, scenario: str) -> float:
    began = time.process_time()
    result = router.simulate(scenario, seed=1, calls_per_second=CALLS_PER_SECOND, seconds=60)
    taken = time.process_time() - began
    return sum(deployment.attempts for deployment in result.deployments) / taken / 1e6


def main() -> None:
    router = llmgate.Router({"chat": MODELS})
    speeds = {scenario: millions_per_second(router, scenario) for scenario in SCENARIOS}
    if sys.argv[1:] == ["--json"]:
        print(json.dumps(speeds))
        return
    for scenario, speed in speeds.items():
        print(f"{scenario:20} {speed:.2f} million attempts a second")


if __name__ == "__main__":
    main()
