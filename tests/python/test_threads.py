"""Many threads at once: no answer goes to the wrong caller."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support import aask, ask, text_of

import llmgate
from llmgate.testing import FakeProvider, ReceivedRequest, Reply

THREADS, CALLS = 8, 60


def echo(request: ReceivedRequest) -> Reply:
    text = request.body["messages"][0]["content"]
    if text.endswith("7"):
        return Reply.error(400, message=f"no {text}")
    return Reply(text=f"{text} {text} {text}")


@pytest.fixture
def echoing(fake: FakeProvider) -> FakeProvider:
    fake.script(echo)
    return fake


def expect(call: Callable[[str], Any], name: str) -> bool:
    """Whether a call is answered with what was asked, or refused in its own words."""
    try:
        return bool(call(name) == f"{name} {name} {name}") and not name.endswith("7")
    except llmgate.BadRequestError as error:
        return error.message == f"no {name}" and name.endswith("7")


def plain(fake: FakeProvider, name: str) -> Any:
    return text_of(ask(fake, name))


def streamed(fake: FakeProvider, name: str) -> Any:
    return "".join(c.choices[0].delta.content or "" for c in ask(fake, name, stream=True))


@pytest.mark.parametrize("way", [plain, streamed])
def test_results_are_never_mixed_up(echoing: FakeProvider, way: Any) -> None:
    start = threading.Barrier(THREADS)

    def work(thread: int) -> list[bool]:
        start.wait()
        return [expect(lambda n: way(echoing, n), f"{thread}-{n}") for n in range(CALLS)]

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = [ok for result in pool.map(work, range(THREADS)) for ok in result]
    assert outcomes == [True] * THREADS * CALLS
    assert echoing.count == THREADS * CALLS


def test_sync_and_async_callers_share_the_core(echoing: FakeProvider) -> None:
    async def one(name: str) -> bool:
        try:
            return bool(text_of(await aask(echoing, name)) == f"{name} {name} {name}")
        except llmgate.BadRequestError as error:
            return error.message == f"no {name}"

    async def many(thread: int) -> list[bool]:
        return list(await asyncio.gather(*(one(f"a{thread}-{n}") for n in range(CALLS))))

    def work(thread: int) -> list[bool]:
        if thread % 2:
            return asyncio.run(many(thread))
        return [expect(lambda n: plain(echoing, n), f"s{thread}-{n}") for n in range(CALLS)]

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = [ok for result in pool.map(work, range(THREADS)) for ok in result]
    assert outcomes == [True] * THREADS * CALLS


def test_a_stream_may_be_handed_to_another_thread(echoing: FakeProvider) -> None:
    stream = ask(echoing, "x", stream=True)
    first = next(stream)
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(list, stream).result(20)
    text = "".join(c.choices[0].delta.content or "" for c in [first, *rest])
    assert text == "x x x"


def test_closing_from_another_thread_ends_the_wait(fake: FakeProvider) -> None:
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    fake.script([Reply(pieces=[chunk, chunk], chunk_delay=30)])
    stream = ask(fake, stream=True)
    next(stream)
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(list, stream)
        fake.wait_for(lambda f: f.in_flight == 1)
        stream.close()
        assert rest.result(20) == []
    assert fake.wait_for(lambda f: f.closed_early == 1)


def test_threads_wait_at_the_same_time(fake: FakeProvider) -> None:
    fake.script([Reply(text="x", delay=0.3)])
    with ThreadPoolExecutor(THREADS) as pool:
        calls = [pool.submit(plain, fake, str(n)) for n in range(THREADS)]
        assert fake.wait_for(lambda f: f.peak_in_flight == THREADS)
        assert [call.result(20) for call in calls] == ["x"] * THREADS
