"""Recorded requests through llmgate: read and written back, and answers sent back to who gave them.

A turn that goes back to its issuer is what the issuer said, whatever way the message took through
the program that keeps it. Where recorded clients sent an answer back, ours holds all that they
sent, and what they left out.
"""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import native_answers
import pytest
from native_answers import canonical, is_same_json
from native_requests import (
    conversation_with,
    last_turn,
    read_canonical,
    render,
    said_by_issuer,
    values_missing,
    with_last_turn,
)
from recordings import ANTHROPIC_APIS, CHAT_APIS, GEMINI_APIS, Exchange, load_exchanges

import llmgate
import llmgate.testing

NATIVE = load_exchanges(ANTHROPIC_APIS + GEMINI_APIS)
EXCHANGES = {each.id: each for each in [*NATIVE, *load_exchanges(CHAT_APIS)]}
REQUESTS = [each for each in NATIVE if each.request_body is not None]
ALL_ANSWERS = [each for each in NATIVE if not native_answers.read(each)["error"]]
ANSWERS = [each for each in ALL_ANSWERS if said_by_issuer(each)]
EMPTY_ANSWERS = [each for each in ALL_ANSWERS if not said_by_issuer(each)]
PAIRS = [(EXCHANGES[each.follows], each) for each in EXCHANGES.values() if each.follows]

# Requests that llmgate rightly does not write back as they were: id -> why.
EXCEPTIONS: dict[str, str] = {}

# What recorded clients sent that the issuer never said, by the id of their request: why.
CLIENTS_OWN: dict[str, str] = {
    "anthropic-anthropic-messages-9ab9964b08": "cache_control on the call",
    "gemini-gemini-generatecontent-8f2205309b": "the signature in the other base64 alphabet",
    "gemini-gemini-streamgeneratecontent-bbf4dea85d": "an id for a call that had none",
    "gemini-openai-chat-ab3ec5a945": "an id for a call whose id was empty",
    "groq-openai-chat-04785fa516": "the reasoning, inside the content",
    "ollama-openai-chat-661775bfae": "`reasoning` under the name reasoning_content",
    "openrouter-openai-chat-abe20deeaa": "reasoning_details made up from `reasoning`",
}

# What recorded clients left out of what the issuer said, by the id of their request: what.
DROPPED_BY_CLIENTS: dict[str, str] = {
    "anthropic-anthropic-messages-4c3ddd9618": "the caller of the tool call",
    "anthropic-anthropic-messages-9ab9964b08": "the caller of the tool call",
    "gemini-gemini-generatecontent-8f2205309b": "thoughts; the signature in its own alphabet",
    "gemini-gemini-streamgeneratecontent-bbf4dea85d": "thoughts",
    "vertex-gemini-generatecontent-e4d51b769b": "thoughts; the id of the call",
    "gemini-openai-chat-ab3ec5a945": "thought signatures",
    "groq-openai-chat-04785fa516": "`reasoning` under its own name",
    "mistral-mistral-chat-94f180fe49": "whether the thinking was closed",
    "openrouter-openai-chat-30ecbe6524": "`reasoning`; format and index of reasoning_details",
    "openrouter-openai-chat-abe20deeaa": "reasoning_details as they were, also encrypted ones",
}

WAYS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "model_dump": lambda message: message.model_dump(),
    "json": lambda message: json.loads(json.dumps(message.model_dump())),
    "model_dump_json": lambda message: json.loads(message.model_dump_json()),
    "pickle": lambda message: pickle.loads(pickle.dumps(message)).model_dump(),
    "deepcopy": lambda message: copy.deepcopy(message).model_dump(),
}


def by_id(exchange: Exchange) -> str:
    return exchange.id


def by_second_id(pair: Any) -> str:
    return str(pair[1].id)


def answer(exchange: Exchange, chunks: list[Any] | None = None) -> Any:
    response = llmgate.testing.parse(
        exchange.provider,
        [exchange.payload],
        format=exchange.format,
        headers=exchange.headers,
        stream=exchange.is_stream,
        chunks=chunks,
    )
    return response.choices[0].message


