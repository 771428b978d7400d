"""Counts of recorded requests against the usage that the provider reported for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from recordings import Exchange, load_chat_exchanges

import llmgate

EXCHANGES = [exchange for exchange in load_chat_exchanges() if exchange.provider == "openai"]
# Not text alone: what these add is not published, and is left out of the comparison.
UNPUBLISHED = ("response_format", "web_search_options", "functions")


def reported(exchange: Exchange) -> tuple[str, int] | None:
    """The model that answered and its count of the prompt."""
    answers: list[Any] = []
    if exchange.is_stream:
        lines = exchange.payload.decode("utf-8", errors="replace").splitlines()
        answers = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    elif exchange.status == 200:
        answers = [json.loads(exchange.payload)]
    for answer in reversed(answers):
        if isinstance(answer.get("usage"), dict):
            return answer["model"], answer["usage"]["prompt_tokens"]
    return None


def counted(exchange: Exchange, model: str) -> llmgate.TokenCount:
    body = exchange.request_body
    return llmgate.token_counter(
        model,
        messages=body["messages"],
        tools=body.get("tools"),
        tool_choice=body.get("tool_choice"),
    )


def cases() -> Iterator[Any]:
    for exchange in EXCHANGES:
        body = exchange.request_body
        if not isinstance(body, dict) or "messages" not in body:
            continue
        report = reported(exchange)
        if report is None or "search" in report[0] or any(body.get(name) for name in UNPUBLISHED):
            continue
        yield pytest.param(exchange, *report, id=exchange.id)


@pytest.mark.parametrize(("exchange", "model", "prompt_tokens"), list(cases()))
def test_a_recorded_prompt_is_counted_as_reported(
    exchange: Exchange, model: str, prompt_tokens: int
) -> None:
    count = counted(exchange, model)
    if count.is_estimate:
        # A grammar of a custom tool is shown to the model in a form that nobody has published.
        if any(tool["type"] != "function" for tool in exchange.request_body.get("tools") or ()):
            pytest.skip("a custom tool: not estimated")
        if '"type": "file"' in json.dumps(exchange.request_body):
            pytest.skip("a file: no bound is promised")
        assert abs(count - prompt_tokens) <= max(count.error * count, 3)
    else:
        assert count == prompt_tokens


def test_there_is_something_to_compare() -> None:
    exact = [case for case in cases() if not counted(case.values[0], case.values[1]).is_estimate]
    assert len(exact) >= 7
