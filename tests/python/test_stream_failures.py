"""Streams that fail: refused, broken off, silent, or read by nobody."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from support import aask, ask
from test_streams import delta, event, script, words

import llmgate
from llmgate.testing import FakeProvider, Reply


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_refused_stream_raises_at_the_call(fake: FakeProvider, status: int) -> None:
    fake.script([Reply.error(status)])
    with pytest.raises(llmgate.APIError) as caught:
        ask(fake, stream=True)
    assert caught.value.status_code == status

    async def main() -> None:
        with pytest.raises(type(caught.value)):
            await aask(fake, stream=True)

    asyncio.run(main())


def test_an_error_event_ends_the_stream(fake: FakeProvider) -> None:
    error = {"message": "Overloaded now", "type": "overloaded_error", "code": "slow"}
    fake.script([Reply(chunks=["a", "b", "c"], error_event_after=3, error_body=error)])
    stream = ask(fake, stream=True)
    seen: list[Any] = []
    with pytest.raises(llmgate.ServiceUnavailableError, match="Overloaded now") as caught:
        seen += stream
    assert caught.value.partial_response.choices[0].message.content == "ab"
    assert (caught.value.type, caught.value.code) == ("overloaded_error", "slow")
    assert list(stream) == []
    assert stream.response is None


def test_an_event_that_is_no_json_ends_the_stream(fake: FakeProvider) -> None:
    script(fake, delta("ab"), event('{"choices":['), delta("c", "stop"), event("[DONE]"))
    stream = ask(fake, stream=True)
    assert next(stream).choices[0].delta.content == "ab"
    with pytest.raises(llmgate.APIResponseValidationError) as caught:
        next(stream)
    assert caught.value.partial_response.choices[0].message.content == "ab"
    assert fake.wait_for(lambda f: f.open_connections == 0)


@pytest.mark.parametrize(
    ("after", "reset", "framing"),
    [(0, False, None), (0, True, None), (30, False, None), (0, False, "close")],
)
def test_a_cut_stream_is_told_from_a_whole_one(
    fake: FakeProvider, after: int, reset: bool, framing: Any
) -> None:
    whole = delta("one ") + delta("two ")
    cut = len(whole) + after
    pieces = [delta("one "), delta("two "), delta("three", "stop"), event("[DONE]")]
    fake.script([Reply(pieces=pieces, cut_after=cut, reset=reset, framing=framing)])
    stream = ask(fake, stream=True)
    seen: list[Any] = []
    with pytest.raises(llmgate.StreamInterruptedError) as caught:
        seen += stream
    partial = caught.value.partial_response
    assert partial.choices[0].message.content == "one two "
    assert partial.choices[0].finish_reason is None
    assert words(seen) == "one two "
    assert fake.count == 1


def test_a_stream_without_its_marker_is_whole_if_it_has_finished(fake: FakeProvider) -> None:
    fake.script([Reply(text="a b", marker=False)])
    stream = ask(fake, stream=True)
    assert words(stream) == "a b"
    assert stream.response.route[0].missing_marker is True
    assert stream.response.turn.missing_marker is True


def test_a_stream_without_marker_and_finish_is_cut(fake: FakeProvider) -> None:
    script(fake, delta("a"))
    stream = ask(fake, stream=True)
    with pytest.raises(llmgate.StreamInterruptedError):
        list(stream)


def test_a_stream_without_marker_where_one_of_two_choices_finished(fake: FakeProvider) -> None:
    script(fake, delta("a", "stop"))
    with pytest.raises(llmgate.StreamInterruptedError):
        list(ask(fake, stream=True, n=2))


def test_an_empty_stream_is_no_answer(fake: FakeProvider) -> None:
    fake.script([Reply(pieces=[b"\n"]), Reply(pieces=[event("[DONE]")])])
    with pytest.raises(llmgate.StreamInterruptedError):
        list(ask(fake, stream=True))
    with pytest.raises(llmgate.APIResponseValidationError):
        list(ask(fake, stream=True))


@pytest.mark.parametrize("timeout", [0.2, {"first_token": 0.2}])
def test_a_server_that_never_answers(fake: FakeProvider, timeout: Any) -> None:
    fake.script([Reply.stall()])
    start = time.monotonic()
    with pytest.raises(llmgate.Timeout) as caught:
        list(ask(fake, stream=True, timeout=timeout))
    assert 0.15 < time.monotonic() - start < 5
    assert caught.value.timeout_phase == "first_token"
    assert fake.wait_for(lambda f: f.closed_early == 1)


def test_headers_are_no_token(fake: FakeProvider) -> None:
    fake.script([Reply.stall(0)])
    with pytest.raises(llmgate.Timeout) as caught:
        list(ask(fake, stream=True, timeout=0.2))
    assert caught.value.timeout_phase == "first_token"
    assert caught.value.partial_response is None


def test_the_role_alone_is_no_token(fake: FakeProvider) -> None:
    role = event('{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}')
    script(fake, role, delta("x", "stop"), stall_after=len(role))
    with pytest.raises(llmgate.Timeout) as caught:
        list(ask(fake, stream=True, timeout=0.2))
    assert caught.value.timeout_phase == "first_token"


@pytest.mark.parametrize("timeout", [0.3, {"first_token": 20, "idle": 0.3}])
def test_a_stream_that_falls_silent(fake: FakeProvider, timeout: Any) -> None:
    script(fake, delta("one"), delta("two", "stop"), stall_after=len(delta("one")))
    stream = ask(fake, stream=True, timeout=timeout)
    assert words([next(stream)]) == "one"
    with pytest.raises(llmgate.Timeout) as caught:
        next(stream)
    assert caught.value.timeout_phase == "idle"
    assert caught.value.partial_response.choices[0].message.content == "one"
    assert fake.wait_for(lambda f: f.closed_early == 1)


@pytest.mark.parametrize("first", [b"", delta("one")])
def test_comments_are_no_progress(fake: FakeProvider, first: bytes) -> None:
    script(fake, first + b": ping\n\n", *[b": ping\n\n"] * 400, chunk_delay=0.05)
    start = time.monotonic()
    with pytest.raises(llmgate.Timeout) as caught:
        list(ask(fake, stream=True, timeout=0.3))
    assert caught.value.timeout_phase == ("idle" if first else "first_token")
    assert time.monotonic() - start < 5


def test_progress_keeps_a_slow_stream_alive(fake: FakeProvider) -> None:
    fake.script([Reply(chunks=["x"] * 12, chunk_delay=0.1)])
    start = time.monotonic()
    assert words(ask(fake, stream=True, timeout=1)) == "x" * 12
    assert time.monotonic() - start > 1.1


def test_total_limits_a_stream_that_progresses(fake: FakeProvider) -> None:
    fake.script([Reply(chunks=["x"] * 100, chunk_delay=0.1)])
    with pytest.raises(llmgate.Timeout) as caught:
        list(ask(fake, stream=True, timeout={"total": 0.5}))
    assert caught.value.timeout_phase == "total"


# --- back-pressure ---------------------------------------------------------------------------

PIECE = "0123456789abcdef" * 4096  # 64 KiB
COUNT = 320  # 20 MiB in all


def long_stream(fake: FakeProvider) -> None:
    script(fake, *[delta(PIECE)] * COUNT, delta("", "stop"), event("[DONE]"))


def memory() -> int:
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def test_a_stream_that_nobody_reads_stalls_its_server(fake: FakeProvider) -> None:
    long_stream(fake)
    stream = ask(fake, stream=True, timeout=20)
    next(stream)
    before = memory()
    with pytest.raises(TimeoutError):
        fake.wait_for(lambda f: f.in_flight == 0, timeout=1)
    assert memory() - before < 8 << 20
    assert len(words(stream)) == (COUNT - 1) * len(PIECE)
    assert len(stream.response.choices[0].message.content) == COUNT * len(PIECE)


def test_an_async_stream_that_nobody_reads_stalls_its_server(fake: FakeProvider) -> None:
    long_stream(fake)

    async def main() -> None:
        stream = await aask(fake, stream=True, timeout=20)
        size = len(words([await anext(stream)]))
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(fake.wait_for, lambda f: f.in_flight == 0, timeout=1)
        async for chunk in stream:
            size += len(words([chunk]))
        assert size == COUNT * len(PIECE)

    asyncio.run(main())


def test_a_slow_reader_is_not_idle(fake: FakeProvider) -> None:
    long_stream(fake)
    stream = ask(fake, stream=True, timeout=0.3)
    next(stream)
    with pytest.raises(TimeoutError):
        fake.wait_for(lambda f: f.in_flight == 0, timeout=1)
    assert len(words(stream)) == (COUNT - 1) * len(PIECE)


def test_a_slow_reader_does_not_slow_others(fake: FakeProvider) -> None:
    long_stream(fake)
    with ask(fake, stream=True, timeout=20) as slow:
        next(slow)
        done: list[int] = []

        def read() -> None:
            done.append(len(words(ask(fake, stream=True, timeout=20))))

        others = [threading.Thread(target=read) for _ in range(3)]
        for thread in others:
            thread.start()
        for thread in others:
            thread.join(30)
        assert done == [COUNT * len(PIECE)] * 3
