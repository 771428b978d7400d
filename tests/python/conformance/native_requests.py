"""The assistant's turns in requests of each format, and requests in which they are ours."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import native_answers
from native_answers import canonical
from recordings import Exchange
from simple_gemini import join_texts
from simple_reader import read_stream

import llmgate.testing


@dataclass(frozen=True)
class Layout:
    """Where a format's requests have the assistant's turns."""

    turns: str  # the member that holds them
    role: str
    content: Callable[[dict[str, Any]], list[Any]]


def _content_of(turn: dict[str, Any]) -> list[Any]:
    content = turn["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


LAYOUTS = {
    "openai.chat": Layout("messages", "assistant", lambda turn: [turn]),
    "anthropic.messages": Layout("messages", "assistant", _content_of),
    "gemini.generateContent": Layout("contents", "model", lambda turn: join_texts(turn["parts"])),
}


def last_turn(format: str, body: dict[str, Any]) -> list[Any] | None:
    """What the assistant said last in a request, block by block; None: nothing."""
    layout = LAYOUTS[format]
    turns = [each for each in body[layout.turns] if each.get("role") == layout.role]
    return layout.content(turns[-1]) if turns else None


def said_by_issuer(exchange: Exchange) -> list[Any]:
    """What its issuer said in an answer, block by block, as a request holds it."""
    if exchange.format == "openai.chat":
        return [_openai_message(exchange)]
    (choice, *_) = native_answers.read(exchange)["choices"]
    return (
        join_texts(choice["blocks"]) if exchange.format.startswith("gemini") else choice["blocks"]
    )


def _openai_message(exchange: Exchange) -> dict[str, Any]:
    if not exchange.is_stream:
        message: dict[str, Any] = json.loads(exchange.payload)["choices"][0]["message"]
        for call in message.get("tool_calls") or []:
            call.pop("index", None)  # where it stands says the same
        return message
    (choice, *_) = read_stream(exchange.payload)["choices"]
    calls = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
        for id_, name, arguments in choice["tool_calls"]
    ]
    message = {"role": "assistant", "content": choice["text"], "tool_calls": calls}
    return {name: value for name, value in message.items() if value or name == "content"}


def read_canonical(exchange: Exchange) -> dict[str, Any]:
    """A recorded request as the canonical one."""
    body = json.dumps(exchange.request_body, ensure_ascii=False).encode()
    read = llmgate.testing.read_request(
        exchange.format, body, provider=exchange.provider, model=exchange.model
    )
    request: dict[str, Any] = json.loads(read)
    return request


def render(exchange: Exchange, request: dict[str, Any]) -> dict[str, Any]:
    """A canonical request as the provider of the exchange would get it."""
    rendered = llmgate.testing.render_request(
        exchange.provider,
        json.dumps(request, ensure_ascii=False).encode(),
        format=exchange.format,
        model=exchange.model,
    )
    body: dict[str, Any] = json.loads(rendered.body)
    return body


def with_last_turn(request: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """The canonical request with `message` as the assistant's last, and its calls answered."""
    messages = list(request["messages"])
    last = max(i for i, each in enumerate(messages) if each["role"] == "assistant")
    before = [call["id"] for call in messages[last].get("tool_calls") or []]
    after = [call["id"] for call in message.get("tool_calls") or []]
    renamed = dict(zip(before, after, strict=True))
    messages[last] = message
    for position in range(last + 1, len(messages)):
        answered = messages[position].get("tool_call_id")
        if answered is not None:
            messages[position] = {**messages[position], "tool_call_id": renamed[answered]}
    return {**request, "messages": messages}


def conversation_with(message: dict[str, Any], model: str) -> dict[str, Any]:
    """A canonical request in which `message` was the last answer; its calls have their results."""
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": "done"}
        for call in message.get("tool_calls") or []
    ]
    next_one = results or [{"role": "user", "content": "And then?"}]
    return {"model": model, "messages": [{"role": "user", "content": "Hi."}, message, *next_one]}


def values_missing(wanted: Any, found: Any) -> list[str]:
    """The values of `wanted`, each with its name, that `found` does not have (as often)."""
    missing = Counter(named_values(wanted)) - Counter(named_values(found))
    return sorted(missing.elements())


def named_values(value: Any, name: str = "") -> Iterator[str]:
    """`name=value` of all that says something; JSON texts count as their values."""
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            yield from named_values(inner, inner_name)
        return
    if isinstance(value, list):
        for inner in value:
            yield from named_values(inner, name)
        return
    if name == "arguments" and isinstance(value, str):
        try:
            yield from named_values(json.loads(value), name)
            return
        except ValueError:
            pass
    if value is not None and value != "":
        yield f"{name}={canonical(value)}"
