"""The cache: what shares an answer and what never does, and what a hit is like."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support import aask, ask, text_of

import llmgate
from llmgate.testing import FakeProvider, Reasoning, Reply, ToolCall

pytestmark = pytest.mark.usefixtures("cache")


def words(stream: Any) -> str:
    return "".join(c.choices[0].delta.content or "" for c in stream if c.choices)


def test_without_a_cache_every_call_asks(counting: FakeProvider) -> None:
    llmgate.cache = None
    responses = [ask(counting) for _ in range(2)]
    assert [text_of(response) for response in responses] == ["answer 0", "answer 1"]
    assert [response.cache_hit for response in responses] == [False, False]
    assert responses[0].route[0].cache is None


def test_an_equal_call_is_answered_from_memory(counting: FakeProvider) -> None:
    first, second = ask(counting), ask(counting)
    assert counting.count == 1
    assert (first.cache_hit, second.cache_hit) == (False, True)
    assert first.model_dump() == second.model_dump()
    assert (first.cache_age, first.route[0].cache) == (None, "MISS")
    assert second.cache_age >= 0
    assert (second.route[0].cache, second.route[0].outcome) == ("HIT", "cached")
    assert second._hidden_params["cache_hit"] is True
    assert second.usage.total_tokens == first.usage.total_tokens


def test_two_credentials_never_share(counting: FakeProvider) -> None:
    ours, theirs = (ask(counting, api_key=f"sk-of-{who}-secret") for who in ("us", "them"))
    assert counting.count == 2
    assert text_of(ours) != text_of(theirs)
    assert text_of(ask(counting, api_key="sk-of-us-secret")) == text_of(ours)
    assert text_of(ask(counting, api_key="sk-of-them-secret")) == text_of(theirs)
    assert counting.count == 2


def test_two_addresses_never_share(counting: FakeProvider) -> None:
    with FakeProvider(lambda request: "elsewhere") as other:
        assert text_of(ask(counting)) == "answer 0"
        assert text_of(ask(other)) == "elsewhere"


def test_reordered_requests_share(counting: FakeProvider) -> None:
    message = {"role": "user", "content": "Hi"}
    tool = {"type": "function", "function": {"name": "f", "parameters": {"a": 1, "b": 2}}}
    other_tool = {"function": {"parameters": {"b": 2.0, "a": 1}, "name": "f"}, "type": "function"}
    ask(counting, [message], temperature=1, tools=[tool], top_p=0.5)
    again = ask(
        counting,
        [dict(reversed(message.items()))],
        top_p=0.5,
        tools=[other_tool],
        temperature=1.0,
    )
    assert again.cache_hit
    assert counting.count == 1


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.5},
        {"seed": 1},
        {"extra_body": {"vendor_knob": 1}, "drop_params": True},
        {"extra_headers": {"x-tenant": "b"}},
        {"model": "openai/other"},
        {"messages": "Ho"},
        {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "Hi"}]},
        {"cache": {"namespace": "b"}},
        {"strict": True},
    ],
)
def test_whatever_reaches_the_provider_counts(
    counting: FakeProvider, change: dict[str, Any]
) -> None:
    first = ask(counting)
    second = ask(counting, **change)
    assert not second.cache_hit
    assert text_of(first) != text_of(second)


@pytest.mark.parametrize(
    "change",
    [{"timeout": 7}, {"num_retries": 2}, {"deadline": 9}, {"metadata": {"trace": "t"}}],
)
def test_what_only_steers_the_call_does_not_count(
    counting: FakeProvider, change: dict[str, Any]
) -> None:
    ask(counting)
    assert ask(counting, **change).cache_hit


def test_streams_and_plain_calls_share_an_entry(counting: FakeProvider) -> None:
    stream = ask(counting, stream=True)
    assert words(stream) == "answer 0"
    plain = ask(counting)
    assert (plain.cache_hit, text_of(plain)) == (True, "answer 0")
    again = ask(counting, stream=True, stream_options={"include_usage": True})
    assert words(again) == "answer 0"
    assert again.response.cache_hit
    assert again.response.model_dump() == stream.response.model_dump()
    assert counting.count == 1


def test_asynchronous_calls_share_it_too(counting: FakeProvider) -> None:
    async def main() -> None:
        first = await aask(counting)
        second = await aask(counting)
        assert (second.cache_hit, text_of(second)) == (True, text_of(first))
        stream = await aask(counting, stream=True)
        pieces = [c.choices[0].delta.content or "" async for c in stream if c.choices]
        assert "".join(pieces) == "answer 0"
        assert stream.response.cache_hit

    asyncio.run(main())
    assert counting.count == 1
    assert ask(counting).cache_hit


REPLIES = {
    "tools": Reply(tool_calls=[ToolCall("weather", {"city": "Köln"}), ToolCall("time", {})]),
    "reasoning": Reply(blocks=[Reasoning("because", signature="sig=="), "so"]),
    "length": Reply(text="cut sh", finish_reason="length"),
}


@pytest.mark.parametrize("format", ["openai.chat", "anthropic.messages"])
@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("is_stream", [False, True])
def test_a_hit_equals_the_answer_that_was_stored(format: str, name: str, is_stream: bool) -> None:
    model = "openai/m" if format == "openai.chat" else "anthropic/m"
    with FakeProvider(lambda request: REPLIES[name], format=format) as fake:
        more: dict[str, Any] = {"model": model, "max_tokens": 99, "api_base": fake.url}
        if is_stream:
            stream = ask(fake, stream=True, **more)
            list(stream)
            stored = stream.response
        else:
            stored = ask(fake, **more)
        hit = ask(fake, **more)
        replayed = ask(fake, stream=True, **more)
        rebuilt = llmgate.stream_chunk_builder(list(replayed))
    assert hit.cache_hit
    assert fake.count == 1
    for equal in (hit, replayed.response):
        assert equal.model_dump() == stored.model_dump()
        assert equal.turn == stored.turn
        assert equal.dispositions == stored.dispositions
        assert equal.native_finish_reason == stored.native_finish_reason
    assert rebuilt.choices[0].message.model_dump() == stored.choices[0].message.model_dump()


def test_failures_and_filtered_answers_are_not_kept() -> None:
    replies = [
        Reply.error(500),
        Reply.error(429),
        Reply(text="bad", finish_reason="content_filter"),
        "good",
    ]
    with FakeProvider(replies) as fake:
        for error in (llmgate.InternalServerError, llmgate.RateLimitError):
            with pytest.raises(error):
                ask(fake)
        assert ask(fake).choices[0].finish_reason == "content_filter"
        assert text_of(ask(fake)) == "good"
        assert text_of(ask(fake)) == "good"
        assert fake.count == 4


def test_a_stream_that_is_left_is_not_kept() -> None:
    with FakeProvider(lambda request: Reply(text="a b c d e f g h", chunk_delay=0.05)) as fake:
        with ask(fake, stream=True) as stream:
            next(stream)
        assert not ask(fake).cache_hit
