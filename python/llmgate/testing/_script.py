"""What a scripted provider is asked and what it answers: plain values, no sockets."""

from __future__ import annotations

import json as _json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from llmgate.testing._blocks import Block, Citation, Reasoning, ServerTool, Text, ToolCall, Usage

#: A place in an answer that lies before its status line: see `Reply.cut_after`.
BEFORE_HEAD = -1


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer of a `FakeProvider`: what the model says, and how the network treats it.

    The same reply serves plain and streamed requests; the request decides.

    What the model says:
      text: the answer. None with tool calls, a refusal or reasoning alone.
      json: any JSON value; its text is the answer (structured output).
      reasoning: the thinking that precedes the answer.
      signature: the signature of `reasoning`; see `Reasoning`. Given alone: a signature without
        visible thinking.
      server_tools: `ServerTool`s that the provider ran before it answered.
      citations: `Citation`s for the whole text.
      tool_calls: `ToolCall`s, each streamed in pieces.
      refusal: the text of a refusal.
      blocks: the turn piece by piece, in order, in place of all of the above but refusal: strings,
        `Text`, `Reasoning`, `ToolCall`, `ServerTool`, or the provider's own blocks as mappings.
      usage: a `Usage`, or the provider's own usage object. None: words are counted; {}: no usage
        is sent.
      finish_reason: "stop", "length", "tool_calls" or "content_filter", sent in the provider's own
        word; any other word is sent as it is. None: "tool_calls" with tool calls, "content_filter"
        with a refusal (OpenAI: "stop"), else "stop".
      block_reason: the prompt was blocked: Gemini answers with this blockReason and no candidates,
        Anthropic with an empty refusal, OpenAI with an empty choice that was filtered.
      logprobs: entries for the answer's tokens, in OpenAI's shape.

    How a stream is divided:
      chunks: the text in exactly these pieces. None: word by word.
      chunk_delay: seconds between two chunks.
      marker: whether the end marker is sent (OpenAI's `[DONE]`, Anthropic's message_stop; Gemini
        has none).
      pings: how many ping events follow the first block's start (Anthropic only).
      error_event_after: after this many chunks comes an error event, then nothing more.

    Errors:
      status: the HTTP status. From 400 on the body is an error object.
      error_body: members of the error object (message, type, code, ...). With a status below 400
        the error object travels under that status. Gemini's "status" is given as type; a code that
        is no number becomes the reason in its details.

    The body by hand (each replaces all of the above but status and chunk_delay):
      body: these bytes.
      pieces: these bytes, one `send` for each piece, and one HTTP chunk with framing "chunked".
      content_type: None: what the format says for JSON and for streams.

    How the network treats it:
      headers: further response headers; a name given here replaces the default one.
      framing: "length", "chunked" or "close" (the end of the connection is the end of the body).
        None: "chunked" for streams, else "length".
      delay: seconds before the status line.
      stall_after: after this many body bytes nothing more comes; the connection stays open.
      cut_after: at this body byte the connection is closed.
        For both, `BEFORE_HEAD` (-1) lies before the status line, 0 just after the headers.
      reset: closes by a reset (RST) where `cut_after` says; without it before the status line.
      close_after_reply: closes the connection after a whole answer that announced nothing of the
        kind, so that the client's next request meets a dead socket.

    >>> Reply(text="Hello").text
    'Hello'
    >>> Reply.error(429, retry_after=2).headers
    {'retry-after': '2'}
    >>> [type(block).__name__ for block in Reply(reasoning="Hm.", text="Yes.").turn]
    ['Reasoning', 'Text']
    """

    text: str | None = None
    json: Any = None
    reasoning: str | None = None
    signature: str | None = None
    server_tools: Sequence[ServerTool] = ()
    citations: Sequence[Citation] = ()
    tool_calls: Sequence[ToolCall] = ()
    refusal: str | None = None
    blocks: Sequence[Block] | None = None
    usage: Usage | Mapping[str, Any] | None = None
    finish_reason: str | None = None
    block_reason: str | None = None
    logprobs: Sequence[Mapping[str, Any]] | None = None

    chunks: Sequence[str] | None = None
    chunk_delay: float = 0.0
    marker: bool = True
    pings: int = 1
    error_event_after: int | None = None

    status: int = 200
    error_body: Mapping[str, Any] | None = None

    body: bytes | None = None
    pieces: Sequence[bytes] | None = None
    content_type: str | None = None

    headers: Mapping[str, str] = field(default_factory=dict)
    framing: Literal["length", "chunked", "close"] | None = None
    delay: float = 0.0
    stall_after: int | None = None
    cut_after: int | None = None
    reset: bool = False
    close_after_reply: bool = False

    def __post_init__(self) -> None:
        if self.stall_after is not None and (self.cut_after is not None or self.reset):
            raise ValueError("a reply either stalls (stall_after) or ends (cut_after, reset)")
        if self.body is not None and self.pieces is not None:
            raise ValueError("give the body either whole (body) or in pieces (pieces)")
        if self.json is not None and (self.text is not None or self.chunks is not None):
            raise ValueError("give the answer either as json or as text or chunks")
        if self.blocks is not None and self._says_something_else():
            raise ValueError("give the turn either as blocks or as text, json, reasoning, ...")

    @classmethod
    def error(
        cls,
        status: int,
        *,
        code: str | int | None = None,
        message: str | None = None,
        type: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """An error answer; what is not given is what the real provider sends for this status.

        `retry_after` is in seconds and becomes the header of that name.

        >>> Reply.error(401).status
        401
        """
        given = {"message": message, "type": type, "code": code}
        all_headers = dict(headers or {})
        if retry_after is not None:
            all_headers["retry-after"] = f"{retry_after:g}"
        return cls(
            status=status,
            error_body={name: value for name, value in given.items() if value is not None},
            headers=all_headers,
        )

    @classmethod
    def stall(cls, after: int = BEFORE_HEAD, *, text: str | None = None) -> Reply:
        """An answer that stops coming after so many body bytes, by default before the first byte.

        >>> Reply.stall().stall_after
        -1
        """
        return cls(stall_after=after, text=text)

    @classmethod
    def cut(
        cls, after: int = BEFORE_HEAD, *, text: str | None = None, reset: bool = False
    ) -> Reply:
        """An answer whose connection is closed at a body byte, by default before the first byte.

        >>> Reply.cut(120, text="never read to the end").cut_after
        120
        """
        return cls(cut_after=after, text=text, reset=reset)

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        """The same reply with these headers instead of its own.

        >>> Reply.error(429, retry_after=2).with_headers({}).headers
        {}
        """
        return replace(self, headers=headers)

    @cached_property
    def turn(self) -> list[Text | Reasoning | ToolCall | ServerTool | Mapping[str, Any]]:
        """What the model says, in order; a refusal stands for itself."""
        if self.blocks is not None:
            return [Text(block) if isinstance(block, str) else block for block in self.blocks]
        turn: list[Text | Reasoning | ToolCall | ServerTool | Mapping[str, Any]] = []
        if self.reasoning is not None or self.signature is not None:
            turn.append(Reasoning(self.reasoning or "", self.signature))
        turn.extend(self.server_tools)
        text = self.answer_text
        if text is not None:
            turn.append(Text(text, self.citations))
        return [*turn, *self.tool_calls]

    @cached_property
    def answer_text(self) -> str | None:
        """The answer as text, from `text`, `chunks`, `json` or `blocks`, whichever was given."""
        if self.blocks is not None:
            texts = [block.text for block in self.turn if isinstance(block, Text)]
            return "".join(texts) if texts else None
        if self.json is not None:
            return _json.dumps(self.json, ensure_ascii=False)
        if self.text is None and self.chunks is not None:
            return "".join(self.chunks)
        return self.text

    @cached_property
    def reasoning_text(self) -> str | None:
        """The visible reasoning joined."""
        seen = [block for block in self.turn if isinstance(block, Reasoning)]
        shown = [block.text for block in seen if not block.redacted and block.text]
        return "".join(shown) if shown else None

    @cached_property
    def calls(self) -> list[ToolCall]:
        """The calls of tools, from `tool_calls` or `blocks`."""
        return [block for block in self.turn if isinstance(block, ToolCall)]

    def _says_something_else(self) -> bool:
        given = (self.text, self.json, self.reasoning, self.signature, self.chunks)
        lists = (self.server_tools, self.citations, self.tool_calls)
        return any(value is not None for value in given) or any(map(len, lists))


class ReceivedRequest:
    """One request as the provider received it.

    Attributes:
      method, path: as sent; the path includes the query.
      headers: names in lower case; values of headers that carry a key are `"REDACTED"`.
      api_key: the key the request carried, whichever header it came in; None without one.
      key_header: the name of that header in lower case; None without a key.
      raw: the body's bytes.
      number: 1 for the first request the provider received.
    """

    __slots__ = (
        "_body",
        "_body_is_read",
        "api_key",
        "headers",
        "key_header",
        "method",
        "number",
        "path",
        "raw",
    )

    def __init__(
        self, method: str, path: str, headers: dict[str, str], raw: bytes, number: int = 1
    ) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.raw = raw
        self.number = number
        self.api_key, self.key_header = _take_key(headers)
        self._body: Any = None
        self._body_is_read = False

    @property
    def body(self) -> Any:
        """The body as a JSON value; None where it is not JSON."""
        if not self._body_is_read:
            self._body_is_read = True
            try:
                self._body = _json.loads(self.raw)
            except ValueError:
                self._body = None
        return self._body

    def __repr__(self) -> str:
        return f"<ReceivedRequest {self.number}: {self.method} {self.path}, {len(self.raw)} bytes>"


_KEY_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")


def _take_key(headers: dict[str, str]) -> tuple[str | None, str | None]:
    """The first key that the headers carry and the header it is in; no key stays in them."""
    key: str | None = None
    found: str | None = None
    for name in _KEY_HEADERS:
        if name in headers:
            value = headers[name]
            if not key:
                key, found = value[7:] if value[:7].lower() == "bearer " else value, name
            headers[name] = "REDACTED"
    return key, found