@pytest.mark.parametrize("exchange", REQUESTS, ids=by_id)
def test_request_is_read_and_written_back(exchange: Exchange) -> None:
    if exchange.id in EXCEPTIONS:
        pytest.xfail(EXCEPTIONS[exchange.id])
    body = json.dumps(exchange.request_body, ensure_ascii=False).encode()
    rendered = llmgate.testing.read_and_render(
        exchange.format, exchange.provider, body, model=exchange.model
    )
    found = json.loads(rendered)
    assert values_missing(exchange.request_body, found) == []
    assert canonical(found) == canonical(exchange.request_body)


@pytest.mark.parametrize("exchange", ANSWERS, ids=by_id)
def test_answer_goes_back_as_it_came(exchange: Exchange) -> None:
    chunks: list[Any] = []
    message = answer(exchange, chunks)
    messages = {name: way(message) for name, way in WAYS.items()}
    if exchange.is_stream:
        rebuilt = llmgate.stream_chunk_builder(chunks)
        messages["stream_chunk_builder"] = rebuilt.choices[0].message.model_dump()
    said = said_by_issuer(exchange)
    for name, kept in messages.items():
        body = render(exchange, conversation_with(kept, exchange.model))
        assert canonical(last_turn(exchange.format, body) or []) == canonical(said), name


@pytest.mark.parametrize("exchange", EMPTY_ANSWERS, ids=by_id)
def test_answer_without_content_is_no_turn_or_an_empty_one(exchange: Exchange) -> None:
    """Gemini takes no turn without a part, Anthropic none without a block."""
    message = answer(exchange).model_dump()
    turn = last_turn(exchange.format, render(exchange, conversation_with(message, exchange.model)))
    assert turn in (None, [{"text": ""}])


@pytest.mark.parametrize("pair", PAIRS, ids=by_second_id)
def test_turn_is_replayed_to_its_issuer(pair: tuple[Exchange, Exchange]) -> None:
    first, second = pair
    said, sent = said_by_issuer(first), last_turn(second.format, second.request_body)
    message = answer(first)
    for name, way in WAYS.items():
        body = render(second, with_last_turn(read_canonical(second), way(message)))
        ours = last_turn(second.format, body)
        assert values_missing(said, ours) == [], name
        if first.format != "openai.chat":  # there members that say nothing are left out
            assert canonical(ours) == canonical(said), name
    assert bool(values_missing(sent, ours)) == (second.id in CLIENTS_OWN), values_missing(
        sent, ours
    )
    assert bool(values_missing(said, sent)) == (second.id in DROPPED_BY_CLIENTS)


@pytest.mark.parametrize("pair", PAIRS, ids=by_second_id)
def test_client_that_keeps_little_loses_no_more_than_that(pair: tuple[Exchange, Exchange]) -> None:
    first, second = pair
    message = answer(first)
    shown = {"role": "assistant", "content": message.content}
    if getattr(message, "tool_calls", None):
        shown["tool_calls"] = [call.model_dump() for call in message.tool_calls]
    body = render(second, with_last_turn(read_canonical(second), shown))
    ours = last_turn(second.format, body) or []
    assert said_visibly(ours) == said_visibly(said_by_issuer(first))


def said_visibly(blocks: list[Any]) -> tuple[str, list[tuple[Any, str, str]]]:
    """The text, and the calls with ids where their issuer gave them, of a turn in any format."""
    text, calls = "", []
    for block in blocks:
        if block.get("role") == "assistant":
            text += _text_of(block.get("content"))
            for call in block.get("tool_calls") or []:
                function = call["function"]
                calls.append((call["id"], function["name"], json.loads(function["arguments"])))
        elif "functionCall" in block:
            call = block["functionCall"]
            calls.append((call.get("id"), call["name"], call.get("args", {})))
        elif block.get("type") == "tool_use":
            calls.append((block["id"], block["name"], block["input"]))
        elif "text" in block and not block.get("thought"):
            text += block["text"]
    return text, [(id_, name, canonical(arguments)) for id_, name, arguments in calls]


def _text_of(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


def test_all_pairs_are_there() -> None:
    assert len(PAIRS) == 27
    assert {second.format for _, second in PAIRS} == {
        "openai.chat",
        "anthropic.messages",
        "gemini.generateContent",
    }
    assert is_same_json("", "{}")
