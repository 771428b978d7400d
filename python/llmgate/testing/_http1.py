"""HTTP/1.1 as far as a scripted provider needs it: a request's head, and a reply as wire bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

from llmgate.testing._script import BEFORE_HEAD, Reply


class BadHeadError(ValueError):
    """The bytes before the body are not a request this server understands."""


@dataclass(frozen=True)
class RequestHead:
    """What stands before a request's body."""

    method: str
    path: str
    headers: dict[str, str]
    body_length: int
    keeps_alive: bool


def read_head(head: bytes) -> RequestHead:
    """Reads the bytes before the blank line."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadHeadError("the request line is not HTTP/1")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadHeadError("a header line has no colon")
        headers[name.strip().lower()] = value.strip()
    if "transfer-encoding" in headers:
        raise BadHeadError("a request body needs a content-length")
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise BadHeadError("the content-length is not a number")
    connection = headers.get("connection", "").lower()
    keeps_alive = "close" not in connection and words[2] != "HTTP/1.0"
    return RequestHead(words[0], words[1], headers, int(length), keeps_alive)


class Ending(Enum):
    """What becomes of a connection once everything of a reply has been sent."""

    KEEP = "keep"  # the next request may follow
    CLOSE = "close"  # the reply is whole
    CUT = "cut"  # the reply is not whole
    RESET = "reset"
    STALL = "stall"  # nothing more is sent; the client has to leave


@dataclass(frozen=True)
class Playback:
    """A reply as the network sees it: `sends` go out one by one, `delay` before the first."""

    sends: Sequence[bytes]
    delay: float
    send_delay: float
    ending: Ending


def play(
    reply: Reply,
    headers: dict[str, str],
    pieces: Sequence[bytes],
    *,
    is_stream: bool,
    keeps_alive: bool,
) -> Playback:
    """Lays a reply's body pieces out as sends, up to where the reply stalls or is cut.

    `headers` are the defaults; those of the reply replace them.
    """
    framing = reply.framing or ("chunked" if is_stream else "length")
    is_chunked = framing == "chunked"
    closes = framing == "close" or not keeps_alive
    if is_chunked:
        headers["transfer-encoding"] = "chunked"
    elif framing == "length":
        headers["content-length"] = str(sum(map(len, pieces)))
    if closes:
        headers["connection"] = "close"
    headers.update((name.lower(), value) for name, value in reply.headers.items())

    ending = _ending(reply, closes=closes)
    end = _end_of_body(reply)
    if end == BEFORE_HEAD:
        return Playback([], reply.delay, 0.0, ending)
    if end is None:
        sends = [_chunked(piece, len(piece)) for piece in pieces] if is_chunked else list(pieces)
        tail = b"0\r\n\r\n" if is_chunked else b""
    else:
        sends, tail = _up_to(end, pieces, is_chunked), b""
    if reply.chunk_delay == 0 and reply.pieces is None:
        sends = [b"".join(sends)]
    sends = _with_head(_head(reply.status, headers), sends, tail)
    return Playback(sends, reply.delay, reply.chunk_delay, ending)


def _end_of_body(reply: Reply) -> int | None:
    """The body byte at which nothing more is sent; None: the whole body is sent."""
    if reply.stall_after is not None:
        return reply.stall_after
    if reply.cut_after is None and reply.reset:
        return BEFORE_HEAD
    return reply.cut_after


def _ending(reply: Reply, *, closes: bool) -> Ending:
    if reply.stall_after is not None:
        return Ending.STALL
    if reply.reset:
        return Ending.RESET
    if reply.cut_after is not None:
        return Ending.CUT
    return Ending.CLOSE if closes or reply.close_after_reply else Ending.KEEP


def _head(status: int, headers: dict[str, str]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:  # 529 and others that only providers know
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _chunked(piece: bytes, shown: int) -> bytes:
    """One HTTP chunk of which only the first `shown` bytes are sent, its end only if all are."""
    if not piece:
        return b""
    tail = b"\r\n" if shown == len(piece) else b""
    return b"%x\r\n%b%b" % (len(piece), piece[:shown], tail)


def _up_to(end: int, pieces: Sequence[bytes], is_chunked: bool) -> list[bytes]:
    """The sends of the first `end` body bytes."""
    sends = []
    for piece in pieces:
        shown = min(len(piece), end)
        if shown == 0:
            break
        sends.append(_chunked(piece, shown) if is_chunked else piece[:shown])
        end -= shown
    return sends


def _with_head(head: bytes, sends: list[bytes], tail: bytes) -> list[bytes]:
    """The head goes out with the first send, the tail with the last."""
    whole = [head + b"".join(sends[:1]), *sends[1:]]
    whole[-1] += tail
    return whole
