"""The simple reader of Gemini's answers, on hand-made cases and on what recordings say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from recordings import GEMINI_APIS, Exchange, load_exchanges
from simple_gemini import join_texts, read_body, read_chunks, read_stream
from simple_reader import is_finished

EXCHANGES = load_exchanges(GEMINI_APIS)


def chunk(*parts: dict[str, Any], **candidate: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(parts), "role": "model"}, **candidate}]}


def read_one(*chunks: dict[str, Any]) -> dict[str, Any]:
    (choice,) = read_chunks(list(chunks))["choices"]
    return choice


def test_parts_are_put_together_and_signatures_stay_where_they_are() -> None:
    choice = read_one(
        chunk({"text": "h", "thought": True}),
        chunk({"text": "m", "thought": True}),
        chunk({"text": "a", "thoughtSignature": "s"}),
        chunk({"text": "b"}),
        chunk({"text": "c"}),
        chunk({"text": "", "thoughtSignature": "t"}, finishReason="STOP"),
    )
    assert choice["blocks"] == [
        {"text": "hm", "thought": True},
        {"text": "a", "thoughtSignature": "s"},
        {"text": "bc"},
        {"text": "", "thoughtSignature": "t"},
    ]
    assert choice["kinds"] == ["reasoning", "text", "text", "text"]
    assert (choice["text"], choice["reasoning"]) == ("abc", "hm")
    assert choice["finish_reason"] == "stop"


def test_joining_leaves_other_parts_alone() -> None:
    parts = [{"text": "a"}, {"inlineData": {}}, {"text": ""}, {"text": "b", "thought": True}]
    assert join_texts(parts) == parts
    assert join_texts([{"text": "a", "thought": False}, {"text": "b"}]) == [
        {"text": "ab", "thought": False}
    ]


def test_arguments_in_pieces() -> None:
    def piece(path: str, **value: Any) -> dict[str, Any]:
        return {"jsonPath": path, **value}

    choice = read_one(
        chunk({"functionCall": {"name": "f", "willContinue": True}, "thoughtSignature": "s"}),
        chunk(
            {
                "functionCall": {
                    "partialArgs": [
                        piece("$.a.b", stringValue="Bos", willContinue=True),
                        piece("$.n", numberValue=2),
                    ],
                    "willContinue": True,
                }
            }
        ),
        chunk(
            {
                "functionCall": {
                    "partialArgs": [piece("$.a.b", stringValue="ton")],
                    "willContinue": True,
                }
            }
        ),
        chunk({"functionCall": {}}, {"functionCall": {"name": "g"}}, finishReason="STOP"),
    )
    assert choice["blocks"] == [
        {
            "functionCall": {"name": "f", "args": {"a": {"b": "Boston"}, "n": 2}},
            "thoughtSignature": "s",
        },
        {"functionCall": {"name": "g", "args": {}}},
    ]
    assert choice["tool_calls"] == [
        (None, "f", '{"a": {"b": "Boston"}, "n": 2}'),
        (None, "g", "{}"),
    ]
    assert choice["finish_reason"] == "tool_calls"


@pytest.mark.parametrize(
    ("word", "finish"),
    [
        ("MAX_TOKENS", "length"),
        ("RECITATION", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "MALFORMED_FUNCTION_CALL"),
        (1, "stop"),
    ],
)
def test_reasons(word: Any, finish: str) -> None:
    choice = read_one({"candidates": [{"finishReason": word}]})
    assert (choice["finish_reason"], choice["native_finish_reason"]) == (finish, str(word))


def test_the_last_reason_and_the_last_usage_count() -> None:
    answer = read_chunks(
        [
            {
                **chunk({"text": "a"}, finishReason="STOP"),
                "usageMetadata": {"cachedContentTokenCount": 1, "totalTokenCount": 9},
            },
            {
                **chunk(finishReason="SAFETY"),
                "usageMetadata": {
                    "promptTokenCount": 3,
                    "candidatesTokenCount": 4,
                    "thoughtsTokenCount": 5,
                    "toolUsePromptTokenCount": 6,
                    "totalTokenCount": 18,
                },
            },
        ]
    )
    assert answer["choices"][0]["finish_reason"] == "content_filter"
    assert answer["usage"] == {
        "prompt": 9,
        "completion": 9,
        "total": 18,
        "cached": None,
        "reasoning": 5,
    }


def test_a_finish_stands_until_more_is_said() -> None:
    code, result = {"executableCode": {"code": "1"}}, {"codeExecutionResult": {}}
    running = [chunk(code, finishReason="STOP")]
    assert not is_finished(read_chunks(running))
    assert not is_finished(read_chunks([*running, chunk(result)]))
    assert is_finished(read_chunks([*running, chunk(result), chunk(finishReason="STOP")]))
    said = [chunk({"text": "a"}, finishReason="STOP")]
    assert is_finished(read_chunks(said))
    assert is_finished(read_chunks([*said, chunk(groundingMetadata={})]))
    assert not is_finished(read_chunks([*said, chunk({"text": "b"})]))


def test_chunks_without_totals_take_none_back() -> None:
    totals = {"promptTokenCount": 1, "totalTokenCount": 2}
    chunks = [{"usageMetadata": {"a": 1}}, {"usageMetadata": totals}, {"usageMetadata": {"b": 1}}]
    assert read_chunks(chunks)["native_usage"] == {"a": 1, **totals, "b": 1}


def test_segments_are_counted_in_bytes() -> None:
    grounding = {
        "groundingChunks": [{"web": {"uri": "u", "title": "t"}}],
        "groundingSupports": [
            {"segment": {"startIndex": 2, "endIndex": 4}, "groundingChunkIndices": [0]}
        ],
    }
    choice = read_one(chunk({"text": "éàb"}, groundingMetadata=grounding))
    assert choice["citations"] == [("u", "t", 1, 2)]


def test_a_blocked_prompt_is_an_error() -> None:
    body = {"promptFeedback": {"blockReason": "SAFETY", "blockReasonMessage": "why"}}
    for answer in (read_body(json.dumps(body).encode()), read_chunks([body])):
        assert answer["choices"] == []
        assert answer["error"]["message"] == "why"


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.id)
def test_reading_agrees_with_what_the_recording_says_of_itself(exchange: Exchange) -> None:
    answer = read_stream(exchange.payload) if exchange.is_stream else None
    answer = answer or read_body(exchange.payload, exchange.status)
    said = exchange.features
    is_blocked_prompt = not answer["choices"] and "safety_block" in said
    assert bool(answer["error"]) == (bool({"error", "error_body"} & said) or is_blocked_prompt)
    if answer["error"]:
        assert answer["error"]["message"]
        return
    assert is_finished(answer)
    choices = answer["choices"]
    assert (len(choices) > 1) == ("n>1" in said)
    assert any(choice["tool_calls"] for choice in choices) == ("tool_call" in said)
    assert "text" in said or not any(choice["text"] for choice in choices)
    assert any(choice["reasoning"] for choice in choices) == ("thinking" in said)
    assert any("image" in choice["kinds"] for choice in choices) == ("image_out" in said)
    assert (answer["usage"] is not None) == ("usage" in said)


def test_totals_are_the_sums_of_what_is_counted() -> None:
    for exchange in EXCHANGES:
        answer = read_stream(exchange.payload) if exchange.is_stream else None
        usage = (answer or read_body(exchange.payload, exchange.status))["usage"]
        if usage and usage["completion"] is not None:
            assert usage["total"] == usage["prompt"] + usage["completion"], exchange.id


def test_segments_hold_the_text_that_they_say_they_hold() -> None:
    held = 0
    for exchange in EXCHANGES:
        if exchange.status != 200:
            continue
        answer = read_stream(exchange.payload) if exchange.is_stream else None
        for choice in (answer or read_body(exchange.payload))["choices"]:
            candidate = answer or read_body(exchange.payload)
            (grounding,) = [
                each.get("groundingMetadata", {})
                for each in candidate["message"]["candidates"]
                if each.get("index", 0) == choice["index"]
            ]
            for support in grounding.get("groundingSupports", []):
                segment = support["segment"]
                start, end = segment.get("startIndex", 0), segment["endIndex"]
                assert choice["text"].encode()[start:end].decode() == segment["text"]
                held += 1
    assert held > 5
