"""Recordings of real providers through the code that parses real traffic."""

from __future__ import annotations

from llmgate import _core
from llmgate._views import ModelResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

# The formats that read_and_render knows; Mistral's dialect differs in answers only.
_FORMATS = ("openai.chat", "mistral.chat")


def parse(
    provider: str,
    pieces: Iterable[bytes],
    *,
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
    return ModelResponse(_core.parse(provider, known, status, given, stream, n, complete, chunks))


def _is_stream(pieces: list[bytes], headers: dict[str, str]) -> bool:
    content_type = headers.get("content-type", "")
    if content_type:
        return "event-stream" in content_type
    start = b"".join(pieces).lstrip()[:1]
    return start not in (b"{", b"[", b"<", b"")


def read_and_render(format_name: str, provider: str, body: bytes) -> bytes:
    """Reads a request in a wire format into the canonical request and renders it for ``provider``.

    Raises:
        ValueError: an unknown format.
        BadRequestError: a request that is not valid in the format.

    Example:
        >>> from llmgate.testing import read_and_render
        >>> request = b'{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}'
        >>> read_and_render("openai.chat", "openai", request)
        b'{"model":"m","messages":[{"role": "user", "content": "Hi"}]}'
    """
    if format_name not in _FORMATS:
        raise ValueError(f"{format_name!r} is no known format; known: {', '.join(_FORMATS)}")
    return _core.read_and_render(provider, body)
