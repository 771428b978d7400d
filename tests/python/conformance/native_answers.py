"""Holds llmgate's answers in formats of their own against their simple readings.

`comparison` says what is compared of the OpenAI-shaped answer; here is what lies behind it: the
order and the kinds of blocks, citations, the provider's own usage, and that nothing is left out.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import simple_anthropic
import simple_gemini
from comparison import assert_same_choices, assert_same_usage
from recordings import Exchange

_OF_THE_CHOICE = ("index", "text", "reasoning", "refusal", "tool_calls", "finish_reason")
_PORTABLE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read(exchange: Exchange) -> dict[str, Any]:
    """The simple reading of a recorded answer."""
    if exchange.is_stream:
        return read_stream(exchange, exchange.payload)
    reader = _reader_of(exchange)
    return reader.read_body(exchange.payload, exchange.status)


def read_stream(exchange: Exchange, payload: bytes) -> dict[str, Any]:
    """The simple reading of a stream, or of as much of it as there is."""
    return _reader_of(exchange).read_stream(payload)


def _reader_of(exchange: Exchange) -> Any:
    return simple_gemini if exchange.format.startswith("gemini") else simple_anthropic


def assert_same_native_answer(response: Any, expected: dict[str, Any], provider: str) -> None:
    """A ModelResponse says what the simple reading says, and its turn says all of it."""
    if expected["id"] is not None:  # else one was made up
        assert response.id == expected["id"]
    if expected["model"] is not None:
        assert response.model == expected["model"]
    assert_same_choices(response, as_spelt_by(response.choices, expected))
    assert_same_usage(response.usage, expected["usage"], provider)
    if expected["native_usage"] is not None:
        assert plain(response.native_usage) == expected["native_usage"]
    for choice, turn_choice, wanted in zip(
        response.choices, response.turn.choices, expected["choices"], strict=True
    ):
        assert [block.kind for block in turn_choice.blocks] == wanted["kinds"]
        assert citations_of(choice.message) == wanted["citations"]
    assert left_out(expected["message"], plain(response.turn)) == []


def as_spelt_by(choices: Any, expected: dict[str, Any]) -> dict[str, Any]:
    """What is expected of choices, in the words of `comparison`.

    A call's arguments are taken in the spelling of `choices` where they are equal as JSON, and ids
    that the provider did not give as `choices` have them where they are such as may be made up.
    """
    comparable = []
    for found, wanted in zip(choices, expected["choices"], strict=True):
        calls = list(getattr(found.message, "tool_calls", None) or [])
        pairs = zip(calls, wanted["tool_calls"], strict=True)
        comparable.append(
            {
                **{name: wanted[name] for name in _OF_THE_CHOICE},
                "native_finish_reason": wanted["native_finish_reason"],
                "tool_calls": [_call_as_spelt_by(call, said) for call, said in pairs],
            }
        )
    made_up = [call[0] for choice in comparable for call in choice["tool_calls"]]
    assert len(set(made_up)) == len(made_up)
    return {**expected, "choices": comparable}


def _call_as_spelt_by(call: Any, wanted: tuple[Any, str, str]) -> tuple[Any, str, str]:
    id_, name, arguments = wanted
    if id_ is None:
        assert _PORTABLE_ID.fullmatch(call.id), call.id
        id_ = call.id
    if is_same_json(call.function.arguments, arguments):
        arguments = call.function.arguments
    return id_, name, arguments


def is_same_json(one: str, other: str) -> bool:
    try:
        return canonical(json.loads(one or "{}")) == canonical(json.loads(other or "{}"))
    except ValueError:  # cut in the middle
        return one == other


def citations_of(message: Any) -> list[tuple[str, Any, int, int]]:
    """The annotations that a message shows, as the simple readers have citations."""
    return [
        (
            each.url_citation.url,
            each.url_citation.get("title") or None,
            each.url_citation.start_index,
            each.url_citation.end_index,
        )
        for each in getattr(message, "annotations", None) or []
    ]


def left_out(said: Any, kept: Any) -> list[str]:
    """The values that the provider said and that are nowhere in what is kept.

    It is not looked at where a value stands; a text may be part of another one (a JSON text in a
    JSON string, texts that were joined).
    """
    values = Counter(_spelt(value) for _, value in _leaves(kept))
    texts = "\n".join(value for _, value in _leaves(kept) if isinstance(value, str))
    missing = []
    for name, value in _leaves(said):
        if values[_spelt(value)] > 0:
            values[_spelt(value)] -= 1
        elif not (isinstance(value, str) and value in texts) and (name, value) not in _CONSUMED:
            missing.append(f"{name}={value}")
    return missing


# What the kind of a message, of its author and of a block say.
_CONSUMED = {("type", "message"), ("role", "model"), ("thought", True)}


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            yield from _leaves(inner, inner_name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                yield from _leaves(json.loads(value), name)
            except ValueError:
                return


def _spelt(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def canonical(value: Any) -> str:
    """A JSON value as text that is the same for equal values; 1, 1.0 and true are not equal."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def plain(node: Any) -> Any:
    """A node of an answer, or anything inside one, as plain values."""
    return node.model_dump() if hasattr(node, "model_dump") else node
