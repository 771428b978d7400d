#!/usr/bin/env python3
"""Calls that a cache answers, and what a cache costs those that it does not.

    benchmarks/cached_calls.py --json WHO BASE_URL ROUNDS

WHO is llmgate, litellm (its local cache) or dict: a dict of answers by the SHA-256 of the request's
sorted JSON, which anyone would write first. Prints one JSON object: a cost per round.
"""

import contextlib
import hashlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

KEY = "sk-of-the-benchmark"
SMALL, LARGE = "x" * 200, "x" * 100_000
HITS = {"llmgate": (4000, 400), "dict": (4000, 400), "litellm": (100, 40)}
MISSES = 1500


def microseconds(call: Callable[[], Any], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - began) / count * 1e6


def ask_llmgate(url: str) -> Callable[..., Any]:
    import llmgate

    llmgate.cache = llmgate.Cache()

    def ask(prompt: str, **more: Any) -> Any:
        messages = [{"role": "user", "content": prompt}]
        return llmgate.completion("openai/m", messages, api_base=url, api_key=KEY, **more)

    return ask


def ask_litellm(url: str) -> Callable[..., Any]:
    import litellm

    litellm.cache = litellm.Cache(type="local")

    def ask(prompt: str) -> Any:
        messages = [{"role": "user", "content": prompt}]
        return litellm.completion("openai/m", messages, api_base=url, api_key=KEY, caching=True)

    return ask


def ask_dict(url: str) -> Callable[..., Any]:
    answers: dict[str, Any] = {}

    def ask(prompt: str) -> Any:
        request = {
            "model": "openai/m",
            "messages": [{"role": "user", "content": prompt}],
            "api_base": url,
            "api_key": KEY,
        }
        key = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
        if key not in answers:
            answers[key] = {"choices": [{"message": {"content": "x" * 500}}]}
        return answers[key]

    return ask


def cost_of_missing(ask: Callable[..., Any], number: int) -> dict[str, float]:
    """The same calls with the cache and without, turn about."""
    with_cache, without = [], []
    for i in range(MISSES):
        for times, more in ((with_cache, {}), (without, {"caching": None})):
            import llmgate

            kept = llmgate.cache
            if more:
                llmgate.cache = None
            began = time.perf_counter()
            ask(f"{number} {i} {'x' * 200}")
            times.append(time.perf_counter() - began)
            llmgate.cache = kept
    return {"miss": statistics.median(with_cache) / statistics.median(without)}


def threads_gain(ask: Callable[..., Any], count: int) -> float:
    from concurrent.futures import ThreadPoolExecutor

    alone = microseconds(lambda: ask(SMALL), count)
    with ThreadPoolExecutor(8) as pool:
        began = time.perf_counter()
        list(pool.map(lambda _: microseconds(lambda: ask(SMALL), count), range(8)))
        together = (time.perf_counter() - began) / (8 * count) * 1e6
    return alone / together


def measure(who: str, url: str, rounds: int) -> list[dict[str, float]]:
    ask = {"llmgate": ask_llmgate, "litellm": ask_litellm, "dict": ask_dict}[who](url)
    small, large = HITS[who]
    for prompt in (SMALL, LARGE):
        ask(prompt)
    found = []
    for number in range(rounds + 1):
        cost = {
            "small_us": microseconds(lambda: ask(SMALL), small),
            "large_us": microseconds(lambda: ask(LARGE), large),
        }
        if who == "llmgate":
            cost |= cost_of_missing(ask, number) | {"threads": threads_gain(ask, small)}
        if number > 0:  # the first one warms up
            found.append(cost)
    return found


def main() -> None:
    who, url, rounds = sys.argv[2:5]
    answers = os.fdopen(os.dup(1), "w")
    with contextlib.redirect_stdout(sys.stderr):
        print(json.dumps({"rounds": measure(who, url, int(rounds))}), file=answers, flush=True)


if __name__ == "__main__":
    main()
