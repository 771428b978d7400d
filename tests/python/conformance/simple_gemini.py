"""A second, simple reading of Gemini's answers, to hold llmgate's answers against.

As `simple_reader`: written from recordings, for clarity. A stream, and the JSON array that Vertex
sends in its place, is first put together into the one answer that a plain one would have been;
then both are read alike, into the dict of `simple_reader`, with these beside it:

    {..., "message": the whole plain answer, "native_usage": its usageMetadata,
     "choices": [{..., "blocks": its parts as sent, "kinds": one word for each of them,
                  "citations": [(url, title, start, end)] in characters of "text"}]}
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from simple_reader import read_error, split_events

_FILTERED = (
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MODEL_ARMOR",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
)
# What clients that ask for `enum-encoding=int` get.
_NUMBERED = {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION", 5: "OTHER"}
_ASKS_A_SERVER_TOOL = {"executableCode", "toolCall"}
_SERVER_TOOLS = {*_ASKS_A_SERVER_TOOL, "codeExecutionResult", "toolResponse"}


def read_body(payload: bytes, status: int = 200) -> dict[str, Any]:
    """Reads a plain answer, or the array of a stream's chunks."""
    body = json.loads(payload)
    if isinstance(body, list):
        return read_chunks(body)
    if status >= 400 or "error" in body:
        return _read({}, read_error(body, status))
    return _read(body, _blocked(body))


def read_stream(payload: bytes) -> dict[str, Any]:
    """Reads a stream, or as much of it as there is."""
    return read_chunks([json.loads(data) for data in split_events(payload)])


