"""Anthropic's messages: a `Reply` as the JSON or the event stream that Anthropic sends."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from llmgate.testing._anthropic_checks import IssuedTurns, fault_of
from llmgate.testing._blocks import Reasoning, ServerTool, Text, ToolCall, Usage
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
from llmgate.testing._signatures import Signatures

# status: (type, message), as recordings and the reference of errors have them.
_ERRORS: dict[int, tuple[str, str]] = {
    400: ("invalid_request_error", "The request is malformed."),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use this model."),
    404: ("not_found_error", "model: there-is-no-such-model"),
    405: ("invalid_request_error", "Method Not Allowed"),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    500: ("api_error", "Internal server error"),
    529: ("overloaded_error", "Overloaded"),
}
_FINISH_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_NOT_RETRIED = (400, 401, 403, 404, 405, 413)
_MOST_PADDING = 16  # spaces before the closing brace of an event's data


class AnthropicMessages(Format):
    """The format at `/messages`; it remembers what it issued and wants it back unchanged."""

    name = "anthropic.messages"
    base_path = "/v1"
    routes: tuple[str, ...] = ("/messages",)

    def __init__(self) -> None:
        self._signatures = Signatures()
        self._issued = IssuedTurns()

    def refuse_key(self, request: ReceivedRequest, api_key: str | None) -> Reply | None:
        header = request.key_header
        is_azure = "/anthropic/" in request.path
        if header is None:
            return Reply.error(401, message="x-api-key header is required")
        is_bearer = header == "authorization"
        # A bearer token is one of OAuth (or of Entra): a key sent in this way is refused.
        if is_bearer and not (is_azure or str(request.api_key).startswith("sk-ant-oat")):
            return Reply.error(401, message="Invalid bearer token")
        if not (is_bearer or header == "x-api-key" or (is_azure and header == "api-key")):
            return Reply.error(401, message="x-api-key header is required")
        if api_key is not None and request.api_key != api_key:
            return Reply.error(401)
        return None

    def find_fault(self, request: ReceivedRequest) -> Reply | None:
        if request.method != "POST":
            return Reply.error(405)
        if "anthropic-version" not in request.headers:
            return Reply.error(400, message="anthropic-version: header is required")
        fault = fault_of(request.body, self._signatures, self._issued)
        return None if fault is None else Reply.error(400, message=fault)

    def wants_stream(self, request: ReceivedRequest) -> bool:
        return bool(request.body.get("stream"))

    def default_reply(self, request: ReceivedRequest) -> Reply:
        messages = request.body.get("messages") or []
        users = [message for message in messages if message.get("role") == "user"]
        said = " ".join(texts_in(users[-1])) if users else ""
        return Reply(
            text=f"You said: {said or '(nothing)'} [fake provider: model "
            f"{request.body.get('model')}, messages {len(messages)}, request {request.number}]"
        )

    def headers(self, request: ReceivedRequest) -> dict[str, str]:
        return {"request-id": _request_id(request)}

    def adapt(self, reply: Reply) -> Reply:
        if reply.status not in _NOT_RETRIED:
            return reply
        return reply.with_headers({"x-should-retry": "false", **reply.headers})

    def render_reply(self, reply: Reply, request: ReceivedRequest) -> bytes:
        content = [block for block, _ in self._content(reply, request)]
        usage = _usage(reply, request)
        answer = _message(reply, request)
        answer["content"] = content
        answer.update(_ending(reply, request))
        if usage is None:
            del answer["usage"]
        else:
            answer["usage"] = usage
        return to_json(answer)

    def render_stream(self, reply: Reply, request: ReceivedRequest) -> list[bytes]:
        events = [_event(**event) for event in self._events(reply, request)]
        if reply.error_event_after is not None:
            error = b"event: error\ndata: " + self.render_error(reply, request) + b"\n\n"
            return [*events[: reply.error_event_after], error]
        return events if reply.marker else events[:-1]

    def render_error(self, reply: Reply, request: ReceivedRequest) -> bytes:
        kind, message = _ERRORS.get(reply.status, _ERRORS[529 if reply.status < 400 else 500])
        error = {"type": kind, "message": message, **(reply.error_body or {})}
        return to_json({"type": "error", "error": error, "request_id": _request_id(request)})

    def _content(self, reply: Reply, request: ReceivedRequest) -> list[tuple[dict[str, Any], str]]:
        """The content blocks of the answer, each with the text of its input."""
        content: list[tuple[dict[str, Any], str]] = []
        if reply.block_reason is not None:
            return content
        for scripted in reply.turn:
            number = f"{request.number:08d}{len(content):02d}"
            for block in self._blocks_of(scripted, number):
                text = to_json(block.get("input"), (",", ": ")).decode()
                if isinstance(scripted, ToolCall):
                    text = scripted.arguments_text
                content.append((block, text))
        if reply.refusal is not None:
            content.append(({"type": "text", "text": reply.refusal}, ""))
        self._issued.remember([block for block, _ in content])
        return content

    def _blocks_of(self, block: object, number: str) -> Iterator[dict[str, Any]]:
        if isinstance(block, Text):
            yield {**_citations_of(block), "type": "text", "text": block.text}
        elif isinstance(block, Reasoning) and block.redacted:
            yield {"type": "redacted_thinking", "data": block.text}
        elif isinstance(block, Reasoning):
            signature = self._signatures.sign(block.text, block.signature)
            yield {"type": "thinking", "thinking": block.text, "signature": signature}
        elif isinstance(block, ToolCall):
            call = {"type": "tool_use", "id": block.id or f"toolu_fake{number}"}
            yield {**call, "name": block.name, "input": block.arguments_value}
        elif isinstance(block, ServerTool):
            id_ = block.id or f"srvtoolu_fake{number}"
            call = {"type": "server_tool_use", "id": id_, "name": block.name}
            yield {**call, "input": dict(block.input)}
            kind = f"{block.name}_tool_result"
            yield {"type": kind, "tool_use_id": id_, "content": block.result}
        elif isinstance(block, Mapping):
            if "signature" in block:
                self._signatures.sign(str(block.get("thinking")), block["signature"])
            yield dict(block)

    def _events(self, reply: Reply, request: ReceivedRequest) -> Iterator[dict[str, Any]]:
        """The events of a stream as keyword arguments of `_event`."""
        usage = _usage(reply, request)
        message = _message(reply, request)
        if usage is None:
            del message["usage"]
        else:
            started = {name: usage[name] for name in usage if name != "output_tokens_details"}
            message["usage"] = {**started, "output_tokens": 1}
        yield {"type": "message_start", "message": message}
        for index, (block, input_text) in enumerate(self._content(reply, request)):
            start, deltas = _deltas(block, reply, input_text)
            yield {"type": "content_block_start", "index": index, "content_block": start}
            for _ in range(reply.pings if index == 0 else 0):
                yield {"type": "ping"}
            for delta in deltas:
                yield {"type": "content_block_delta", "index": index, "delta": delta}
            yield {"type": "content_block_stop", "index": index}
        end: dict[str, Any] = {"type": "message_delta", "delta": _ending(reply, request)}
        if usage is not None:
            given_once = ("cache_creation", "service_tier", "inference_geo")
            end["usage"] = {name: usage[name] for name in usage if name not in given_once}
        yield end
        yield {"type": "message_stop"}


def _event(**data: Any) -> bytes:
    name = data["type"]
    if name == "ping":
        return b'event: ping\ndata: {"type": "ping"}\n\n'
    text = to_json(data)
    padding = b" " * (hashlib.sha256(text).digest()[0] % _MOST_PADDING)
    return b"event: %b\ndata: %b%b}\n\n" % (name.encode(), text[:-1], padding)


def _deltas(
    block: dict[str, Any], reply: Reply, input_text: str
) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """A block as its stream starts it, and what is added to it."""
    kind = block["type"]
    if kind == "text":
        start = {**block, "text": "", **({"citations": []} if block.get("citations") else {})}
        return start, _text_deltas(block, reply)
    if kind == "thinking":
        return {**block, "thinking": "", "signature": ""}, _thinking_deltas(block)
    if kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
        # No more than the first, empty piece is sent for {}.
        pieces = ["", *pieces_of_arguments(input_text if block["input"] else "")]
        deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)
        return {**block, "input": {}}, deltas
    if kind == "compaction":
        delta = {"type": "compaction_delta", "content": block["content"]}
        return {**block, "content": None}, iter([delta])
    return block, iter(())


def _text_deltas(block: dict[str, Any], reply: Reply) -> Iterator[dict[str, Any]]:
    for citation in block.get("citations") or ():
        yield {"type": "citations_delta", "citation": citation}
    for piece in pieces_of(reply, block["text"]):
        yield {"type": "text_delta", "text": piece}


def _thinking_deltas(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for piece in words(block["thinking"]):
        yield {"type": "thinking_delta", "thinking": piece}
    if block["signature"]:
        yield {"type": "signature_delta", "signature": block["signature"]}


def _citations_of(block: Text) -> dict[str, Any]:
    if not block.citations:
        return {}
    citations = []
    for citation in block.citations:
        index = base64.b64encode(hashlib.sha256(citation.url.encode()).digest()).decode()
        source = {"url": citation.url, "title": citation.title, "encrypted_index": index}
        kind = "web_search_result_location"
        citations.append({"type": kind, "cited_text": citation.quote, **source})
    return {"citations": citations}


def _request_id(request: ReceivedRequest) -> str:
    return f"req_fake{request.number:08d}"


def _message(reply: Reply, request: ReceivedRequest) -> dict[str, Any]:
    """The message before anything was said."""
    return {
        "model": request.body.get("model"),
        "id": f"msg_fake{request.number:08d}",
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "usage": None,
    }


def _ending(reply: Reply, request: ReceivedRequest) -> dict[str, Any]:
    if reply.refusal is not None or reply.block_reason is not None:
        usual = "content_filter"
    else:
        usual = "tool_calls" if reply.calls else "stop"
    word = reply.finish_reason or usual
    reason = _FINISH_REASONS.get(word, word)
    stops = request.body.get("stop_sequences") or [None]
    sequence = stops[0] if reason == "stop_sequence" else None
    return {"stop_reason": reason, "stop_sequence": sequence, "stop_details": None}


def _usage(reply: Reply, request: ReceivedRequest) -> dict[str, Any] | None:
    """The scripted usage, or one where every word is a token; None where none is sent."""
    usage = reply.usage
    if usage is None:
        said = [request.body.get("system"), request.body.get("messages")]
        usage = counted_usage(reply, " ".join(texts_in(said)))
    if not isinstance(usage, Usage):
        return dict(usage) or None
    shown: dict[str, Any] = {
        "input_tokens": usage.input - usage.cached - usage.cache_written,
        "cache_creation_input_tokens": usage.cache_written,
        "cache_read_input_tokens": usage.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_written,
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": usage.output,
    }
    if usage.reasoning:
        shown["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    return {**shown, "service_tier": "standard", "inference_geo": "not_available"}
