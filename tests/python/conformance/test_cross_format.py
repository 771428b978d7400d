"""Recorded requests converted to another format and back: nothing is lost without a word.

How that is judged is said in `request_changes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from native_requests import read_canonical
from recordings import ANTHROPIC_APIS, CHAT_APIS, GEMINI_APIS, Exchange, load_exchanges
from request_changes import Excuses, moved_texts, unexcused
from request_meanings import meaning_of
from speakers import SPEAKERS, read, render

import llmgate

EXCHANGES = load_exchanges(CHAT_APIS + ANTHROPIC_APIS + GEMINI_APIS)
REQUESTS = [each for each in EXCHANGES if each.request_body is not None]

# Requests that a format has no way to send, or to send back: the path that the refusal names.
REFUSED: dict[tuple[str, str], str] = {
    # Anthropic takes no audio.
    ("bedrock-openai-chat-213e9f33c4", "anthropic.messages"): "$.messages[0].content[1]",
    ("deepseek-openai-chat-17386ae03e", "anthropic.messages"): "$.messages[0].content[1]",
    ("gemini-gemini-generatecontent-86bcd1f3af", "anthropic.messages"): "$.messages[0].content[1]",
    ("mistral-mistral-chat-fac16eb270", "anthropic.messages"): "$.messages[0].content[1]",
    ("openrouter-openai-chat-2a1183f001", "anthropic.messages"): "$.messages[1].content[1]",
    ("vertex-gemini-generatecontent-2601e54a62", "anthropic.messages"): "$.messages[0].content[1]",
    # OpenAI takes no file by URL, and Gemini's requests do not tell an image by URL from a file.
    ("gemini-gemini-generatecontent-cf4dc4dce5", "openai.chat"): "$.messages[4].content[0]",
    ("mistral-mistral-chat-a987c8d5ce", "gemini.generateContent"): "$.messages[0].content[1]",
    ("openrouter-openai-chat-afaed4dd13", "gemini.generateContent"): "$.messages[0].content[1]",
}

# Losses that nobody reports: (id, format) -> what.
EXCEPTIONS: dict[tuple[str, str], str] = {}


def marks_of(exchange: Exchange, format: str) -> list[Any]:
    why = EXCEPTIONS.get((exchange.id, format))
    return [] if why is None else [pytest.mark.xfail(strict=True, reason=why)]


WAYS = [
    pytest.param(
        exchange, format, id=f"{exchange.id}-by-{format}", marks=marks_of(exchange, format)
    )
    for exchange in REQUESTS
    for format in SPEAKERS
    if format != exchange.format
]


@dataclass(frozen=True)
class RoundTrip:
    """A request converted to another format and back, with what was said of each rendering."""

    returned: dict[str, Any]
    excuses: list[Excuses]


def convert_and_back(exchange: Exchange, format: str) -> RoundTrip:
    first = read_canonical(exchange)
    body, said = render(format, first)
    second = read(format, body)
    if format.startswith("gemini") and "stream" in first:  # said in the URL
        second["stream"] = first["stream"]
    returned, said_back = render(exchange.format, second, exchange.model)
    return RoundTrip(returned, [Excuses(first, said), Excuses(second, said_back)])


@pytest.mark.parametrize(("exchange", "format"), WAYS)
def test_nothing_is_lost_without_a_word(exchange: Exchange, format: str) -> None:
    refused = REFUSED.get((exchange.id, format))
    if refused is not None:
        with pytest.raises(llmgate.BadRequestError, match=re.escape(refused)):
            convert_and_back(exchange, format)
        return
    trip = convert_and_back(exchange, format)
    sent = meaning_of(exchange.format, exchange.request_body)
    returned = meaning_of(exchange.format, trip.returned)
    assert unexcused(sent, returned, trip.excuses) == []
    moved = moved_texts(turns_of(sent), turns_of(returned))
    assert [
        text for text in moved if not any(each.excuse_move(text) for each in trip.excuses)
    ] == []


def turns_of(meaning: dict[str, Any]) -> list[Any]:
    turns: list[Any] = meaning.get("messages") or meaning["contents"]
    return turns
