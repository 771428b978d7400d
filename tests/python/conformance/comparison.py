"""Holds what llmgate made of an answer against the simple reading of the same bytes."""

from __future__ import annotations

from typing import Any

from error_kinds import expected_kind

OPENAI_REASONS = {"stop", "length", "tool_calls", "content_filter", "function_call"}

# Providers that report a part of the completion beside it: their total is above the sum.
COUNTS_REASONING_OUTSIDE = {"xai", "gemini"}


def assert_same_answer(response: Any, expected: dict[str, Any], provider: str) -> None:
    """A ModelResponse says what the simple reading says."""
    assert response.id == expected["id"]
    assert response.model == expected["model"]
    assert_same_choices(response, expected)
    assert_same_usage(getattr(response, "usage", None), expected["usage"], provider)


def assert_same_choices(response: Any, expected: dict[str, Any]) -> None:
    found = [_choice_of(choice) for choice in response.choices]
    assert found == [_comparable(choice) for choice in expected["choices"]]


def assert_same_usage(usage: Any, expected: dict[str, Any] | None, provider: str) -> None:
    if expected is None:
        assert usage is None
        return
    completion, reasoning = expected["completion"], expected["reasoning"]
    outside = expected["total"] - expected["prompt"] - (completion or 0)
    if provider in COUNTS_REASONING_OUTSIDE and outside > 0:
        completion += outside
        reasoning = outside if reasoning is None else reasoning
    assert usage.prompt_tokens == expected["prompt"]
    assert usage.completion_tokens == completion
    assert usage.total_tokens == expected["total"]
    assert _detail(usage, "prompt_tokens_details", "cached_tokens") == expected["cached"]
    assert _detail(usage, "completion_tokens_details", "reasoning_tokens") == reasoning


def assert_same_error(error: Any, expected: dict[str, Any], provider: str) -> None:
    """An exception says what the simple reading says about an error."""
    assert error.kind == expected_kind(expected)
    assert error.provider == provider
    if expected["status"] is not None:
        assert error.status_code == expected["status"]
    assert expected["message"] in error.message
    if expected["code"] is not None:
        assert str(error.code) == str(expected["code"])


def assert_same_partial(error: Any, expected: dict[str, Any]) -> None:
    """An interrupted stream's error keeps everything that had arrived."""
    found = [_choice_of(choice) for choice in error.partial_response.choices]
    wanted = [_comparable(choice) for choice in expected["choices"]]
    for choice in [*found, *wanted]:
        # What a choice that did not end says in this place is no part of the promise.
        del choice["finish_reason"], choice["native_finish_reason"]
    assert found == wanted


def joined_chunks(chunks: list[Any]) -> list[dict[str, Any]]:
    """The deltas of llmgate's own stream, joined as a user would: by plain addition."""
    joined: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        for choice in chunk.choices:
            state = joined.setdefault(
                choice.index,
                {"text": "", "reasoning": "", "refusal": "", "calls": {}, "finishes": []},
            )
            state["text"] += choice.delta.content or ""
            state["reasoning"] += getattr(choice.delta, "reasoning_content", None) or ""
            state["refusal"] += getattr(choice.delta, "refusal", None) or ""
            for piece in getattr(choice.delta, "tool_calls", None) or []:
                call = state["calls"].setdefault(piece.index, {"id": "", "name": "", "text": ""})
                call["id"] += piece.id or ""
                call["name"] += piece.function.name or ""
                call["text"] += piece.function.arguments or ""
            if choice.finish_reason is not None:
                state["finishes"].append(choice.finish_reason)
    return [{"index": index, **joined[index]} for index in sorted(joined)]


def assert_chunks_join_to(chunks: list[Any], expected: dict[str, Any]) -> None:
    """Added up, the chunks are the answer, and every choice finishes exactly once."""
    found = [
        (
            each["index"],
            each["text"],
            each["reasoning"],
            each["refusal"],
            [(call["id"], call["name"], call["text"]) for _, call in sorted(each["calls"].items())],
            each["finishes"],
        )
        for each in joined_chunks(chunks)
    ]
    assert found == [
        (
            each["index"],
            each["text"] or "",
            each["reasoning"] or "",
            each["refusal"] or "",
            [(id_ or "", name or "", arguments) for id_, name, arguments in each["tool_calls"]],
            [normal_reason(each["finish_reason"])],
        )
        for each in expected["choices"]
    ]


def normal_reason(reason: str | None) -> str | None:
    """OpenAI's word for a reason; an unknown word stays what it is."""
    return {"eos": "stop", "tool_call": "tool_calls"}.get(reason or "", reason)


def _choice_of(choice: Any) -> dict[str, Any]:
    message = choice.message
    return {
        "index": choice.index,
        "text": message.content or None,
        "reasoning": getattr(message, "reasoning_content", None) or None,
        "refusal": getattr(message, "refusal", None) or None,
        "tool_calls": [_call_of(call) for call in getattr(message, "tool_calls", None) or []],
        "finish_reason": choice.finish_reason,
        "native_finish_reason": choice.get("native_finish_reason") or choice.finish_reason,
    }


def _call_of(call: Any) -> tuple[str | None, str | None, str]:
    if call.type == "custom":
        return call.id, call.custom.name, call.custom.input
    return call.id, call.function.name, call.function.arguments


def _comparable(choice: dict[str, Any]) -> dict[str, Any]:
    return {
        **choice,
        "text": choice["text"] or None,
        "reasoning": choice["reasoning"] or None,
        "refusal": choice["refusal"] or None,
        "finish_reason": normal_reason(choice["finish_reason"]),
    }


def _detail(usage: Any, details: str, name: str) -> Any:
    return getattr(getattr(usage, details, None), name, None)
