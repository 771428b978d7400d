#!/usr/bin/env python3
"""Calls that a cache answers, and what a cache costs those that it does not.

    benchmarks/cached_calls.py --json WHO BASE_URL

WHO is llmgate, litellm (its local cache) or dict: a dict of answers by the SHA-256 of the request's
sorted JSON, which anyone would write first. For each line that it reads it measures one round and
prints what that cost, one JSON object; ends with its standard input.
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
WAITERS = 500


def microseconds(call: Callable[[], Any], count: int) -> float:
    """Of this thread's CPU: a hit waits for nobody, and what else runs is not counted."""
    began = time.thread_time()
    for _ in range(count):
        call()
    return (time.thread_time() - began) / count * 1e6


def ask_llmgate(url: str) -> Callable[..., Any]:
    import llmgate

    llmgate.cache = llmgate.Cache()

    def ask(prompt: str, **more: Any) -> Any:
        messages = [{"role": "user", "content": prompt}]
        return llmgate.completion("openai/m", messages, api_base=url, api_key=KEY, **more)

    return ask


def ask_litellm(url: str) -> Callable[..., Any]:
    import litellm
    from litellm.caching import caching_handler

    # This question about streams imports its proxy, whose packages the SDK does not require. Left
    # out, a hit costs a little less.
    caching_handler._should_defer_streaming_cache_hit_callbacks = lambda cached_result: False
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

    began = time.perf_counter()
    microseconds(lambda: ask(SMALL), count)
    alone = time.perf_counter() - began
    with ThreadPoolExecutor(8) as pool:
        began = time.perf_counter()
        list(pool.map(lambda _: microseconds(lambda: ask(SMALL), count), range(8)))
        together = (time.perf_counter() - began) / 8
    return alone / together


def cost_of_waiting(url: str) -> float:
    """Of a call that joins one in flight, from acompletion() to its answer, of process CPU."""
    import asyncio

    import llmgate

    async def main() -> float:
        messages = [{"role": "user", "content": SMALL}]
        began = time.process_time()
        await asyncio.gather(
            *(
                llmgate.acompletion(
                    "openai/m", messages, api_base=url, api_key=KEY, merge=True, caching=False
                )
                for _ in range(WAITERS)
            )
        )
        return (time.process_time() - began) / WAITERS * 1e6

    return asyncio.run(main())


def one_round(who: str, url: str, ask: Callable[..., Any], number: int) -> dict[str, float]:
    small, large = HITS[who]
    cost = {
        "small_us": microseconds(lambda: ask(SMALL), small),
        "large_us": microseconds(lambda: ask(LARGE), large),
    }
    if who == "llmgate":
        cost |= cost_of_missing(ask, number) | {"threads": threads_gain(ask, small)}
        cost["waiter_us"] = cost_of_waiting(url)
    return cost


def main() -> None:
    who, url = sys.argv[2:4]
    answers = os.fdopen(os.dup(1), "w")
    with contextlib.redirect_stdout(sys.stderr):
        ask = {"llmgate": ask_llmgate, "litellm": ask_litellm, "dict": ask_dict}[who](url)
        for prompt in (SMALL, LARGE):
            ask(prompt)
        for number, _ in enumerate(sys.stdin):
            print(json.dumps(one_round(who, url, ask, number)), file=answers, flush=True)


if __name__ == "__main__":
    main()
