"""Gemini's generateContent: a `Reply` as the JSON, stream or JSON array that Google sends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from llmgate.testing._blocks import Reasoning, ServerTool, Text, ToolCall
from llmgate.testing._format import Format, pieces_of, texts_in, to_json
from llmgate.testing._gemini_checks import check_key, content_of, fault_of, model_of
from llmgate.testing._gemini_metadata import (
    candidate_count,
    grounding_of,
    logprobs_of,
    usage_of,
)
from llmgate.testing._script import ReceivedRequest, Reply
from llmgate.testing._signatures import Signatures

# HTTP status: (status, message), as recordings and the API's table of errors have them.
_ERRORS: dict[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "The model is not found for API version v1beta."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}
_FINISH_REASONS = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
}
_TYPE = "type.googleapis.com/google.rpc."
_SEARCH = "GOOGLE_SEARCH_WEB"


class GeminiGenerate(Format):
    """The format at `models/NAME:generateContent` and `:streamGenerateContent`."""

    name = "gemini.generateContent"
    base_path = "/v1beta"
    routes: tuple[str, ...] = (":generateContent", ":streamGenerateContent")

    def __init__(self) -> None:
        self._signatures = Signatures()

    def refuse_key(self, request: ReceivedRequest, api_key: str | None) -> Reply | None:
        return check_key(request, api_key)

    def find_fault(self, request: ReceivedRequest) -> Reply | None:
        if request.method != "POST":
            return Reply.error(404, message="Requested entity was not found.")
        return fault_of(request, self._signatures)

    def wants_stream(self, request: ReceivedRequest) -> bool:
        return request.path.partition("?")[0].endswith(":streamGenerateContent")

    def default_reply(self, request: ReceivedRequest) -> Reply:
        contents = request.body.get("contents") or []
        users = [content for content in contents if content.get("role", "user") == "user"]
        said = " ".join(texts_in(users[-1])) if users else ""
        return Reply(
            text=f"You said: {said or '(nothing)'} [fake provider: model {model_of(request)}, "
            f"messages {len(contents)}, request {request.number}]"
        )

    def headers(self, request: ReceivedRequest) -> dict[str, str]:
        return {"x-gemini-service-tier": "standard"}

    def content_type(self, request: ReceivedRequest, *, is_stream: bool) -> str:
        # Errors of a stream come under its media type too, as plain JSON.
        is_sse = self.wants_stream(request) and _asks_for_sse(request)
        return "text/event-stream" if is_sse else "application/json; charset=UTF-8"

    def adapt(self, reply: Reply) -> Reply:
        """Google tells in the body when to come back, never in a header."""
        wait = reply.headers.get("retry-after")
        if wait is None or reply.status < 400:
            return reply
        headers = {name: reply.headers[name] for name in reply.headers if name != "retry-after"}
        return replace(
            reply, headers=headers, error_body={**(reply.error_body or {}), "retry": wait}
        )

    def render_reply(self, reply: Reply, request: ReceivedRequest) -> bytes:
        candidates = [
            _candidate(reply, self._parts(reply, request), index, is_last=True)
            for index in range(candidate_count(request))
        ]
        answer = _answer(request, candidates, usage_of(reply, request, 1.0))
        if reply.block_reason is not None:
            answer = _blocked(reply, answer)
        return json.dumps(answer, indent=2).encode()

    def render_stream(self, reply: Reply, request: ReceivedRequest) -> list[bytes]:
        chunks = list(self._chunks(reply, request))
        if reply.error_event_after is not None:
            error = json.loads(self.render_error(reply, request))
            chunks = [*chunks[: reply.error_event_after], error]
        texts = [to_json(chunk, (",", ": ")) for chunk in chunks]
        if _asks_for_sse(request):
            return [b"data: " + text + b"\r\n\r\n" for text in texts]
        return [(b"[" if at == 0 else b",\r\n") + text for at, text in enumerate(texts)] + [b"]"]

    def render_error(self, reply: Reply, request: ReceivedRequest) -> bytes:
        status = reply.status if reply.status >= 400 else 503
        word, message = _ERRORS.get(status, _ERRORS[500])
        given = dict(reply.error_body or {})
        error = {"code": status, "message": given.pop("message", message)}
        error["status"] = given.pop("type", word)
        details = given.pop("details", [])
        code = given.pop("code", None)
        if isinstance(code, int):
            error["code"] = code
        elif code is not None:
            info = {"@type": _TYPE + "ErrorInfo", "reason": code, "domain": "googleapis.com"}
            details = [*details, info]
        if "retry" in given:
            wait = given.pop("retry")
            error["message"] += f"\nPlease retry in {wait}s."
            details = [*details, {"@type": _TYPE + "RetryInfo", "retryDelay": f"{wait}s"}]
        if details:
            error["details"] = details
        return json.dumps({"error": {**error, **given}}, indent=2).encode()

    def _parts(self, reply: Reply, request: ReceivedRequest) -> list[dict[str, Any]]:
        """The parts of a plain answer; a stream divides them further."""
        parts: list[dict[str, Any]] = []
        signature: str | None = None  # of the reasoning before: it goes onto the next part
        must_sign = not model_of(request).startswith(("gemini-1", "gemini-2"))
        turn = reply.turn
        for at, block in enumerate(turn):
            if isinstance(block, Reasoning):
                if block.text and not block.redacted:
                    parts.append({"text": block.text, "thought": True})
                signature = block.signature or None
                must_sign = block.signature != ""
                continue
            for part in _parts_of(block):
                # Of parallel calls only the first is signed; a text only where no call follows.
                waits = "text" in part and any(isinstance(b, ToolCall) for b in turn[at + 1 :])
                given = part.get("thoughtSignature", None if waits else signature)
                if given is not None or (must_sign and "functionCall" in part):
                    signed = self._signatures.sign(content_of(part), given)
                    part = {**part, "thoughtSignature": signed}
                    signature, must_sign = None, False
                parts.append(part)
        if signature:  # nothing followed the reasoning
            parts.append({"text": "", "thoughtSignature": self._signatures.sign("", signature)})
        return parts

    def _chunks(self, reply: Reply, request: ReceivedRequest) -> Iterator[dict[str, Any]]:
        if reply.block_reason is not None:
            yield _blocked(reply, _answer(request, [], usage_of(reply, request, 1.0)))
            return
        pieces = list(_stream_pieces(self._parts(reply, request), reply))
        shown = [[piece] for piece in pieces] or [[]]  # an empty answer has one chunk too
        for number, parts in enumerate(shown, start=1):
            usage = usage_of(reply, request, number / len(shown))
            for index in range(candidate_count(request)):
                candidate = _candidate(reply, parts, index, is_last=number == len(shown))
                yield _answer(request, [candidate], usage)


def _parts_of(block: object) -> Iterator[dict[str, Any]]:
    if isinstance(block, Text):
        yield {"text": block.text}
    elif isinstance(block, ToolCall):
        call = {"name": block.name, "args": block.arguments_value}
        yield {"functionCall": call if block.id is None else {**call, "id": block.id}}
    elif isinstance(block, ServerTool) and block.name == "code_execution":
        result = block.result
        code = {"language": "PYTHON", "code": block.input.get("code", "")}
        yield {"executableCode": code}
        output = {"outcome": "OUTCOME_OK", "output": result}
        yield {"codeExecutionResult": output if isinstance(result, str) else dict(result)}
    elif isinstance(block, ServerTool):
        kind = _SEARCH if block.name == "web_search" else block.name.upper()
        id_ = block.id or "fake0001"
        yield {"toolCall": {"toolType": kind, "args": dict(block.input), "id": id_}}
        yield {"toolResponse": {"toolType": kind, "response": block.result, "id": id_}}
    elif isinstance(block, Mapping):
        yield dict(block)


def _stream_pieces(parts: list[dict[str, Any]], reply: Reply) -> Iterator[dict[str, Any]]:
    """Texts word by word, thoughts and calls whole; a text's signature on a part of its own."""
    for part in parts:
        if "text" not in part or set(part) - {"text", "thoughtSignature"}:
            yield part
            continue
        for piece in pieces_of(reply, part["text"]):
            yield {"text": piece}
        if "thoughtSignature" in part:
            yield {"text": "", "thoughtSignature": part["thoughtSignature"]}


