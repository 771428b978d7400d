"""Equal calls in flight that share one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from support import aask, ask, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply, Usage

pytestmark = pytest.mark.usefixtures("cache")


def test_a_thousand_equal_calls_are_one(cache: llmgate.Cache) -> None:
    with FakeProvider(lambda request: Reply(text="one for all", delay=0.3)) as fake:

        async def main() -> list[Any]:
            return await asyncio.gather(*(aask(fake, merge=True) for _ in range(1000)))

        responses = asyncio.run(main())
        assert fake.count == 1
    assert {text_of(response) for response in responses} == {"one for all"}


def test_threads_that_ask_at_once_are_one() -> None:
    with (
        FakeProvider(lambda request: Reply(text="one for all", delay=0.3)) as fake,
        ThreadPoolExecutor(16) as pool,
    ):
        answers = list(pool.map(lambda _: text_of(ask(fake, merge=True)), range(64)))
        assert set(answers) == {"one for all"}
        assert fake.count == 1


def test_samples_stay_samples_unless_merging_is_asked_for(counting: FakeProvider) -> None:
    llmgate.cache = None

    async def main() -> list[str]:
        return [text_of(r) for r in await asyncio.gather(*(aask(counting) for _ in range(10)))]

    assert len(set(asyncio.run(main()))) == 10


def test_merged_streams_say_the_same_to_all() -> None:
    llmgate.cache = None
    with FakeProvider(lambda request: Reply(text="a b c d e f", chunk_delay=0.02)) as fake:

        async def read() -> str:
            stream = await aask(fake, stream=True, merge=True)
            return "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])

        async def main() -> list[str]:
            first = asyncio.create_task(read())
            await asyncio.sleep(0.05)
            return [await first, *await asyncio.gather(*(read() for _ in range(5)))]

        async def together() -> list[str]:
            return list(await asyncio.gather(*(read() for _ in range(20))))

        assert set(asyncio.run(main())) == {"a b c d e f"}
        before = fake.count
        assert set(asyncio.run(together())) == {"a b c d e f"}
        assert fake.count == before + 1


def test_one_who_cancels_leaves_the_others(cache: llmgate.Cache) -> None:
    with FakeProvider(lambda request: Reply(text="late", delay=0.3)) as fake:

        async def main() -> tuple[Any, Any]:
            tasks = [asyncio.create_task(aask(fake, merge=True)) for _ in range(3)]
            await asyncio.sleep(0.1)
            tasks[0].cancel()
            return await tasks[1], await tasks[2]

        assert [text_of(response) for response in asyncio.run(main())] == ["late", "late"]
        assert fake.count == 1


def test_one_whose_time_is_up_leaves_the_others() -> None:
    with FakeProvider(lambda request: Reply(text="late", delay=0.6)) as fake:

        async def main() -> list[Any]:
            times: list[dict[str, Any]] = [{"timeout": 0.2}, {}, {"deadline": 0.1}, {"timeout": 30}]
            calls = (aask(fake, merge=True, **time) for time in times)
            return await asyncio.gather(*calls, return_exceptions=True)

        first, second, third, fourth = asyncio.run(main())
        assert isinstance(first, llmgate.Timeout)
        assert isinstance(third, llmgate.Timeout)
        assert [text_of(second), text_of(fourth)] == ["late", "late"]
        assert fake.count == 1


def test_a_merged_error_goes_to_all_and_is_not_kept() -> None:
    with FakeProvider([Reply(status=400, delay=0.2), "good"]) as fake:

        async def main() -> list[Any]:
            calls = (aask(fake, merge=True) for _ in range(5))
            return await asyncio.gather(*calls, return_exceptions=True)

        errors = asyncio.run(main())
        assert all(isinstance(error, llmgate.BadRequestError) for error in errors)
        assert text_of(ask(fake)) == "good"


def test_each_who_shares_a_call_is_in_the_usage_and_one_pays() -> None:
    llmgate.cache = None
    llmgate.reset_usage()
    reply = Reply(text="one for all", usage=Usage(1000, 100), delay=0.3)
    with FakeProvider(lambda request: reply) as fake:

        async def main() -> list[Any]:
            teams = ["a", "b", "b", "b"]
            calls = (
                aask(fake, "Hi", model="openai/gpt-4o", merge=True, metadata={"team": team})
                for team in teams
            )
            return await asyncio.gather(*calls)

        responses = asyncio.run(main())
        assert fake.count == 1
    cost = Decimal("0.0035")
    assert [response.cost.total for response in responses] == [cost, 0, 0, 0]
    assert [response.saved and response.saved.total for response in responses] == [
        None,
        *([cost] * 3),
    ]
    a, b = llmgate.usage("team")
    assert (a["calls"], a["attempts"], a["cost"], a["saved"]) == (1, 1, cost, 0)
    assert (b["calls"], b["attempts"], b["cost"], b["saved"]) == (3, 0, 0, 3 * cost)
    assert (b["errors"], b["cache_hits"], b["prompt_tokens"], b["unpriced_calls"]) == (0, 0, 0, 0)
    llmgate.reset_usage()
