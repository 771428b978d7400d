"""The simple reader itself, on hand-made cases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from simple_reader import event_ends, is_finished, read_body, read_stream, split_events


def stream_of(*deltas: dict[str, Any], finish: str | None = None) -> bytes:
    chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    if finish:
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    return b"".join(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_are_split_at_every_line_end(end: str) -> None:
    lines = [": ping", "", "data: a", "data:b", "", "event: x", "data: [DONE]", "", ""]
    payload = end.join(lines).encode()
    assert split_events(payload) == ["a\nb", "[DONE]"]
    assert len(event_ends(payload)) == 3
    assert event_ends(payload)[-1] == len(payload)


def test_last_event_may_lack_its_blank_line() -> None:
    assert split_events(b"data: a\n\ndata: [DONE]") == ["a", "[DONE]"]


def test_list_content_is_text_and_thinking() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    payload = stream_of(
        {"content": [thinking]}, {"content": [{"type": "text", "text": "a"}]}, {"content": "b"}
    )
    (choice,) = read_stream(payload)["choices"]
    assert (choice["text"], choice["reasoning"]) == ("ab", "hm")


def test_reasoning_under_both_names_counts_once() -> None:
    payload = stream_of({"reasoning": "a", "reasoning_content": "a"}, {"reasoning": "b"})
    assert read_stream(payload)["choices"][0]["reasoning"] == "ab"


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        # In pieces; later pieces have no id, a null one or an empty one.
        (
            [
                {"index": 0, "id": "x", "function": {"name": "f", "arguments": ""}},
                {"index": 0, "id": None, "function": {"arguments": "{"}},
                {"index": 0, "id": "", "function": {"arguments": "}"}},
            ],
            [("x", "f", "{}")],
        ),
        # Whole ones without an index.
        (
            [
                {"id": "x", "function": {"name": "f", "arguments": "{}"}},
                {"id": "y", "function": {"name": "f", "arguments": "{}"}},
            ],
            [("x", "f", "{}"), ("y", "f", "{}")],
        ),
        # Whole ones that all have index 0, as Gemini behind OpenRouter sends them.
        (
            [
                {"index": 0, "id": "x", "function": {"name": "f", "arguments": "1"}},
                {"index": 0, "id": "y", "function": {"name": "f", "arguments": "2"}},
            ],
            [("x", "f", "1"), ("y", "f", "2")],
        ),
        # Arguments that come only later.
        (
            [{"index": 1, "id": "x", "function": {"name": "f"}}, {"index": 1, "function": {}}],
            [("x", "f", "")],
        ),
    ],
)
def test_tool_calls_are_joined(pieces: list[Any], expected: list[Any]) -> None:
    payload = stream_of(*({"tool_calls": [piece]} for piece in pieces))
    assert read_stream(payload)["choices"][0]["tool_calls"] == expected


def test_stream_is_finished_when_every_choice_is() -> None:
    assert not is_finished(read_stream(b""))
    assert not is_finished(read_stream(stream_of({"content": "a"})))
    assert is_finished(read_stream(stream_of({"content": "a"}, finish="stop")))


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        ({"error": {"message": "m", "code": 502}}, 502, 502, "m"),
        ({"error": {"message": "m", "status_code": 400, "code": "c"}}, 400, "c", "m"),
        ({"code": "a sentence", "error": "m"}, None, "a sentence", "m"),
        ({"detail": "m"}, None, None, "m"),
        ({"object": "error", "code": "1500", "message": "m"}, None, "1500", "m"),
    ],
)
def test_errors_are_found_in_every_shape(
    body: Any, status: int | None, code: Any, message: str
) -> None:
    error = read_body(json.dumps(body).encode())["error"]
    assert (error["status"], error["code"], error["message"]) == (status, code, message)
