"""What every wire format of the scripted provider has in common."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Literal, Protocol, TypeAlias

from llmgate.testing._blocks import Reasoning, Text, ToolCall, Usage
from llmgate.testing._script import ReceivedRequest, Reply

FormatName: TypeAlias = Literal["openai.chat", "anthropic.messages", "gemini.generateContent"]

PIECE_OF_ARGUMENTS = 12  # characters in one delta of a tool call's arguments


class Format(Protocol):
    """How one wire format writes a `Reply`. A further format is one more file with this shape.

    An object of it belongs to one `FakeProvider`: it may remember what it sent. All methods are
    called on the provider's thread.
    """

    name: str
    #: The path of the API's base URL.
    base_path: str
    #: Ends of the request paths (without query) at which this format is spoken.
    routes: tuple[str, ...]

    def refuse_key(self, request: ReceivedRequest, api_key: str | None) -> Reply | None:
        """The error where a request does not carry the key as the provider wants it.

        Without `api_key` any key will do.
        """
        if api_key is not None and request.api_key != api_key:
            return Reply.error(401)
        return None

    def find_fault(self, request: ReceivedRequest) -> Reply | None:
        """The error this request would earn from the real provider whatever the script says."""
        ...

    def wants_stream(self, request: ReceivedRequest) -> bool:
        """Whether this request asks for a stream."""
        ...

    def default_reply(self, request: ReceivedRequest) -> Reply:
        """What is answered where nothing was scripted: it tells what was asked."""
        ...

    def render_reply(self, reply: Reply, request: ReceivedRequest) -> bytes:
        """The JSON body of a plain answer."""
        ...

    def render_stream(self, reply: Reply, request: ReceivedRequest) -> list[bytes]:
        """The events of a stream, end marker included."""
        ...

    def render_error(self, reply: Reply, request: ReceivedRequest) -> bytes:
        """The JSON body of an error."""
        ...

    def adapt(self, reply: Reply) -> Reply:
        """The reply with headers as this provider sends them."""
        return reply

    def headers(self, request: ReceivedRequest) -> dict[str, str]:
        """The headers of every answer, besides those of HTTP and the content type."""
        ...

    def content_type(self, request: ReceivedRequest, *, is_stream: bool) -> str:
        """The media type of a stream, or of a plain answer or error."""
        return "text/event-stream; charset=utf-8" if is_stream else "application/json"


def to_json(value: Any, separators: tuple[str, str] = (",", ":")) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=separators)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a surrogate pair can travel as an escape only
        return json.dumps(value, separators=separators).encode()


def words(text: str) -> list[str]:
    """The text in pieces of one word with the space before it."""
    return re.findall(r"\s*\S+|\s+$", text)


def pieces_of(reply: Reply, text: str) -> list[str]:
    """How a text of the reply is divided over the chunks of a stream."""
    return list(reply.chunks) if reply.chunks is not None else words(text)


def pieces_of_arguments(text: str) -> Iterator[str]:
    for start in range(0, len(text), PIECE_OF_ARGUMENTS):
        yield text[start : start + PIECE_OF_ARGUMENTS]


def counted_usage(reply: Reply, prompt: str, choices: int = 1) -> Usage:
    """Usage where every word is a token."""
    spoken = len((reply.refusal or "").split())
    reasoning = 0
    for block in reply.turn:
        if isinstance(block, Reasoning):
            reasoning += len(block.text.split())
        elif isinstance(block, Text):
            spoken += len(block.text.split())
        elif isinstance(block, ToolCall):
            spoken += len(block.arguments_text.split())
    return Usage(len(prompt.split()), spoken * choices + reasoning, reasoning=reasoning)


def texts_in(value: Any) -> Iterator[str]:
    """All texts of a message's content: the strings and the members named text, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from texts_in(element)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for name in ("content", "parts"):
            yield from texts_in(value.get(name))
