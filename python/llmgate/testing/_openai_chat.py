"""OpenAI's chat completions: a `Reply` as the JSON or the event stream that OpenAI sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llmgate.testing._blocks import Text, Usage
from llmgate.testing._format import (
    Format,
    counted_usage,
    pieces_of,
    pieces_of_arguments,
    texts_in,
    to_json,
    words,
)
from llmgate.testing._script import ReceivedRequest, Reply

_CREATED = 1_750_000_000  # fixed, so that two runs send the same bytes

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


class OpenAIChat(Format):
    """The format at `/chat/completions`."""

    name = "openai.chat"
    base_path = "/v1"
    routes: tuple[str, ...] = ("/chat/completions",)

    def wants_stream(self, request: ReceivedRequest) -> bool:
        return bool(request.body.get("stream"))

    def find_fault(self, request: ReceivedRequest) -> Reply | None:
        body = request.body
        if not isinstance(body, dict):
            return Reply.error(400, message="We could not parse the JSON body of your request.")
        if not isinstance(body.get("messages"), list):
            return Reply.error(400, message="Missing required parameter: 'messages'.")
        fault = _find_unanswered_call(body["messages"])
        return None if fault is None else Reply.error(400, message=fault)

    def headers(self, request: ReceivedRequest) -> dict[str, str]:
        return {"x-request-id": f"req_fake{request.number:08d}"}

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
        return to_json(answer)

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
        return to_json({"error": {**error, **(reply.error_body or {})}})


def _find_unanswered_call(messages: list[Any]) -> str | None:
    """What is wrong where tool calls and tool results do not belong together."""
    open_ids: list[Any] = []
    for message in messages:
        if not isinstance(message, dict):
            continue
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in open_ids:
                return (
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceeding message with 'tool_calls'."
                )
            open_ids.remove(message["tool_call_id"])
        elif open_ids:
            break
        calls = message.get("tool_calls")
        if message.get("role") == "assistant" and isinstance(calls, list):
            open_ids = [call.get("id") for call in calls if isinstance(call, dict)]
    if not open_ids:
        return None
    return (
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
        "each 'tool_call_id'. The following tool_call_ids did not have response messages: "
        + ", ".join(map(str, open_ids))
    )


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + to_json(chunk) + b"\n\n"


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
    if reply.block_reason is not None:
        return reply.finish_reason or "content_filter"
    return reply.finish_reason or ("tool_calls" if reply.calls else "stop")


def _logprobs(entries: Any) -> dict[str, Any] | None:
    return {"content": list(entries), "refusal": None} if entries else None


def _tool_calls(reply: Reply, request: ReceivedRequest) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id or f"call_fake{request.number:06d}{index:02d}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments_text},
        }
        for index, call in enumerate(reply.calls)
    ]


def _message(reply: Reply, request: ReceivedRequest) -> dict[str, Any]:
    if reply.block_reason is not None:
        return {"role": "assistant", "content": None, "refusal": None}
    message: dict[str, Any] = {"role": "assistant", "content": reply.answer_text}
    message["refusal"] = reply.refusal
    if reply.reasoning_text is not None:
        message["reasoning_content"] = reply.reasoning_text
    annotations = _annotations(reply)
    if annotations:
        message["annotations"] = annotations
    if reply.calls:
        message["tool_calls"] = _tool_calls(reply, request)
    return message


def _annotations(reply: Reply) -> list[dict[str, Any]]:
    """Each citation with the place of its text in the joined answer, in characters."""
    annotations, start = [], 0
    for block in reply.turn:
        if isinstance(block, Text):
            end = start + len(block.text)
            for citation in block.citations:
                place = {"start_index": start, "end_index": end}
                source = {"title": citation.title, "url": citation.url}
                annotations.append({"type": "url_citation", "url_citation": {**place, **source}})
            start = end
    return annotations


_Delta = tuple[dict[str, Any], str | None, list[Any]]


def _deltas(reply: Reply, request: ReceivedRequest) -> Iterator[_Delta]:
    """Each delta of one choice with its finish reason and its log probabilities."""
    yield {"role": "assistant", "content": "" if reply.answer_text else None}, None, []
    if reply.block_reason is not None:
        yield {}, _finish_reason(reply), []
        return
    for piece in words(reply.reasoning_text or ""):
        yield {"reasoning_content": piece}, None, []
    pieces = pieces_of(reply, reply.answer_text or "")
    logprobs = list(reply.logprobs or ())
    for number, piece in enumerate(pieces, start=1):
        # One entry a piece; the last piece takes all that are left.
        taken = logprobs if number == len(pieces) else logprobs[:1]
        logprobs = logprobs[len(taken) :]
        yield {"content": piece}, None, taken
    annotations = _annotations(reply)
    if annotations:
        yield {"annotations": annotations}, None, []
    for piece in words(reply.refusal or ""):
        yield {"refusal": piece}, None, []
    for index, call in enumerate(_tool_calls(reply, request)):
        arguments = call["function"]["arguments"]
        first = {**call, "function": {**call["function"], "arguments": ""}}
        yield {"tool_calls": [{"index": index, **first}]}, None, []
        for piece in pieces_of_arguments(arguments):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}, None, []
    yield {}, _finish_reason(reply), []


def _usage(reply: Reply, request: ReceivedRequest) -> dict[str, Any]:
    """The scripted usage, or one where every word is a token."""
    usage = reply.usage
    if usage is None:
        prompt = " ".join(_text_of(message) for message in request.body["messages"])
        usage = counted_usage(reply, prompt, _choice_count(request))
    if not isinstance(usage, Usage):
        return dict(usage)
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def _text_of(message: Any) -> str:
    return " ".join(texts_in(message))
