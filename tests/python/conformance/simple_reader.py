"""A second, simple reading of chat completions, to hold llmgate's answers against.

Written from what recordings of the providers show, for clarity and nothing else. It knows nothing
of llmgate: bytes go in, plain values come out:

    {"id", "model",
     "choices": [{"index", "text", "reasoning", "refusal", "tool_calls": [(id, name, arguments)],
                  "finish_reason", "native_finish_reason"}],
     "usage": {"prompt", "completion", "total", "cached", "reasoning"} or None,
     "error": {"status", "code", "type", "message", "body"} or None}
"""

from __future__ import annotations

import json
import re
from typing import Any


def read_body(payload: bytes, status: int = 200) -> dict[str, Any]:
    """Reads a plain answer."""
    body = json.loads(payload)
    if status >= 400 or "choices" not in body:
        return _answer(error=read_error(body, status))
    choices = [_read_choice(choice) for choice in body["choices"]]
    usage = _read_usage(body.get("usage"))
    return _answer(body.get("id"), body.get("model"), choices, usage)


def read_stream(payload: bytes) -> dict[str, Any]:
    """Reads a stream, or as much of it as there is."""
    return read_chunks([json.loads(data) for data in split_events(payload) if data != "[DONE]"])


def read_chunks(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Joins the chunks of a stream."""
    answer = _answer()
    joined: dict[int, _JoinedChoice] = {}
    for chunk in chunks:
        # Azure's first chunk has "" for both; Groq's error event has neither.
        answer["id"] = answer["id"] or chunk.get("id") or None
        answer["model"] = answer["model"] or chunk.get("model") or None
        for choice in chunk.get("choices") or []:
            joined.setdefault(choice["index"], _JoinedChoice(choice["index"])).add(choice)
        # Totals that run along with every chunk are totals: the last one wins.
        answer["usage"] = _read_usage(_native_usage(chunk)) or answer["usage"]
        if chunk.get("error"):
            answer["error"] = answer["error"] or read_error(chunk, 200)
    answer["choices"] = [joined[index].as_dict() for index in sorted(joined)]
    return answer


def is_finished(answer: dict[str, Any]) -> bool:
    """Whether every choice that began has ended."""
    choices = answer["choices"]
    return bool(choices) and all(choice["finish_reason"] for choice in choices)


def has_marker(payload: bytes) -> bool:
    """Whether the stream ends with `[DONE]`."""
    return split_events(payload)[-1:] == ["[DONE]"]


_LINE_END = re.compile(r"\r\n|\n|\r")
_EVENT_END = re.compile(rb"(?:\r\n\r\n|\n\n|\r\r)(?:\r\n|\n|\r)*")


def split_events(payload: bytes) -> list[str]:
    """The data of each event, in order. The last one may lack its blank line."""
    events, data = [], []
    for line in [*_LINE_END.split(payload.decode("utf-8")), ""]:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif line == "" and data:
            events.append("\n".join(data))
            data = []
        # Other lines are comments (": keepalive") or fields that chat completions do not need.
    return events


def event_ends(payload: bytes) -> list[int]:
    """The byte after each event or comment that ends with a blank line."""
    return [match.end() for match in _EVENT_END.finditer(payload)]


def _answer(
    id_: str | None = None,
    model: str | None = None,
    choices: list[dict[str, Any]] | None = None,
    usage: dict[str, int | None] | None = None,
    error: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {"id": id_, "model": model, "choices": choices or [], "usage": usage, "error": error}


def _read_choice(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice["message"]
    text, thinking = _read_content(message.get("content"))
    calls = [_read_call(call) for call in message.get("tool_calls") or []]
    return {
        "index": choice["index"],
        "text": text,
        "reasoning": thinking or _reasoning_of(message) or None,
        "refusal": message.get("refusal"),
        "tool_calls": [(call["id"], call["name"], call["arguments"]) for call in calls],
        "finish_reason": choice.get("finish_reason") or None,
        "native_finish_reason": _native_finish(choice),
    }


class _JoinedChoice:
    """One choice of a stream, growing with every delta."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.text = ""
        self.reasoning = ""
        self.refusal = ""
        self.calls: list[dict[str, Any]] = []
        self.finish_reason: str | None = None
        self.native_finish_reason: str | None = None

    def add(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta") or {}  # Azure once sent a choice without
        text, thinking = _read_content(delta.get("content"))
        self.text += text or ""
        self.reasoning += thinking + _reasoning_of(delta)
        self.refusal += delta.get("refusal") or ""
        for call in delta.get("tool_calls") or []:
            self._add_call(call)
        # OpenRouter and Together repeat the reason: the first one counts.
        self.native_finish_reason = self.native_finish_reason or _native_finish(choice)
        self.finish_reason = self.finish_reason or choice.get("finish_reason") or None

    def _add_call(self, delta: dict[str, Any]) -> None:
        piece = _read_call(delta)
        call = self._call_continued_by(piece)
        if call is None:
            self.calls.append(piece)
            return
        call["id"] = call["id"] or piece["id"]
        call["name"] = call["name"] or piece["name"]
        call["arguments"] += piece["arguments"]

    def _call_continued_by(self, piece: dict[str, Any]) -> dict[str, Any] | None:
        """The latest call at the same index, unless the piece names another call."""
        if piece["index"] is None and not piece["id"] and piece["name"]:
            return None
        for call in reversed(self.calls):
            if call["index"] == piece["index"]:
                is_another = piece["id"] and call["id"] and piece["id"] != call["id"]
                return None if is_another else call
        return None

    def as_dict(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "text": self.text or None,
            "reasoning": self.reasoning or None,
            "refusal": self.refusal or None,
            "tool_calls": [(call["id"], call["name"], call["arguments"]) for call in self.calls],
            "finish_reason": self.finish_reason,
            "native_finish_reason": self.native_finish_reason,
        }


def _read_content(content: Any) -> tuple[str | None, str]:
    """Text and thinking; Mistral's reasoning models send a list of parts of both kinds."""
    if not isinstance(content, list):
        return content, ""
    text, thinking = "", ""
    for part in content:
        if part["type"] == "text":
            text += part["text"]
        elif part["type"] == "thinking":
            thinking += "".join(inner["text"] for inner in part["thinking"])
    return text, thinking


def _reasoning_of(message: dict[str, Any]) -> str:
    """Of the two names for it; where both are there they say the same."""
    return message.get("reasoning_content") or message.get("reasoning") or ""


def _read_call(call: dict[str, Any]) -> dict[str, Any]:
    """A tool call or a piece of one; a custom tool has an input in place of arguments."""
    inner = call.get("function") or call.get("custom") or {}
    index = call.get("index")
    return {
        "index": index if index is not None and index >= 0 else None,
        "id": call.get("id"),
        "name": inner.get("name"),
        "arguments": inner.get("arguments") or inner.get("input") or "",
    }


def _native_finish(choice: dict[str, Any]) -> str | None:
    """A relay's word for what its backend said, else the word in OpenAI's place."""
    return choice.get("native_finish_reason") or choice.get("finish_reason") or None


def _native_usage(chunk: dict[str, Any]) -> Any:
    return chunk.get("usage") or (chunk.get("x_groq") or {}).get("usage")


def _read_usage(usage: Any) -> dict[str, int | None] | None:
    if not usage:
        return None
    prompt_details = usage.get("prompt_tokens_details") or {}
    completion_details = usage.get("completion_tokens_details") or {}
    cached = [
        prompt_details.get("cached_tokens"),
        usage.get("cached_tokens"),  # Together, Hugging Face
        usage.get("prompt_cache_hit_tokens"),  # DeepSeek
        usage.get("num_cached_tokens"),  # Mistral
    ]
    return {
        "prompt": usage.get("prompt_tokens"),
        "completion": usage.get("completion_tokens"),
        "total": usage.get("total_tokens"),
        "cached": next((count for count in cached if count is not None), None),
        "reasoning": completion_details.get("reasoning_tokens"),
    }


def read_error(body: Any, status: int) -> dict[str, Any]:
    """The error object in the shapes recorded; under status 200 it may bring its own status."""
    error = body.get("error", body)
    if isinstance(error, str):  # xAI: {"code": "a sentence", "error": "text"}
        error = {"message": error, "code": body.get("code")}
    code = error.get("code")
    own_status = error.get("status_code") or (code if isinstance(code, int) else None)
    return {
        "status": status if status >= 400 else own_status,
        "code": code,
        "type": error.get("type"),
        "message": error.get("message") or error.get("detail"),
        "body": body,
    }
