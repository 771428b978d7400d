"""Strategies by name do what they say, and a callable of one's own is asked in their place."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from router_support import Three, server_of, three_providers, told

import llmgate
from llmgate.testing import Reply


@pytest.fixture
def three() -> Iterator[Three]:
    with three_providers() as providers:
        yield providers


def ask(router: llmgate.Router, **more: Any) -> Any:
    return router.completion("chat", "Hi", **more)


def servers(router: llmgate.Router, calls: int, **more: Any) -> list[str]:
    return [server_of(ask(router, **more)) for _ in range(calls)]


def test_round_robin_takes_turns(three: Three) -> None:
    first, second = (
        servers(three.balanced("round-robin"), 3),
        servers(three.balanced("round_robin"), 6),
    )
    assert sorted(first) == ["a", "b", "c"]
    assert second[:3] == second[3:]


def test_ordered_asks_the_first_as_long_as_it_is_well() -> None:
    with three_providers(a=["1", "2", Reply.error(500), "4"]) as three:
        assert servers(three.balanced("ordered"), 4) == ["a", "a", "b", "a"]


def test_weighted_keeps_the_shares(three: Three) -> None:
    router = llmgate.Router(
        [
            three.deployment("a", weight=8),
            three.deployment("b", weight=1),
            three.deployment("c", weight=1),
        ]
    )
    counts = Counter(servers(router, 200))
    # 160 +- 5.7 of 200: six deviations either way.
    assert 126 <= counts["a"] <= 194
    assert counts["b"]
    assert counts["c"]


def test_a_deployment_of_weight_zero_is_left_out(three: Three) -> None:
    router = llmgate.Router([three.deployment("a", weight=0), three.deployment("b", weight=1)])
    assert set(servers(router, 10)) == {"b"}


def test_lowest_cost_goes_by_the_prices_of_the_configuration(three: Three) -> None:
    prices = {"a": 5e-6, "b": 2e-6, "c": 7e-6}
    router = llmgate.Router(
        [
            three.deployment(name, input_cost_per_token=price, output_cost_per_token=price)
            for name, price in prices.items()
        ],
        routing_strategy="cost-based-routing",
    )
    assert set(servers(router, 6)) == {"b"}


def test_usage_goes_where_the_most_of_the_limits_is_left(three: Three) -> None:
    router = llmgate.Router(
        [
            three.deployment("a", rpm=100),
            three.deployment("b", rpm=4),
            three.deployment("c", rpm=4),
        ],
        routing_strategy="usage-based-routing-v2",
    )
    counts = Counter(servers(router, 20))
    assert counts["a"] >= 16
    assert counts["b"] <= 4
    assert counts["c"] <= 4


def test_lowest_latency_leaves_the_slow_one_after_it_has_seen_all() -> None:
    with three_providers(b=[Reply(text="late", delay=0.1)], c=[Reply.error(500)]) as three:
        router = three.balanced("latency-based-routing")
        assert set(servers(router, 12)[4:]) == {"a"}


def test_least_busy_passes_over_those_that_work() -> None:
    with three_providers(a=[Reply.stall()]) as three:
        router = llmgate.Router(
            [three.deployment("a"), three.deployment("b")], routing_strategy="least-busy"
        )

        async def calls() -> list[str]:
            first = asyncio.ensure_future(router.acompletion("chat", "Hi", deployment="a"))
            await asyncio.to_thread(three.a.wait_for, lambda fake: fake.in_flight == 1)
            others = [await router.acompletion("chat", "Hi") for _ in range(6)]
            first.cancel()
            return [server_of(answer) for answer in others]

        assert asyncio.run(calls()) == ["b"] * 6


def test_a_callable_sees_the_rows_and_the_call_and_chooses(three: Three) -> None:
    seen: list[Any] = []

    def choose(rows: list[Any], call: dict[str, Any]) -> str:
        seen.append(([row.id for row in rows], call["model"], call["max_tokens"]))
        busiest: str = max(rows, key=lambda row: (row.id == "c", row.attempts)).id
        return busiest

    router = three.balanced("ordered", strategy=choose)
    assert servers(router, 3, max_tokens=7) == ["c"] * 3
    assert seen[0] == (["a", "b", "c"], "chat", 7)
    assert servers(three.balanced("ordered", strategy=lambda rows, call: None), 2) == ["a", "a"]
    as_setting = llmgate.Router(
        [three.deployment("a"), three.deployment("b")],
        routing_strategy=lambda rows, call: "b",
    )
    assert servers(as_setting, 2) == ["b", "b"]


def test_a_late_callable_is_not_waited_for(three: Three) -> None:
    is_over = threading.Event()

    def sleep(rows: list[Any], call: dict[str, Any]) -> str:
        is_over.wait(20)
        return "c"

    router = three.balanced("ordered", strategy=sleep, strategy_timeout=0.01)
    assert servers(router, 2) == ["a", "a"]

    async def asynchronously(rows: list[Any], call: dict[str, Any]) -> str:
        await asyncio.Event().wait()
        return "c"

    router = three.balanced("ordered", strategy=asynchronously, strategy_timeout=0.01)
    assert server_of(asyncio.run(router.acompletion("chat", "Hi"))) == "a"
    is_over.set()


def test_what_a_callable_raises_reaches_the_caller(three: Three) -> None:
    def broken(rows: list[Any], call: dict[str, Any]) -> str:
        raise LookupError("no such table")

    router = three.balanced("ordered", strategy=broken)
    with pytest.raises(LookupError, match="no such table"):
        ask(router)
    with pytest.raises(LookupError, match="no such table"):
        asyncio.run(router.acompletion("chat", "Hi"))
    with pytest.raises(llmgate.BadRequestError, match="no deployment's id"):
        ask(three.balanced("ordered", strategy=lambda rows, call: "z"))
    assert three.counts == [0, 0, 0]


def test_a_coroutine_function_chooses_on_the_loop_of_its_caller(three: Three) -> None:
    async def choose(rows: list[Any], call: dict[str, Any]) -> str:
        await asyncio.sleep(0)
        return "b"

    router = three.balanced("ordered", strategy=choose)
    assert server_of(asyncio.run(router.acompletion("chat", "Hi"))) == "b"


def test_the_choice_is_only_the_first_and_the_plan_goes_on_from_there() -> None:
    with three_providers(b=[Reply.error(503)]) as three:
        router = three.balanced("ordered", strategy=lambda rows, call: "b")
        assert told(ask(router)) == [("b", "service_unavailable"), ("a", "finished")]


def test_a_strategy_timeout_has_bounds(three: Three) -> None:
    for seconds in (0, -1, 61):
        with pytest.raises(ValueError, match="0 to 60 seconds"):
            three.router(strategy=lambda rows, call: None, strategy_timeout=seconds)
