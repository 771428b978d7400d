"""Requests to scripted providers of Anthropic's and Gemini's formats, by http.client alone."""

from __future__ import annotations

import http.client
import json
from typing import Any

from llmgate.testing import FakeProvider

CLAUDE_HEADERS = {"x-api-key": "sk-ant-test", "anthropic-version": "2023-06-01"}
GEMINI_HEADERS = {"x-goog-api-key": "AIza-test"}
CLAUDE_PATH = "/v1/messages"
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}


def gemini_path(model: str = "gemini-3-pro", method: str = "generateContent") -> str:
    query = "?alt=sse" if method == "streamGenerateContent" else ""
    return f"/v1beta/models/{model}:{method}{query}"


def send(
    fake: FakeProvider, path: str, headers: dict[str, str], body: Any, method: str = "POST"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(fake.origin.removeprefix("http://"), timeout=10)
    try:
        data = json.dumps(body).encode()
        connection.request(method, path, data, {"content-type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def claude_body(messages: Any = "Hi", **members: Any) -> dict[str, Any]:
    said = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
    body = {"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": said, **members}
    return {name: member for name, member in body.items() if member is not ...}


def claude(fake: FakeProvider, messages: Any = "Hi", **members: Any) -> Any:
    """Anthropic's answer, or its error: whatever JSON comes."""
    return json.loads(send(fake, CLAUDE_PATH, CLAUDE_HEADERS, claude_body(messages, **members))[2])


def claude_events(fake: FakeProvider, messages: Any = "Hi", **members: Any) -> list[Any]:
    """The data of each event; its name has to be the data's type."""
    body = claude_body(messages, stream=True, **members)
    status, headers, raw = send(fake, CLAUDE_PATH, CLAUDE_HEADERS, body)
    assert status == 200, raw
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    events = []
    for event in raw.decode().split("\n\n")[:-1]:
        name, data = event.split("\n")
        events.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {events[-1]['type']}"
    return events


def content_of(events: list[Any]) -> list[Any]:
    """The content blocks that a stream of Anthropic adds up to."""
    blocks: list[Any] = []
    inputs: list[str] = []
    for event in events:
        if event["type"] == "content_block_start":
            blocks.append(dict(event["content_block"]))
            inputs.append("")
        if event["type"] != "content_block_delta":
            continue
        delta = dict(event["delta"])
        kind = delta.pop("type")
        if kind == "input_json_delta":
            inputs[-1] += delta["partial_json"]
        elif kind == "citations_delta":
            blocks[-1]["citations"] = [*blocks[-1]["citations"], delta["citation"]]
        else:
            for name, piece in delta.items():
                blocks[-1][name] += piece
    for block, text in zip(blocks, inputs, strict=True):
        if text:
            block["input"] = json.loads(text)
    return blocks


def gemini_body(contents: Any = "Hi", **members: Any) -> dict[str, Any]:
    said = [{"role": "user", "parts": [{"text": contents}]}]
    return {"contents": said if isinstance(contents, str) else contents, **members}


def gemini(fake: FakeProvider, contents: Any = "Hi", **members: Any) -> Any:
    """Gemini's answer, or its error: whatever JSON comes."""
    body = gemini_body(contents, **members)
    return json.loads(send(fake, gemini_path(), GEMINI_HEADERS, body)[2])


def gemini_chunks(fake: FakeProvider, contents: Any = "Hi", **members: Any) -> list[Any]:
    path = gemini_path(method="streamGenerateContent")
    status, headers, raw = send(fake, path, GEMINI_HEADERS, gemini_body(contents, **members))
    assert status == 200, raw
    assert headers["content-type"] == "text/event-stream"
    events = raw.decode().split("\r\n\r\n")
    assert events.pop() == ""
    assert all(event.startswith("data: ") for event in events)
    return [json.loads(event.removeprefix("data: ")) for event in events]


def parts_in(chunks: list[Any]) -> list[Any]:
    return [
        part
        for chunk in chunks
        for candidate in chunk["candidates"]
        for part in candidate["content"].get("parts", ())
    ]