def read_chunks(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Joins the chunks of a stream."""
    whole: dict[str, Any] = {}
    joined: dict[int, _JoinedCandidate] = {}
    error = None
    for chunk in chunks:
        if "error" in chunk:
            error = error or read_error(chunk, 200)
        for candidate in chunk.get("candidates") or []:
            index = candidate.get("index", 0)
            joined.setdefault(index, _JoinedCandidate()).add(candidate)
        for name, value in chunk.items():
            if name == "usageMetadata":
                whole[name] = _merged_usage(whole.get(name, {}), value)
            elif name != "candidates":
                whole[name] = value
    if joined:
        whole["candidates"] = [joined[index].candidate for index in sorted(joined)]
    return _read(whole, error or _blocked(whole))


def join_texts(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parts of nothing but text that follow each other, as one: where a stream cuts says nothing.

    A part with a signature, or with anything else, stays alone.
    """
    joined: list[dict[str, Any]] = []
    for part in parts:
        if joined and _may_continue(joined[-1], part):
            joined[-1]["text"] += part["text"]
        else:
            joined.append(copy.deepcopy(part))
    return joined


def _merged_usage(before: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Running totals: the last ones replace all before, also those that they leave out.

    Vertex sends chunks without totals in between, and other facts only in its first.
    """
    if "totalTokenCount" in said:
        before = {name: value for name, value in before.items() if "Token" not in name}
    return {**before, **said}


class _JoinedCandidate:
    """One candidate of a stream, growing with every chunk."""

    def __init__(self) -> None:
        self.candidate: dict[str, Any] = {}
        self._open_call: dict[str, Any] | None = None  # its arguments come in pieces

    def add(self, candidate: dict[str, Any]) -> None:
        for name, value in candidate.items():
            if name != "content":
                self.candidate[name] = value
        content = candidate.get("content") or {}
        if content.get("role"):
            self.candidate.setdefault("content", {})["role"] = content["role"]
        parts = content.get("parts") or []
        for part in parts:
            self._add_part(copy.deepcopy(part))
        if parts and ("finishReason" not in candidate or parts[-1].keys() & _ASKS_A_SERVER_TOOL):
            self.candidate.pop("finishReason", None)  # there was one, and yet it goes on

    def _add_part(self, part: dict[str, Any]) -> None:
        parts = self.candidate.setdefault("content", {}).setdefault("parts", [])
        call = part.get("functionCall")
        if call is None:
            parts[:] = join_texts([*parts, part])
            return
        will_continue = call.pop("willContinue", False)
        pieces = call.pop("partialArgs", [])
        if self._open_call is None:
            call.setdefault("args", {})
            parts.append(part)
        else:
            call = self._open_call
        for piece in pieces:
            _set_argument(call["args"], piece)
        self._open_call = call if will_continue else None


def _may_continue(before: dict[str, Any], part: dict[str, Any]) -> bool:
    is_one_kind = before.get("thought", False) == part.get("thought", False)
    return is_one_kind and _is_only_text(before) and _is_only_text(part)


def _is_only_text(part: dict[str, Any]) -> bool:
    return "text" in part and not part.keys() - {"text", "thought"}


def _set_argument(arguments: dict[str, Any], piece: dict[str, Any]) -> None:
    """`{"jsonPath": "$.a[0].b", "stringValue": "more"}`: texts grow, other values are whole."""
    names = re.findall(r"\.([^.\[]+)", piece["jsonPath"])
    assert "$" + "".join(f".{name}" for name in names) == piece["jsonPath"]  # no list was recorded
    for name in names[:-1]:
        arguments = arguments.setdefault(name, {})
    if "stringValue" in piece:
        arguments[names[-1]] = arguments.get(names[-1], "") + piece["stringValue"]
    else:
        arguments[names[-1]] = next(piece[k] for k in ("numberValue", "boolValue") if k in piece)


def _blocked(answer: dict[str, Any]) -> dict[str, Any] | None:
    """A prompt that was refused: no candidate, and a reason for it."""
    feedback = answer.get("promptFeedback") or {}
    if answer.get("candidates") or "blockReason" not in feedback:
        return None
    return {
        "status": None,
        "code": None,
        "type": "prompt_blocked",  # our word for it
        "message": feedback.get("blockReasonMessage") or feedback["blockReason"],
        "body": answer,
    }


def _read(answer: dict[str, Any], error: dict[str, Any] | None) -> dict[str, Any]:
    usage = answer.get("usageMetadata")
    return {
        "id": answer.get("responseId"),
        "model": answer.get("modelVersion"),
        "choices": [_read_choice(candidate) for candidate in answer.get("candidates") or []],
        "usage": None if usage is None else _read_usage(usage),
        "native_usage": usage,
        "error": error,
        "message": answer or None,
    }


def _read_choice(candidate: dict[str, Any]) -> dict[str, Any]:
    parts = (candidate.get("content") or {}).get("parts") or []
    calls = [_read_call(part["functionCall"]) for part in parts if "functionCall" in part]
    texts = [part for part in parts if "text" in part and not part.get("thought")]
    thoughts = [part for part in parts if "text" in part and part.get("thought")]
    reason = candidate.get("finishReason")
    return {
        "index": candidate.get("index", 0),
        "text": "".join(part["text"] for part in texts) or None,
        "reasoning": "".join(part["text"] for part in thoughts) or None,
        "refusal": None,
        "tool_calls": calls,
        "finish_reason": _finish_of(_NUMBERED.get(reason, reason), bool(calls)),
        "native_finish_reason": None if reason is None else str(reason),
        "blocks": parts,
        "kinds": [_kind_of(part) for part in parts],
        "citations": _read_citations(candidate, texts),
    }


def _finish_of(word: str | None, has_calls: bool) -> str | None:
    """There is no word for an end with tool calls; it is STOP."""
    if word in _FILTERED:
        return "content_filter"
    known = {"STOP": "tool_calls" if has_calls else "stop", "MAX_TOKENS": "length"}
    return known.get(word, word)


def _read_call(call: dict[str, Any]) -> tuple[str | None, str, str]:
    return call.get("id"), call["name"], json.dumps(call.get("args", {}), ensure_ascii=False)


def _kind_of(part: dict[str, Any]) -> str:
    if "text" in part:
        return "reasoning" if part.get("thought") else "text"
    if "functionCall" in part:
        return "tool_call"
    if part.keys() & _SERVER_TOOLS:
        return "server_tool"
    mime_type = part.get("inlineData", {}).get("mimeType", "")
    return "image" if mime_type.startswith("image/") else "unknown"


def _read_citations(
    candidate: dict[str, Any], texts: list[dict[str, Any]]
) -> list[tuple[str, Any, int, int]]:
    """Segments of the text are counted in bytes, of one part; recorded ones are all of the first.

    Citations of what was recited count in bytes of the whole answer.
    """
    grounding = candidate.get("groundingMetadata") or {}
    sources = [chunk.get("web") or {} for chunk in grounding.get("groundingChunks") or []]
    joined = "".join(part["text"] for part in texts).encode()
    found = []
    for support in grounding.get("groundingSupports") or []:
        segment = support["segment"]
        span = _characters(joined, segment.get("startIndex", 0), segment["endIndex"])
        for position in support["groundingChunkIndices"]:
            found.append((sources[position]["uri"], sources[position].get("title"), *span))
    for each in (candidate.get("citationMetadata") or {}).get("citations") or []:
        span = _characters(joined, each.get("startIndex", 0), each["endIndex"])
        found.append((each["uri"], each.get("title"), *span))
    return found


def _characters(joined: bytes, start: int, end: int) -> tuple[int, int]:
    return len(joined[:start].decode()), len(joined[:end].decode())


def _read_usage(usage: dict[str, Any]) -> dict[str, int | None]:
    """Thoughts count beside the candidates, and results of tools beside the prompt."""
    prompt, thoughts = usage.get("promptTokenCount"), usage.get("thoughtsTokenCount")
    candidates = usage.get("candidatesTokenCount")
    said = [count for count in (candidates, thoughts) if count is not None]
    return {
        "prompt": None if prompt is None else prompt + usage.get("toolUsePromptTokenCount", 0),
        "completion": sum(said) if said else None,
        "total": usage.get("totalTokenCount"),
        "cached": usage.get("cachedContentTokenCount"),
        "reasoning": thoughts,
    }
