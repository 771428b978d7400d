"""llmgate's reading and writing of chat completions against real, recorded exchanges.

Each answer is parsed whole, byte by byte, in the pieces in which the network delivered it, and,
where it is a stream, cut after every event; each request is read and written again. The simple
reader in this folder says what must come out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from comparison import (
    assert_chunks_join_to,
    assert_same_answer,
    assert_same_choices,
    assert_same_error,
    assert_same_partial,
    assert_same_usage,
)
from recordings import Exchange, load_chat_exchanges
from simple_reader import event_ends, is_finished, read_body, read_stream, split_events

import llmgate
import llmgate.testing

EXCHANGES = load_chat_exchanges()
STREAMS = [exchange for exchange in EXCHANGES if exchange.is_stream]
IN_RECORDED_PIECES = [exchange for exchange in EXCHANGES if exchange.piece_lengths]
REQUESTS = [exchange for exchange in EXCHANGES if exchange.request_body is not None]

# Requests that llmgate rightly does not write back as they were: id -> why.
EXCEPTIONS: dict[str, str] = {}


def by_id(exchange: Exchange) -> str:
    return exchange.id


def parse(exchange: Exchange, pieces: Iterable[bytes], chunks: list[Any] | None = None) -> Any:
    return llmgate.testing.parse(
        exchange.provider,
        pieces,
        format="openai.chat",
        status=exchange.status,
        headers=exchange.headers,
        stream=exchange.is_stream,
        chunks=chunks,
    )


def read(exchange: Exchange) -> dict[str, Any]:
    if exchange.is_stream:
        return read_stream(exchange.payload)
    return read_body(exchange.payload, exchange.status)


def check(exchange: Exchange, pieces: Iterable[bytes]) -> None:
    """The answer, delivered in these pieces, is what the simple reader makes of it."""
    expected = read(exchange)
    if expected["error"] is None:
        chunks: list[Any] = []
        response = parse(exchange, pieces, chunks)
        assert_same_answer(response, expected, exchange.provider)
        if exchange.is_stream:
            check_chunks(chunks, expected, exchange.provider)
        return
    with pytest.raises(llmgate.APIError) as caught:
        parse(exchange, pieces)
    assert_same_error(caught.value, expected["error"], exchange.provider)
    if expected["choices"]:
        assert_same_partial(caught.value, expected)


def check_chunks(chunks: list[Any], expected: dict[str, Any], provider: str) -> None:
    """What was handed out while the stream ran adds up to the answer, and so says our builder."""
    assert_chunks_join_to(chunks, expected)
    rebuilt = llmgate.stream_chunk_builder(chunks)
    assert_same_choices(rebuilt, expected)
    assert rebuilt.id == expected["id"]
    assert rebuilt.model == expected["model"]
    if any(getattr(chunk, "usage", None) is not None for chunk in chunks):
        assert_same_usage(rebuilt.usage, expected["usage"], provider)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=by_id)
def test_whole(exchange: Exchange) -> None:
    check(exchange, [exchange.payload])


@pytest.mark.parametrize("exchange", EXCHANGES, ids=by_id)
def test_byte_by_byte(exchange: Exchange) -> None:
    check(exchange, (bytes([byte]) for byte in exchange.payload))


@pytest.mark.parametrize("exchange", IN_RECORDED_PIECES, ids=by_id)
def test_in_the_pieces_the_network_delivered(exchange: Exchange) -> None:
    check(exchange, exchange.recorded_pieces)


@pytest.mark.parametrize("exchange", STREAMS, ids=by_id)
def test_cut_after_every_event(exchange: Exchange) -> None:
    for end in event_ends(exchange.payload)[:-1]:
        check_cut(exchange, exchange.payload[:end])


def check_cut(exchange: Exchange, payload: bytes) -> None:
    """Before every choice has finished it is an interruption, afterwards the answer is whole."""
    expected = read_stream(payload)
    if is_finished(expected) and expected["error"] is None:
        response = parse(exchange, [payload])
        assert_same_answer(response, expected, exchange.provider)
        return
    with pytest.raises(llmgate.APIError) as caught:
        parse(exchange, [payload])
    if expected["error"] is not None:
        assert_same_error(caught.value, expected["error"], exchange.provider)
    elif split_events(payload):
        assert caught.value.kind == "stream_interrupted"
    else:  # comments only: whether the stream had begun is open
        assert caught.value.kind in {"stream_interrupted", "connection_lost"}
    if expected["choices"]:
        assert_same_partial(caught.value, expected)


@pytest.mark.parametrize("exchange", STREAMS, ids=by_id)
def test_cut_inside_the_last_event_before_the_finish(exchange: Exchange) -> None:
    """Half an event is no event: what it would have said must not be made up."""
    ends = event_ends(exchange.payload)
    unfinished = [e for e in ends if not is_finished(read_stream(exchange.payload[:e]))]
    finished = [e for e in ends if e not in unfinished]
    if not finished or read(exchange)["error"] is not None:
        assert read(exchange)["error"] is not None
        return
    start = unfinished[-1] if unfinished else 0
    half = exchange.payload[: (start + finished[0]) // 2]
    with pytest.raises(llmgate.APIError) as caught:
        parse(exchange, [half])
    assert caught.value.kind in {"stream_interrupted", "connection_lost"}
    before = read_stream(exchange.payload[:start])
    if before["choices"]:
        assert_same_partial(caught.value, before)


@pytest.mark.parametrize("exchange", REQUESTS, ids=by_id)
def test_request_is_read_and_written_back(exchange: Exchange) -> None:
    if exchange.id in EXCEPTIONS:
        pytest.xfail(EXCEPTIONS[exchange.id])
    sent = json.dumps(exchange.request_body, ensure_ascii=False).encode()
    rendered = llmgate.testing.read_and_render("openai.chat", exchange.provider, sent)
    assert_same_json(json.loads(rendered), exchange.request_body, "$")


def assert_same_json(found: Any, expected: Any, path: str) -> None:
    """Equal in value and in type: 1, 1.0 and true are three different things."""
    assert type(found) is type(expected), path
    if isinstance(expected, dict):
        assert sorted(found) == sorted(expected), path
        for name, value in expected.items():
            assert_same_json(found[name], value, f"{path}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for position, value in enumerate(expected):
            assert_same_json(found[position], value, f"{path}[{position}]")
    else:
        assert found == expected, path
