"""llmgate's reading of Anthropic's messages and Gemini's answers against recorded ones.

Each answer is parsed whole, byte by byte, in the pieces in which the network delivered it and,
where it is a stream, cut after every event. The simple readers in this folder say what must come
out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from comparison import (
    assert_chunks_join_to,
    assert_same_choices,
    assert_same_error,
    assert_same_partial,
    assert_same_usage,
)
from native_answers import (
    as_spelt_by,
    assert_same_native_answer,
    citations_of,
    plain,
    read,
    read_stream,
)
from recordings import ANTHROPIC_APIS, GEMINI_APIS, Exchange, load_exchanges
from simple_reader import event_ends, is_finished, split_events

import llmgate
import llmgate.testing

EXCHANGES = load_exchanges(ANTHROPIC_APIS + GEMINI_APIS)
STREAMS = [each for each in EXCHANGES if each.is_stream]
IN_RECORDED_PIECES = [each for each in EXCHANGES if each.piece_lengths]
ARRAYS = [each for each in EXCHANGES if each.asks_for_stream and each.payload.startswith(b"[")]

# Answers that are not read as the simple reader reads them: id -> why.
EXCEPTIONS: dict[str, str] = {}


WHOLE_ANSWERS = [
    pytest.param(
        each,
        id=each.id,
        marks=[pytest.mark.xfail(strict=True, reason=EXCEPTIONS[each.id])]
        if each.id in EXCEPTIONS
        else [],
    )
    for each in EXCHANGES
]


def by_id(exchange: Exchange) -> str:
    return exchange.id


def parse(
    exchange: Exchange,
    pieces: Iterable[bytes],
    chunks: list[Any] | None = None,
    **how: Any,
) -> Any:
    return llmgate.testing.parse(
        exchange.provider,
        pieces,
        format=exchange.format,
        status=exchange.status,
        headers=exchange.headers,
        chunks=chunks,
        **{"stream": exchange.is_stream, **how},
    )


def check(exchange: Exchange, pieces: Iterable[bytes]) -> Any:
    """The answer, delivered in these pieces, is what the simple reader makes of it."""
    expected = read(exchange)
    if expected["error"] is None:
        chunks: list[Any] = []
        response = parse(exchange, pieces, chunks)
        assert_same_native_answer(response, expected, exchange.provider)
        if exchange.is_stream:
            check_chunks(chunks, response, expected, exchange.provider)
        return response
    with pytest.raises(llmgate.APIError) as caught:
        parse(exchange, pieces)
    assert_same_error(caught.value, expected["error"], exchange.provider)
    if expected["choices"]:
        assert_same_partial(caught.value, expected)
    return None


def check_chunks(chunks: list[Any], response: Any, expected: dict[str, Any], provider: str) -> None:
    """What was handed out while the stream ran adds up to the answer, and so says our builder."""
    spelt = as_spelt_by(response.choices, expected)
    assert_chunks_join_to(chunks, spelt)
    rebuilt = llmgate.stream_chunk_builder(chunks)
    assert_same_choices(rebuilt, spelt)
    assert (rebuilt.id, rebuilt.model) == (response.id, response.model)
    assert_same_usage(getattr(rebuilt, "usage", None), expected["usage"], provider)
    for choice, built in zip(response.choices, rebuilt.choices, strict=True):
        assert citations_of(built.message) == citations_of(choice.message)
        assert plain(built.message) == plain(choice.message)


@pytest.mark.parametrize("exchange", WHOLE_ANSWERS)
def test_whole(exchange: Exchange) -> None:
    check(exchange, [exchange.payload])


@pytest.mark.parametrize("exchange", WHOLE_ANSWERS)
def test_byte_by_byte(exchange: Exchange) -> None:
    response = check(exchange, (bytes([byte]) for byte in exchange.payload))
    if response is not None:  # ids that were made up included
        assert plain(response) == plain(parse(exchange, [exchange.payload]))


@pytest.mark.parametrize("exchange", IN_RECORDED_PIECES, ids=by_id)
def test_in_the_pieces_the_network_delivered(exchange: Exchange) -> None:
    check(exchange, exchange.recorded_pieces)


@pytest.mark.parametrize("exchange", STREAMS, ids=by_id)
def test_cut_after_every_event(exchange: Exchange) -> None:
    """Where the connection just closes, only Anthropic's end of a message is one.

    Gemini says nothing behind its last chunk, and may go on behind a finish.
    """
    for end in event_ends(exchange.payload)[:-1]:
        payload = exchange.payload[:end]
        expected = read_stream(exchange, payload)
        if is_finished(expected) and exchange.api in ANTHROPIC_APIS:
            check_finished(exchange, payload, complete=False)
        else:
            check_cut(exchange, payload, expected, complete=False)


@pytest.mark.parametrize("exchange", STREAMS, ids=by_id)
def test_ended_by_the_server_after_every_event(exchange: Exchange) -> None:
    """Where the server says that this was all, it is an answer once every choice has finished."""
    for end in event_ends(exchange.payload)[:-1]:
        payload = exchange.payload[:end]
        expected = read_stream(exchange, payload)
        if is_finished(expected) and expected["error"] is None:
            check_finished(exchange, payload, complete=True)
        else:
            check_cut(exchange, payload, expected, complete=True)


@pytest.mark.parametrize("exchange", STREAMS, ids=by_id)
def test_cut_inside_the_last_event_before_the_finish(exchange: Exchange) -> None:
    """Half an event is no event: what it would have said must not be made up."""
    if read(exchange)["error"] is not None:
        pytest.skip("an error is no finish")
    ends = event_ends(exchange.payload)
    unfinished = [e for e in ends if not is_finished(read_stream(exchange, exchange.payload[:e]))]
    start = unfinished[-1] if unfinished else 0
    next_end = next((end for end in ends if end > start), len(exchange.payload))
    half = exchange.payload[: (start + next_end) // 2]
    check_cut(exchange, half, read_stream(exchange, exchange.payload[:start]), complete=True)


def check_finished(exchange: Exchange, payload: bytes, *, complete: bool) -> None:
    response = parse(exchange, [payload], complete=complete)
    assert_same_choices(response, as_spelt_by(response.choices, read_stream(exchange, payload)))


def check_cut(
    exchange: Exchange, payload: bytes, expected: dict[str, Any], *, complete: bool
) -> None:
    """It is an interruption, and what had arrived is kept."""
    with pytest.raises(llmgate.APIError) as caught:
        parse(exchange, [payload], complete=complete)
    if expected["error"] is not None:
        assert_same_error(caught.value, expected["error"], exchange.provider)
    elif split_events(payload):
        assert caught.value.kind == "stream_interrupted"
    else:
        assert caught.value.kind in {"stream_interrupted", "connection_lost"}
    if expected["choices"]:
        partial = caught.value.partial_response
        assert_same_partial(caught.value, as_spelt_by(partial.choices, expected))


@pytest.mark.parametrize("exchange", ARRAYS, ids=by_id)
def test_array_in_place_of_a_stream(exchange: Exchange) -> None:
    """It reads the same whether a stream was asked for or not; cut anywhere it is an error."""
    chunks: list[Any] = []
    response = parse(exchange, [exchange.payload], chunks, stream=True)
    assert_same_native_answer(response, read(exchange), exchange.provider)
    check_chunks(chunks, response, read(exchange), exchange.provider)
    elements = json.loads(exchange.payload)
    for count in range(len(elements)):
        for tail in ("", ","):
            cut = json.dumps(elements[:count]).removesuffix("]") + tail
            with pytest.raises(llmgate.APIError):
                parse(exchange, [cut.encode()], stream=True, complete=False)
    with pytest.raises(llmgate.APIError):  # whole as JSON, but the answer has no end
        parse(exchange, [json.dumps(elements[:-1]).encode()], stream=True)


def test_blocked_prompts_are_content_policy_violations() -> None:
    blocked = [
        each for each in EXCHANGES if (read(each)["error"] or {}).get("type") == "prompt_blocked"
    ]
    assert len(blocked) == 2
    for exchange in blocked:
        with pytest.raises(llmgate.ContentPolicyViolationError, match="SAFETY"):
            parse(exchange, [exchange.payload])


def test_a_quota_error_says_when_to_come_back() -> None:
    (exchange,) = [each for each in EXCHANGES if "error_429" in each.features]
    with pytest.raises(llmgate.RateLimitError) as caught:
        parse(exchange, [exchange.payload])
    (said,) = [
        detail["retryDelay"]
        for detail in json.loads(exchange.payload)["error"]["details"]
        if "retryDelay" in detail
    ]
    assert f"{caught.value.retry_after:g}s" == said


def test_log_probabilities_are_shown_as_openai_has_them() -> None:
    (exchange,) = [each for each in EXCHANGES if "logprobs" in each.features]
    shown = parse(exchange, [exchange.payload]).choices[0].logprobs.content
    said = read(exchange)["message"]["candidates"][0]["logprobsResult"]
    found = [(each.token, each.logprob) for each in shown]
    assert found == [(each["token"], each["logProbability"]) for each in said["chosenCandidates"]]
    found_top = [
        [(each.token, each.logprob) for each in position.top_logprobs] for position in shown
    ]
    assert found_top == [
        [(each["token"], each["logProbability"]) for each in position["candidates"]]
        for position in said["topCandidates"]
    ]


def test_images_are_shown_as_data_urls() -> None:
    made = [each for each in EXCHANGES if "image_out" in each.features]
    assert len(made) == 2
    for exchange in made:
        message = parse(exchange, [exchange.payload]).choices[0].message
        blocks = read(exchange)["choices"][0]["blocks"]
        (image,) = [block["inlineData"] for block in blocks if "inlineData" in block]
        (shown,) = message.images
        assert shown.image_url.url == f"data:{image['mimeType']};base64,{image['data']}"
