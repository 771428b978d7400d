"""OpenAI's chat completions: a `Reply` as the JSON or the event stream that OpenAI sends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from llmgate.testing._script import ReceivedRequest, Reply

_CREATED = 1_750_000_000  # fixed, so that two runs send the same bytes
_PIECE_OF_ARGUMENTS = 12  # characters in one delta of a tool call's arguments

# status: (type, code, message); type and code as recordings of OpenAI have them.
_ERRORS: dict[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "The request is malformed."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", None, "You are not allowed to use this model."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist."),
    413: ("invalid_request_error", None, "The request is too large."),
    422: ("invalid_request_error", None, "The request cannot be processed."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached. Please try again later."),
}
_SERVER_ERROR = ("server_error", None, "The server had an error while processing your request.")


class OpenAIChat:
    """The format at `/chat/completions`; implements `Format`."""

    routes: tuple[str, ...] = ("/chat/completions",)

    def wants_stream(self, request: ReceivedRequest) -> bool:
        return bool(request.body.get("stream"))

    def find_fault(self, request: ReceivedRequest) -> Reply | None:
        body = request.body
        if not isinstance(body, dict):
            return Reply.error(400, message="We could not parse the JSON body of your request.")
        if not isinstance(body.get("messages"), list):
            return Reply.error(400, message="Missing required parameter: 'messages'.")
        return None

    def default_reply(self, request: ReceivedRequest) -> Reply:
        messages = request.body["messages"]
        said = [_text_of(m) for m in messages if isinstance(m, dict) and m.get("role") == "user"]
        model = request.body.get("model")
        return Reply(
            text=f"You said: {said[-1] if said else '(nothing)'} "
            f"[fake provider: model {model}, messages {len(messages)}, request {request.number}]"
        )

    def render_reply(self, reply: Reply, request: ReceivedRequest) -> bytes:
        choices = [
            {
                "index": index,
                "message": _message(reply, request),
                "logprobs": _logprobs(reply.logprobs),
                "finish_reason": _finish_reason(reply),
            }
            for index in range(_choice_count(request))
        ]
        answer = {**_envelope(request, "chat.completion"), "choices": choices}
        usage = _usage(reply, request)
        if usage:
            answer["usage"] = usage
        return _to_json(answer)

    def render_stream(self, reply: Reply, request: ReceivedRequest) -> list[bytes]:
        wants_usage = bool((request.body.get("stream_options") or {}).get("include_usage"))
        envelope = _envelope(request, "chat.completion.chunk")
        count = _choice_count(request)
        events = []
        for delta, finish, logprobs in _deltas(reply, request):
            for index in range(count):
                choice = {"index": index, "delta": delta, "logprobs": _logprobs(logprobs)}
                chunk = {**envelope, "choices": [{**choice, "finish_reason": finish}]}
                if wants_usage:
                    chunk["usage"] = None
                events.append(_event(chunk))
        if reply.error_event_after is not None:
            error = b"data: " + self.render_error(reply, request) + b"\n\n"
            return [*events[: reply.error_event_after], error]
        usage = _usage(reply, request)
        if wants_usage and usage:
            events.append(_event({**envelope, "choices": [], "usage": usage}))
        if reply.marker:
            events.append(b"data: [DONE]\n\n")
        return events

    def render_error(self, reply: Reply, request: ReceivedRequest) -> bytes:
        kind, code, message = _ERRORS.get(reply.status, _SERVER_ERROR)
        error = {"message": message, "type": kind, "param": None, "code": code}
        return _to_json({"error": {**error, **(reply.error_body or {})}})


def _to_json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a surrogate pair can travel as an escape only
        return json.dumps(value, separators=(",", ":")).encode()


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + _to_json(chunk) + b"\n\n"


def _envelope(request: ReceivedRequest, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-fake{request.number:08d}",
        "object": kind,
        "created": _CREATED,
        "model": request.body.get("model"),
        "system_fingerprint": "fp_fake",
    }


def _choice_count(request: ReceivedRequest) -> int:
    count = request.body.get("n")
    return count if isinstance(count, int) and count > 0 else 1


def _finish_reason(reply: Reply) -> str:
    return reply.finish_reason or ("tool_calls" if reply.tool_calls else "stop")


def _logprobs(entries: Any) -> dict[str, Any] | None:
    return {"content": list(entries), "refusal": None} if entries else None


def _tool_calls(reply: Reply, request: ReceivedRequest) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id or f"call_fake{request.number:06d}{index:02d}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments_text},
        }
        for index, call in enumerate(reply.tool_calls)
    ]


def _message(reply: Reply, request: ReceivedRequest) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.answer_text, "refusal": reply.refusal}
    if reply.reasoning is not None:
        message["reasoning_content"] = reply.reasoning
    if reply.tool_calls:
        return {**message, "tool_calls": _tool_calls(reply, request)}
    return dict(message)


def _words(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


_Delta = tuple[dict[str, Any], str | None, list[Any]]


def _deltas(reply: Reply, request: ReceivedRequest) -> Iterator[_Delta]:
    """Each delta of one choice with its finish reason and its log probabilities."""
    yield {"role": "assistant", "content": "" if reply.answer_text else None}, None, []
    for piece in _words(reply.reasoning or ""):
        yield {"reasoning_content": piece}, None, []
    pieces = list(reply.chunks or _words(reply.answer_text or ""))
    logprobs = list(reply.logprobs or ())
    for number, piece in enumerate(pieces, start=1):
        # One entry a piece; the last piece takes all that are left.
        taken = logprobs if number == len(pieces) else logprobs[:1]
        logprobs = logprobs[len(taken) :]
        yield {"content": piece}, None, taken
    for piece in _words(reply.refusal or ""):
        yield {"refusal": piece}, None, []
    for index, call in enumerate(_tool_calls(reply, request)):
        arguments = call["function"]["arguments"]
        first = {**call, "function": {**call["function"], "arguments": ""}}
        yield {"tool_calls": [{"index": index, **first}]}, None, []
        for start in range(0, len(arguments), _PIECE_OF_ARGUMENTS):
            part = {"arguments": arguments[start : start + _PIECE_OF_ARGUMENTS]}
            yield {"tool_calls": [{"index": index, "function": part}]}, None, []
    yield {}, _finish_reason(reply), []


def _usage(reply: Reply, request: ReceivedRequest) -> dict[str, Any]:
    """The scripted usage, or one where every word is a token."""
    if reply.usage is not None:
        return dict(reply.usage)
    prompt = sum(len(_text_of(message).split()) for message in request.body["messages"])
    reasoning = len((reply.reasoning or "").split())
    said = [reply.answer_text or "", reply.refusal or ""]
    said += [call.arguments_text for call in reply.tool_calls]
    completion = sum(len(text.split()) for text in said) * _choice_count(request) + reasoning
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def _text_of(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return " ".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
