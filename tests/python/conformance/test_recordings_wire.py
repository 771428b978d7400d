"""A sample of the recorded answers, served over a socket and read by `llmgate.completion`."""

from __future__ import annotations

from typing import Any

import pytest
from comparison import (
    assert_chunks_join_to,
    assert_same_answer,
    assert_same_choices,
    assert_same_error,
)
from recordings import Exchange, load_chat_exchanges
from simple_reader import read_body, read_stream

import llmgate
from llmgate.testing import FakeProvider, Reply

EXCHANGES = {exchange.id: exchange for exchange in load_chat_exchanges()}

PLAIN = {
    "openai-openai-chat-0491da4d0f": "a refusal",
    "openai-openai-chat-0c5fad4898": "a custom tool",
    "openai-openai-chat-11d869df03": "log probabilities",
    "openai-openai-chat-cda4ceabf7": "audio out",
    "openrouter-openai-chat-d259e1b138": "several choices",
    "openrouter-openai-chat-07f73e28d5": "reasoning with signatures, parallel tools",
    "openrouter-openai-chat-d544ccf760": "content filter",
    "mistral-mistral-chat-07ffd8aa9e": "content as a list of parts",
    "deepseek-openai-chat-553bf4d370": "reasoning_content and parallel tools",
    "groq-openai-chat-701676ab2f": "reasoning",
    "xai-openai-chat-99062b3cf9": "reasoning counted outside the completion",
    "perplexity-openai-chat-75c7334453": "citations",
    "together-openai-chat-7e2ec49855": "retry-after on 200",
}
STREAMED = {
    "openai-openai-chat-8c803ebabc": "plain text, in the network's pieces",
    "openai-openai-chat-2a51e0d297": "a chunk without choices between text and end",
    "openai-openai-chat-6a772f5f55": "two interleaved choices with tool calls",
    "openrouter-openai-chat-e30b27c3eb": "comments, lines cut across pieces",
    "openrouter-openai-chat-cfabd92984": "reasoning details, log probabilities",
    "mistral-mistral-chat-4754141ddd": "tool call without an index, with its finish",
    "mistral-mistral-chat-4f7dd1f8db": "content as a list, later as text",
    "perplexity-openai-chat-be1949bfae": "CRLF, no end marker, usage in every chunk",
    "cerebras-openai-chat-0e4f1a946a": "no end marker",
    "groq-openai-chat-0704ee57b7": "x_groq, a whole tool call in one chunk",
    "xai-openai-chat-bd79c9321b": "parallel tools, usage in its own chunk",
    "zai-openai-chat-37171ba7b2": "lines cut anywhere",
    "together-openai-chat-e754753bd4": "parallel tools in pieces",
}
ERRORS = {
    "openai-openai-chat-72f943ae1c": "401",
    "openai-openai-chat-c4ccd4ea71": "404 to a request for a stream",
    "deepseek-openai-chat-167f001bfb": "the prompt does not fit",
    "xai-openai-chat-bf1e9467f2": "an error that is a string",
    "mistral-mistral-chat-6b05f43e36": "an error without an error object",
    "openrouter-openai-chat-78f1680ae5": "429 to a request for a stream",
    "openrouter-openai-chat-c50e1740ce": "an error under status 200",
    "groq-openai-chat-1685f479e8": "an error event in a stream",
    "openrouter-openai-chat-3fdc27ad8d": "an error as a stream's only chunk",
}

# What describes the connection that was recorded, not the answer.
_OF_THE_CONNECTION = {"connection", "content-encoding", "content-length", "transfer-encoding"}


def replay(exchange: Exchange) -> Reply:
    """The recorded answer, byte for byte, in the recorded pieces where there are any."""
    headers = {k: v for k, v in exchange.headers.items() if k not in _OF_THE_CONNECTION}
    if exchange.is_stream:
        return Reply(status=exchange.status, headers=headers, pieces=exchange.recorded_pieces)
    return Reply(status=exchange.status, headers=headers, body=exchange.payload)


def call(exchange: Exchange, fake: FakeProvider, *, stream: bool) -> Any:
    return llmgate.completion(
        model=f"{exchange.provider}/x",
        messages=[{"role": "user", "content": "as recorded"}],
        api_base=fake.url,
        api_key="test",
        stream=stream,
        num_retries=0,
    )


def wants_stream(exchange: Exchange) -> bool:
    return exchange.is_stream or "stream" in exchange.features


@pytest.mark.parametrize("id_", PLAIN)
def test_plain_answer(id_: str) -> None:
    exchange = EXCHANGES[id_]
    with FakeProvider([replay(exchange)]) as fake:
        response = call(exchange, fake, stream=False)
        assert fake.requests[0].api_key == "test"
        assert fake.requests[0].body["model"] == "x"
    assert_same_answer(response, read_body(exchange.payload), exchange.provider)


@pytest.mark.parametrize("id_", STREAMED)
def test_streamed_answer(id_: str) -> None:
    exchange = EXCHANGES[id_]
    expected = read_stream(exchange.payload)
    with FakeProvider([replay(exchange)]) as fake:
        chunks = list(call(exchange, fake, stream=True))
        assert fake.requests[0].body["stream"] is True
        assert fake.closed_early == 0
    assert_chunks_join_to(chunks, expected)
    assert_same_choices(llmgate.stream_chunk_builder(chunks), expected)


@pytest.mark.parametrize("id_", ERRORS)
def test_error(id_: str) -> None:
    exchange = EXCHANGES[id_]
    read = read_stream(exchange.payload) if exchange.is_stream else None
    expected = read or read_body(exchange.payload, exchange.status)
    with FakeProvider([replay(exchange)]) as fake, pytest.raises(llmgate.APIError) as caught:  # noqa: PT012
        response = call(exchange, fake, stream=wants_stream(exchange))
        list(response)
    assert fake.count == 1
    assert_same_error(caught.value, expected["error"], exchange.provider)
