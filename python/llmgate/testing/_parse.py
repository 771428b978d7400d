"""Recordings of real providers through the code that parses real traffic."""

from __future__ import annotations

import json
from typing import NamedTuple

from llmgate import _core
from llmgate._views import ModelResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


class RenderedRequest(NamedTuple):
    """A request as one provider would get it.

    ``path`` is what the base URL is followed by, ``headers`` those that the body asks for, and
    ``dispositions`` what became of each field, as ``response.dispositions`` has it.
    """

    path: str
    body: bytes
    headers: dict[str, str]
    dispositions: list[dict[str, str]]


def parse(
    provider: str,
    pieces: Iterable[bytes],
    *,
    format: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    stream: bool | None = None,
    n: int = 1,
    complete: bool = True,
    chunks: list[Any] | None = None,
) -> ModelResponse:
    """Reads an answer that was recorded, as a call would have read it from the network.

    Args:
        provider: who answered, such as ``"groq"``; an unknown name is read without an accent.
        format: the wire format, such as ``"anthropic.messages"``. None: the one that the provider
            speaks.
        pieces: the body in the pieces in which it came, decompressed.
        status: the HTTP status.
        headers: the answer's headers, names in lower case.
        stream: whether a stream was asked for. None: as ``content-type`` says, or where there is
            none, as the first byte does.
        n: how many choices were asked for.
        complete: whether the server said where the body ends. False: the connection was closed.
        chunks: a list to which the chunks of a stream are appended.

    Raises:
        APIError: what a call would have raised; ``partial_response`` holds what had arrived.

    Example:
        >>> from llmgate.testing import parse
        >>> body = b'{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}'
        >>> parse("openai", [body]).choices[0].message.content
        'Hi'
    """
    known = list(pieces)
    given = dict(headers or {})
    if stream is None:
        stream = _is_stream(known, given)
    return ModelResponse(
        _core.parse(format or "", provider, known, status, given, stream, n, complete, chunks)
    )


def _is_stream(pieces: list[bytes], headers: dict[str, str]) -> bool:
    content_type = headers.get("content-type", "")
    if content_type:
        return "event-stream" in content_type
    start = b"".join(pieces).lstrip()[:1]
    return start not in (b"{", b"[", b"<", b"")


def read_request(format: str, body: bytes, *, provider: str = "", model: str = "") -> bytes:
    """Reads a request in a wire format into the canonical request: OpenAI's JSON.

    Args:
        format: ``"openai.chat"``, ``"anthropic.messages"`` or ``"gemini.generateContent"``.
        body: the request.
        provider: who was asked, and so had said the assistant's messages in it.
        model: the model where the body does not name it, as Gemini's do not.

    Raises:
        ValueError: an unknown format.
        BadRequestError: a request that is not valid in the format.

    Example:
        >>> from llmgate.testing import read_request
        >>> body = b'{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}'
        >>> read_request("openai.chat", body) == body
        True
    """
    return _core.read_request(format, provider, model, body)


def render_request(
    provider: str, body: bytes, *, format: str | None = None, model: str | None = None
) -> RenderedRequest:
    """Renders a canonical request as ``provider`` would get it, without sending it.

    Args:
        provider: its name, such as ``"anthropic"``; an unknown name is rendered for without an
            accent.
        body: the canonical request: OpenAI's JSON.
        format: the wire format. None: the one that the provider speaks.
        model: the model as the provider knows it. None: as the body names it.

    Raises:
        ValueError: an unknown format.
        BadRequestError: a request that is not valid, or that the format has no way to send.

    Example:
        >>> from llmgate.testing import render_request
        >>> request = b'{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}'
        >>> render_request("openai", request).body
        b'{"model":"m","messages":[{"role": "user", "content": "Hi"}]}'
    """
    path, rendered, headers, dispositions = _core.render_request(
        format or "", provider, model or "", body
    )
    return RenderedRequest(path, rendered, headers, json.loads(dispositions))


def read_and_render(format: str, provider: str, body: bytes, *, model: str = "") -> bytes:
    """Reads a request in a wire format and renders it for ``provider`` in the same one.

    Raises:
        ValueError: an unknown format.
        BadRequestError: a request that is not valid in the format.

    Example:
        >>> from llmgate.testing import read_and_render
        >>> request = b'{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}'
        >>> read_and_render("openai.chat", "openai", request)
        b'{"model":"m","messages":[{"role": "user", "content": "Hi"}]}'
    """
    canonical = read_request(format, body, provider=provider, model=model)
    return render_request(provider, canonical, format=format, model=model).body
