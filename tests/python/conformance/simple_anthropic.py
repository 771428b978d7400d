"""A second, simple reading of Anthropic's messages, to hold llmgate's answers against.

As `simple_reader`: written from recordings, for clarity. A stream is first put together into the
message that a plain answer would have been; then both are read alike, into the dict of
`simple_reader`, with these beside it:

    {..., "message": the whole plain message, "native_usage": its usage,
     "choices": [{..., "blocks": its content as sent, "kinds": one word for each of them,
                  "citations": [(url, title, start, end)] in characters of "text"}]}
"""

from __future__ import annotations

import copy
import json
from typing import Any

from simple_reader import read_error, split_events

FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}

_KINDS = {
    "text": "text",
    "thinking": "reasoning",
    "redacted_thinking": "reasoning",
    "tool_use": "tool_call",
    "server_tool_use": "server_tool",
    "mcp_tool_use": "server_tool",
    "compaction": "unknown",
}


def read_body(payload: bytes, status: int = 200) -> dict[str, Any]:
    """Reads a plain answer."""
    body = json.loads(payload)
    if status >= 400 or body.get("type") == "error":
        return _read(None, read_error(body, status))
    return _read(body, None)


def read_stream(payload: bytes) -> dict[str, Any]:
    """Reads a stream, or as much of it as there is."""
    joined = _JoinedMessage()
    for data in split_events(payload):
        joined.add(json.loads(data))
    return _read(joined.message, joined.error)


class _JoinedMessage:
    """The message of a stream, growing with every event."""

    def __init__(self) -> None:
        self.message: dict[str, Any] | None = None
        self.error: dict[str, Any] | None = None
        self._blocks: dict[int, dict[str, Any]] = {}
        self._inputs: dict[int, str] = {}  # of tools, as far as the JSON text has come

    def add(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "message_start":
            self.message = copy.deepcopy(event["message"])
        elif kind == "content_block_start":
            block = copy.deepcopy(event["content_block"])
            self._blocks[event["index"]] = block
            self.message["content"].append(block)
        elif kind == "content_block_delta":
            self._add_delta(event["index"], event["delta"])
        elif kind == "content_block_stop":
            self._end_block(event["index"])
        elif kind == "message_delta":
            self._end_message(event)
        elif kind == "error":
            self.error = read_error(event, 200)
        # The others say nothing of the message: ping, message_stop.

    def _add_delta(self, index: int, delta: dict[str, Any]) -> None:
        block = self._blocks[index]
        if delta["type"] == "input_json_delta":
            self._inputs[index] = self._inputs.get(index, "") + delta["partial_json"]
            block["input"] = self._inputs[index] or block["input"]
        elif delta["type"] == "citations_delta":
            block.setdefault("citations", []).append(delta["citation"])
        else:  # text, thinking, signature, compaction: the delta's one member grows the block's
            ((name, more),) = [(k, v) for k, v in delta.items() if k != "type"]
            block[name] = (block.get(name) or "") + more

    def _end_block(self, index: int) -> None:
        if self._inputs.get(index):
            self._blocks[index]["input"] = json.loads(self._inputs[index])

    def _end_message(self, event: dict[str, Any]) -> None:
        for name, value in event.items():
            if name == "delta":
                self.message.update(value)
            elif name == "usage":  # by key; a later null says nothing
                said = {key: count for key, count in value.items() if count is not None}
                self.message["usage"].update(said)
            elif name != "type":
                self.message[name] = value


def _read(message: dict[str, Any] | None, error: dict[str, Any] | None) -> dict[str, Any]:
    if message is None:
        return {
            "id": None,
            "model": None,
            "choices": [],
            "usage": None,
            "native_usage": None,
            "error": error,
            "message": None,
        }
    return {
        "id": message["id"],
        "model": message["model"],
        "choices": [_read_choice(message)],
        "usage": _read_usage(message["usage"]),
        "native_usage": message["usage"],
        "error": error,
        "message": message,
    }


def _read_choice(message: dict[str, Any]) -> dict[str, Any]:
    blocks = message["content"]
    reason = message.get("stop_reason")
    return {
        "index": 0,
        "text": _joined(blocks, "text"),
        "reasoning": _joined(blocks, "thinking"),
        "refusal": None,
        "tool_calls": [_read_call(block) for block in blocks if block["type"] == "tool_use"],
        "finish_reason": FINISH_REASONS.get(reason, reason),
        "native_finish_reason": reason,
        "blocks": blocks,
        "kinds": [_kind_of(block) for block in blocks],
        "citations": _read_citations(blocks),
    }


def _joined(blocks: list[dict[str, Any]], kind: str) -> str | None:
    return "".join(block[kind] for block in blocks if block["type"] == kind) or None


def _read_call(block: dict[str, Any]) -> tuple[str, str, str]:
    given = block["input"]
    arguments = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return block["id"], block["name"], arguments


def _kind_of(block: dict[str, Any]) -> str:
    if block["type"].endswith("_tool_result"):
        return "server_tool"
    return _KINDS.get(block["type"], "unknown")


def _read_citations(blocks: list[dict[str, Any]]) -> list[tuple[str, Any, int, int]]:
    """Each is of a whole text block; those of documents have no address to show."""
    found, start = [], 0
    for block in blocks:
        if block["type"] != "text":
            continue
        end = start + len(block["text"])
        found += [
            (each["url"], each.get("title"), start, end)
            for each in block.get("citations") or []
            if each.get("url")
        ]
        start = end
    return found


def _read_usage(usage: dict[str, Any]) -> dict[str, int | None]:
    """Input does not count what was read from or written to the cache; OpenAI's prompt does."""
    cached = usage.get("cache_read_input_tokens")
    written = usage.get("cache_creation_input_tokens")
    prompt = usage["input_tokens"] + (cached or 0) + (written or 0)
    return {
        "prompt": prompt,
        "completion": usage["output_tokens"],
        "total": prompt + usage["output_tokens"],
        "cached": cached,
        "reasoning": (usage.get("output_tokens_details") or {}).get("thinking_tokens"),
    }
