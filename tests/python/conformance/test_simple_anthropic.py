"""The simple reader of Anthropic's messages, on hand-made cases and on what recordings say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from recordings import ANTHROPIC_APIS, Exchange, load_exchanges
from simple_anthropic import read_body, read_stream
from simple_reader import is_finished

EXCHANGES = load_exchanges(ANTHROPIC_APIS)

START = {
    "type": "message_start",
    "message": {
        "id": "msg",
        "model": "m",
        "content": [],
        "usage": {"input_tokens": 1, "output_tokens": 1},
    },
}
STOP = {"type": "message_stop"}


def stream_of(*events: dict[str, Any]) -> bytes:
    framed = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
    return "".join(framed).encode()


def start(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **more}}


def stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def end(reason: str, **usage: Any) -> dict[str, Any]:
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason},
        "usage": {"output_tokens": 2, **usage},
    }


def test_blocks_are_put_together() -> None:
    payload = stream_of(
        START,
        start(0, type="thinking", thinking="", signature=""),
        {"type": "ping"},
        delta(0, "thinking_delta", thinking="h"),
        delta(0, "thinking_delta", thinking="m"),
        delta(0, "signature_delta", signature="s=="),
        stop(0),
        start(1, type="text", text=""),
        delta(1, "citations_delta", citation={"url": "u", "title": None}),
        delta(1, "text_delta", text="é"),
        stop(1),
        start(2, type="tool_use", id="t", name="f", input={}),
        delta(2, "input_json_delta", partial_json=""),
        delta(2, "input_json_delta", partial_json='{"a"'),
        delta(2, "input_json_delta", partial_json=": 1}"),
        stop(2),
        end("tool_use"),
        STOP,
    )
    (choice,) = read_stream(payload)["choices"]
    assert choice["blocks"] == [
        {"type": "thinking", "thinking": "hm", "signature": "s=="},
        {"type": "text", "text": "é", "citations": [{"url": "u", "title": None}]},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
    ]
    assert choice["kinds"] == ["reasoning", "text", "tool_call"]
    assert (choice["text"], choice["reasoning"]) == ("é", "hm")
    assert choice["tool_calls"] == [("t", "f", '{"a": 1}')]
    assert choice["citations"] == [("u", None, 0, 1)]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["native_finish_reason"] == "tool_use"


def test_input_without_a_delta_is_that_of_the_start() -> None:
    block = {"type": "server_tool_use", "id": "t", "name": "f", "input": {"a": 1}}
    empty = {"type": "tool_use", "id": "u", "name": "f", "input": {}}
    payload = stream_of(
        START,
        start(0, **block),
        stop(0),
        start(1, **empty),
        delta(1, "input_json_delta", partial_json=""),
        stop(1),
        end("tool_use"),
    )
    (choice,) = read_stream(payload)["choices"]
    assert choice["blocks"] == [block, empty]
    assert choice["tool_calls"] == [("u", "f", "{}")]


def test_input_that_was_cut_stays_the_text_it_is() -> None:
    payload = stream_of(
        START,
        start(0, type="tool_use", id="t", name="f", input={}),
        delta(0, "input_json_delta", partial_json='{"a'),
    )
    answer = read_stream(payload)
    assert answer["choices"][0]["tool_calls"] == [("t", "f", '{"a')]
    assert not is_finished(answer)


def test_usage_is_merged_and_sums_the_cache() -> None:
    payload = stream_of(
        START,
        end(
            "end_turn", input_tokens=5, cache_read_input_tokens=7, cache_creation_input_tokens=None
        ),
    )
    assert read_stream(payload)["usage"] == {
        "prompt": 12,
        "completion": 2,
        "total": 14,
        "cached": 7,
        "reasoning": None,
    }


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("stop_sequence", "stop"), ("refusal", "content_filter"), ("pause_turn", "pause_turn")],
)
def test_reasons(reason: str, finish: str) -> None:
    (choice,) = read_stream(stream_of(START, end(reason)))["choices"]
    assert (choice["finish_reason"], choice["native_finish_reason"]) == (finish, reason)


def test_errors_plain_and_in_a_stream() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "m"}}
    plain = read_body(json.dumps(error).encode(), 529)["error"]
    assert (plain["status"], plain["type"], plain["message"]) == (529, "overloaded_error", "m")
    streamed = read_stream(stream_of(START, error))
    assert streamed["error"]["message"] == "m"
    assert len(streamed["choices"]) == 1


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.id)
def test_reading_agrees_with_what_the_recording_says_of_itself(exchange: Exchange) -> None:
    answer = read_stream(exchange.payload) if exchange.is_stream else None
    answer = answer or read_body(exchange.payload, exchange.status)
    assert bool(answer["error"]) == ("error" in exchange.features)
    if answer["error"]:
        assert answer["error"]["message"]
        return
    assert is_finished(answer)
    (choice,) = answer["choices"]
    said = exchange.features
    assert bool(choice["tool_calls"]) == ("tool_call" in said)
    assert bool(choice["text"]) == ("text" in said)
    if "thinking" in said and "redacted_thinking" not in said:
        assert "reasoning" in choice["kinds"]
    assert bool(choice["citations"]) == ("citations" in said)
    has_server_tool = "server_tool" in choice["kinds"]
    assert has_server_tool or "server_tools" not in said
    for block in choice["blocks"]:
        assert block["type"] != "thinking" or block["signature"]
        assert not isinstance(block.get("input"), str)
