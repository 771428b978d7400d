"""The scripted provider against what real ones took and sent: no stricter, of the same shape."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from recordings import ANTHROPIC_APIS, GEMINI_APIS, Exchange, load_exchanges

from llmgate.testing import FakeProvider, Reply

EXCHANGES = [each for each in load_exchanges((*ANTHROPIC_APIS, *GEMINI_APIS)) if each.status < 300]
ASKED = [each for each in EXCHANGES if each.request_body is not None]
BY_ID = {each.id: each for each in EXCHANGES}
# What comes back of turns that the recording does not show has signatures nobody here issued.
SIGNATURE_FAULTS = ("Invalid `signature` in `thinking` block", "Corrupted thought signature.")


def answer_to(fake: FakeProvider, exchange: Exchange) -> tuple[int, str]:
    """The scripted provider's answer to a recorded request."""
    if exchange.api in ANTHROPIC_APIS:
        path = "/v1/messages"
        headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
    else:
        ending = "streamGenerateContent?alt=sse" if exchange.asks_for_stream else "generateContent"
        path = f"/v1beta/models/{exchange.model}:{ending}"
        headers = {"x-goog-api-key": "k"}
    connection = http.client.HTTPConnection(fake.origin.removeprefix("http://"), timeout=10)
    try:
        connection.request("POST", path, json.dumps(exchange.request_body).encode(), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def events_of(text: str) -> list[Any]:
    lines = text.replace("\r\n", "\n").splitlines()
    return [json.loads(line[5:]) for line in lines if line.startswith("data:")]


def values_of(exchange: Exchange) -> list[Any]:
    """The JSON values of a recorded answer: the events of a stream, else one."""
    text = exchange.payload.decode()
    if text.lstrip().startswith(("{", "[")):
        value = json.loads(text)
        return value if isinstance(value, list) else [value]
    return events_of(text)


def turn_of(exchange: Exchange) -> list[Any]:
    """The content blocks or parts of a recorded answer."""
    values = values_of(exchange)
    if exchange.api in GEMINI_APIS:
        contents = (c.get("content", {}) for v in values for c in v.get("candidates", ()))
        return [part for content in contents for part in content.get("parts", ())]
    if "content" in values[0]:
        return list(values[0]["content"])
    blocks: list[Any] = []
    for event in values:
        if event["type"] == "content_block_start":
            blocks.append({**event["content_block"], "grown": ""})
        for name, piece in event.get("delta", {}).items():
            if name == "partial_json":
                blocks[-1]["grown"] += piece
            elif name in ("text", "thinking", "signature", "content"):
                blocks[-1][name] = (blocks[-1].get(name) or "") + piece
            elif name == "citation":
                blocks[-1]["citations"] = [*blocks[-1]["citations"], piece]
    for block in blocks:
        grown = block.pop("grown")
        if grown:
            block["input"] = json.loads(grown)
    return blocks


@pytest.mark.parametrize("exchange", ASKED, ids=lambda each: each.id)
def test_a_request_that_was_taken_is_not_refused(exchange: Exchange) -> None:
    with FakeProvider(format=exchange.format) as fake:
        status, text = answer_to(fake, exchange)
    if status != 200:
        assert exchange.features & {"thinking_signature", "multi_turn"}
        assert any(fault in text for fault in SIGNATURE_FAULTS), text


def is_first_of_its_conversation(exchange: Exchange) -> bool:
    body = exchange.request_body
    return len(body.get("messages") or body.get("contents")) == 1


FOLLOWING = [
    each
    for each in ASKED
    if each.follows in BY_ID and is_first_of_its_conversation(BY_ID[each.follows])
]


@pytest.mark.parametrize("exchange", FOLLOWING, ids=lambda each: each.id)
def test_a_turn_that_came_back_is_taken_by_who_issued_it(exchange: Exchange) -> None:
    first = BY_ID[exchange.follows or ""]
    replies = [Reply(blocks=turn_of(first)), Reply(text="Thanks.")]
    with FakeProvider(replies, format=exchange.format) as fake:
        assert answer_to(fake, first)[0] == 200
        status, text = answer_to(fake, exchange)
    assert status == 200, text


def kinds_of(events: list[Any]) -> Iterator[str]:
    """The kinds of events and of deltas, each once where it repeats, pings left out."""
    last = ""
    for event in events:
        kind = event["type"] + ":" + str(event.get("delta", {}).get("type", ""))
        if kind != last and event["type"] != "ping":
            yield kind
            last = kind


def members_of(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all members; what models and callers made up is not looked into."""
    if isinstance(value, list):
        for element in value:
            yield from members_of(element, path + "[]")
    elif isinstance(value, dict):
        for name, member in value.items():
            yield f"{path}.{name}"
            if name not in ("input", "args", "response"):
                yield from members_of(member, f"{path}.{name}")


def streams_of(apis: tuple[str, ...]) -> list[Exchange]:
    return [each for each in ASKED if each.is_stream and each.api in apis]


@pytest.mark.parametrize("exchange", streams_of(ANTHROPIC_APIS), ids=lambda each: each.id)
def test_a_stream_has_the_events_of_the_recorded_one(exchange: Exchange) -> None:
    reply = Reply(blocks=turn_of(exchange))
    with FakeProvider([reply], format=exchange.format, checks=False) as fake:
        _, text = answer_to(fake, exchange)
    assert list(kinds_of(events_of(text))) == list(kinds_of(values_of(exchange)))


@pytest.mark.parametrize("apis", [ANTHROPIC_APIS, GEMINI_APIS], ids=["anthropic", "gemini"])
def test_every_member_that_is_sent_was_recorded(apis: tuple[str, ...]) -> None:
    chosen = [each for each in ASKED if each.api in apis]
    known = {
        member
        for each in EXCHANGES
        if each.api in apis
        for value in values_of(each)
        for member in members_of(value)
    }
    assert chosen
    for exchange in chosen:
        with FakeProvider(
            [Reply(blocks=turn_of(exchange))], format=exchange.format, checks=False
        ) as fake:
            _, text = answer_to(fake, exchange)
        values = [json.loads(text)] if text.startswith("{") else events_of(text)
        assert {member for value in values for member in members_of(value)} - known == set()
