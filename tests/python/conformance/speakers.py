"""One provider and one model for each format, for requests that go from one to another."""

from __future__ import annotations

import json
from typing import Any

import llmgate.testing

SPEAKERS = {
    "openai.chat": ("openai", "gpt-4.1"),
    "anthropic.messages": ("anthropic", "claude-sonnet-4-5"),
    "gemini.generateContent": ("gemini", "gemini-2.5-flash"),
}


def render(
    format: str, request: dict[str, Any], model: str | None = None
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    provider, usual_model = SPEAKERS[format]
    rendered = llmgate.testing.render_request(
        provider,
        json.dumps(request, ensure_ascii=False).encode(),
        format=format,
        model=model or usual_model,
    )
    return json.loads(rendered.body), rendered.dispositions


def read(format: str, body: dict[str, Any]) -> dict[str, Any]:
    provider, model = SPEAKERS[format]
    sent = json.dumps(body, ensure_ascii=False).encode()
    request: dict[str, Any] = json.loads(
        llmgate.testing.read_request(format, sent, provider=provider, model=model)
    )
    return request