def _candidate(
    reply: Reply, parts: list[dict[str, Any]], index: int, *, is_last: bool
) -> dict[str, Any]:
    is_refused = reply.refusal is not None
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"} if parts else {}}
    if is_last:
        word = reply.finish_reason or ("content_filter" if is_refused else "stop")
        candidate["finishReason"] = _FINISH_REASONS.get(word, word)
    candidate["index"] = index
    if is_last and is_refused:
        candidate["finishMessage"] = reply.refusal
    elif is_last and reply.calls:
        candidate["finishMessage"] = "Model generated function call(s)."
    if is_last:
        candidate.update(grounding_of(reply))
        candidate.update(logprobs_of(reply))
    return candidate


def _answer(
    request: ReceivedRequest, candidates: list[dict[str, Any]], usage: dict[str, Any]
) -> dict[str, Any]:
    answer: dict[str, Any] = {"candidates": candidates}
    if usage:
        answer["usageMetadata"] = usage
    return {**answer, "modelVersion": model_of(request), "responseId": f"fake{request.number:08d}"}


def _blocked(reply: Reply, answer: dict[str, Any]) -> dict[str, Any]:
    rest = {name: answer[name] for name in answer if name != "candidates"}
    return {"promptFeedback": {"blockReason": reply.block_reason}, **rest}


def _asks_for_sse(request: ReceivedRequest) -> bool:
    return "alt=sse" in request.path.partition("?")[2].split("&")
