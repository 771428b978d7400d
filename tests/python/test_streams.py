"""Streams: how they are read, how they end well and badly, and what they leave of a connection."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import pytest
from support import aask, ask, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply, ToolCall

USAGE = {"include_usage": True}


def words(chunks: Any) -> str:
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def event(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


def delta(content: str, finish: str | None = None) -> bytes:
    reason = "null" if finish is None else f'"{finish}"'
    return event(
        f'{{"id":"x","object":"chat.completion.chunk","model":"m","choices":[{{"index":0,'
        f'"delta":{{"role":"assistant","content":"{content}"}},"finish_reason":{reason}}}]}}'
    )


def script(fake: FakeProvider, *pieces: bytes, **more: Any) -> None:
    fake.script([Reply(pieces=pieces, **more)])


@pytest.fixture
def open_ended(fake: FakeProvider) -> FakeProvider:
    script(fake, delta("one "), delta("two", "stop"), chunk_delay=30)
    return fake


REPLIES = {
    "text": Reply(text="Hello there, w\u00f6rld \U0001f600!"),
    "reasoning": Reply(text="4", reasoning="two and two"),
    "tools": Reply(
        tool_calls=[ToolCall("f", {"a": [1, "x"]}, "c1"), ToolCall("g", {"b": "y" * 50}, "c2")]
    ),
    "refusal": Reply(refusal="I will not do that."),
    "length": Reply(text="cut", finish_reason="length"),
}


@pytest.mark.parametrize("kind", sorted(REPLIES))
def test_the_response_of_a_stream_is_that_of_a_plain_call(kind: str) -> None:
    with FakeProvider([REPLIES[kind]]) as fake:
        plain = ask(fake).model_dump(exclude_none=True)
        stream = ask(fake, stream=True, stream_options=USAGE)
        assert stream.response is None
        chunks = list(stream)
        built = llmgate.stream_chunk_builder(chunks)
        from_dicts = llmgate.stream_chunk_builder([chunk.model_dump() for chunk in chunks])
    assert built == stream.response
    assert from_dicts == built
    streamed = stream.response.model_dump(exclude_none=True)
    for dump in (plain, streamed):
        del dump["id"]  # the provider numbers its answers
    assert streamed == plain


LIST = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]},
    {"type": "text", "text": "4 or "},
    {"type": "text", "text": "5", "citations": [1]},
    {"type": "reference", "reference_ids": [1]},
]


@pytest.mark.parametrize("is_streamed", [True, False])
def test_chunks_keep_a_content_list_beside_its_texts(fake: FakeProvider, is_streamed: bool) -> None:
    body = {"id": "x", "object": "chat.completion", "created": 5, "model": "m"}
    if is_streamed:
        deltas = [{"role": "assistant", "content": [part], "refusal": None} for part in LIST]
        choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
        choices[-1]["finish_reason"] = "stop"
        script(fake, *(event(json.dumps({**body, "choices": [choice]})) for choice in choices))
    else:
        message = {"role": "assistant", "content": LIST, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        fake.script([Reply(body=json.dumps({**body, "choices": [choice]}).encode())])
    stream = ask(fake, stream=True)
    chunks = list(stream)
    assert words(chunks) == "4 or 5"
    built = llmgate.stream_chunk_builder([chunk.model_dump() for chunk in chunks])
    assert built == stream.response
    assert built.choices[0].message.reasoning_content == "Hm"
    assert built.turn.choices == stream.response.turn.choices
    assert built.turn.choices[0].blocks[-1].native == LIST[-1]


def test_several_choices_of_a_stream(fake: FakeProvider) -> None:
    fake.script([Reply(text="a b c")])
    stream = ask(fake, stream=True, n=2)
    chunks = list(stream)
    assert {chunk.choices[0].index for chunk in chunks} == {0, 1}
    assert [c.message.content for c in stream.response.choices] == ["a b c", "a b c"]


def test_chunks_are_openais(fake: FakeProvider) -> None:
    fake.script([Reply(text="a b")])
    chunks = list(ask(fake, stream=True, stream_options=USAGE))
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[0].choices[0].delta.role == "assistant"
    assert words(chunks) == "a b"
    assert [c.choices[0].finish_reason for c in chunks[:-1]] == [None, None, None, "stop"]
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 2


def test_the_first_chunk_is_there_before_the_second_is_sent(open_ended: FakeProvider) -> None:
    with ask(open_ended, stream=True) as stream:
        assert next(stream).choices[0].delta.content == "one "
        assert open_ended.in_flight == 1


def test_an_async_stream(fake: FakeProvider) -> None:
    fake.script(["one two three"])

    async def main() -> None:
        async with await aask(fake, stream=True) as stream:
            assert words([chunk async for chunk in stream]) == "one two three"
            assert text_of(stream.response) == "one two three"
            assert [chunk async for chunk in stream] == []

    asyncio.run(main())


def test_a_stream_that_has_ended_stays_ended(fake: FakeProvider) -> None:
    stream = ask(fake, stream=True)
    assert list(stream)
    assert list(stream) == []
    stream.close()
    assert next(stream, None) is None
    assert stream.response is not None


def leave_by_with(stream: Any) -> None:
    with stream:
        next(stream)


def leave_by_break(stream: Any) -> None:
    for _ in stream:
        break
    stream.close()


def leave_by_error(stream: Any) -> None:
    with pytest.raises(KeyError), stream:
        raise KeyError


@pytest.mark.parametrize("leave", [leave_by_with, leave_by_break, leave_by_error])
def test_leaving_a_stream_closes_its_connection(open_ended: FakeProvider, leave: Any) -> None:
    stream = ask(open_ended, stream=True)
    start = time.monotonic()
    leave(stream)
    open_ended.wait_for(lambda f: f.closed_early == 1)
    assert time.monotonic() - start < 0.5  # 50 ms, on a machine that does nothing else
    assert list(stream) == []
    assert stream.response is None


def test_closing_takes_50_ms_at_most(open_ended: FakeProvider) -> None:
    times = []
    for count in range(1, 6):
        stream = ask(open_ended, stream=True)
        next(stream)
        start = time.monotonic()
        stream.close()
        open_ended.wait_for(lambda f, count=count: f.closed_early == count)
        times.append(time.monotonic() - start)
    assert min(times) < 0.05


def test_dropping_a_stream_closes_its_connection(open_ended: FakeProvider) -> None:
    stream = ask(open_ended, stream=True)
    next(stream)
    del stream
    gc.collect()
    assert open_ended.wait_for(lambda f: f.closed_early == 1)


@pytest.mark.parametrize("way", ["with", "aclose", "drop"])
def test_leaving_an_async_stream_closes_its_connection(open_ended: FakeProvider, way: str) -> None:
    async def main() -> None:
        stream = await aask(open_ended, stream=True)
        if way == "with":
            async with stream:
                await anext(stream)
        else:
            await anext(stream)
        if way == "aclose":
            await stream.aclose()
            assert [chunk async for chunk in stream] == []
        del stream
        gc.collect()
        await asyncio.to_thread(open_ended.wait_for, lambda f: f.closed_early == 1)

    asyncio.run(main())


def test_the_connection_of_a_finished_stream_is_used_again(fake: FakeProvider) -> None:
    for _ in range(3):
        assert list(ask(fake, stream=True))
    ask(fake)
    assert (fake.count, fake.connections) == (4, 1)


def test_data_behind_the_end_marker_is_not_shown(fake: FakeProvider) -> None:
    script(fake, delta("x", "stop"), event("[DONE]"), delta("behind"), event("no json"))
    stream = ask(fake, stream=True)
    assert words(stream) == "x"
    assert text_of(stream.response) == "x"


def test_a_server_that_answers_a_stream_with_plain_json(fake: FakeProvider) -> None:
    body = (
        b'{"id":"x","choices":[{"index":0,"message":{"content":"plain"},"finish_reason":"stop"}]}'
    )
    fake.script([Reply(body=body), Reply(body=b"\n" + body, content_type="text/plain")])
    for _ in range(2):
        stream = ask(fake, stream=True)
        assert words(stream) == "plain"
        assert text_of(stream.response) == "plain"


def test_raw_of_a_stream_is_kept_on_demand(fake: FakeProvider) -> None:
    pieces = [delta("x", "stop"), event("[DONE]")]
    script(fake, *pieces)
    stream = ask(fake, stream=True, keep_raw=True)
    list(stream)
    assert stream.response.raw == b"".join(pieces)
    stream = ask(fake, stream=True)
    list(stream)
    assert stream.response.raw == b""


def test_two_threads_on_one_stream_are_told(open_ended: FakeProvider) -> None:
    stream = ask(open_ended, stream=True)
    next(stream)
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(next, stream, None) for _ in range(2)]
        done, waiting = wait(calls, timeout=20, return_when=FIRST_COMPLETED)
        stream.close()
        with pytest.raises(RuntimeError, match="two threads"):
            done.pop().result()
        assert waiting.pop().result(20) is None


def test_two_tasks_on_one_stream_are_told(open_ended: FakeProvider) -> None:
    async def main() -> None:
        async with await aask(open_ended, stream=True) as stream:
            await anext(stream)
            first = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match="two tasks"):
                await anext(stream)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first

    asyncio.run(main())
