"""Servers that answer nonsense: always a typed error, never much memory, never another server."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from support import ask, output_of, raw_server, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply

VALID = llmgate.APIResponseValidationError
LOST = llmgate.ConnectionLostError
GOOD = b'{"choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}]}'


def choices(value: Any) -> bytes:
    return json.dumps({"choices": value}).encode()


BODIES: dict[str, tuple[bytes, type[Exception]]] = {
    "empty": (b"", VALID),
    "blank": (b" \n", VALID),
    "null": (b"null", VALID),
    "list": (b"[]", VALID),
    "number": (b"5", VALID),
    "string": (b'"Hello"', VALID),
    "object": (b"{}", VALID),
    "no choices": (choices([]), VALID),
    "choices null": (choices(None), VALID),
    "choices object": (choices({}), VALID),
    "choices string": (choices("x"), VALID),
    "choice null": (choices([None]), VALID),
    "choice number": (choices([5]), VALID),
    "message string": (choices([{"message": "x"}]), VALID),
    "message list": (choices([{"message": []}]), VALID),
    "content number": (choices([{"message": {"content": 5}}]), VALID),
    "content object": (choices([{"message": {"content": {}}}]), VALID),
    "tool calls string": (choices([{"message": {"tool_calls": "x"}}]), VALID),
    "tool call number": (choices([{"message": {"tool_calls": [5]}}]), VALID),
    "function string": (choices([{"message": {"tool_calls": [{"function": "x"}]}}]), VALID),
    "truncated": (GOOD[:-5], VALID),
    "two values": (GOOD + GOOD, VALID),
    "tail": (GOOD + b"x", VALID),
    "html": (b"<!DOCTYPE html><html><body>Please log in</body></html>", VALID),
    "nested": (b'{"choices":' + b"[" * 10_000 + b"]" * 10_000 + b"}", VALID),
    "nested objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, VALID),
    "invalid UTF-8": (GOOD.replace(b'"x"', b'"\xff\xfe"'), VALID),
    "overlong UTF-8": (GOOD.replace(b'"x"', b'"\xc0\x80"'), VALID),
    "control byte": (GOOD.replace(b'"x"', b'"a\x01b"'), VALID),
    "NUL": (b"\0" * 100, VALID),
    "bad escape": (GOOD.replace(b'"x"', b'"\\x"'), VALID),
    "NaN": (b'{"choices":NaN}', VALID),
    "error null": (b'{"error":null}', VALID),
    "error string": (b'{"error":"out of order"}', llmgate.APIError),
    "error number": (b'{"error":5}', llmgate.APIError),
    "error list": (b'[{"error":{"message":"x","code":429}}]', llmgate.RateLimitError),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("content_type", ["application/json", "text/html", ""])
def test_bodies_under_200(fake: FakeProvider, name: str, stream: bool, content_type: str) -> None:
    body, kind = BODIES[name]
    fake.script([Reply(body=body, content_type=content_type), "healthy"])
    with pytest.raises(llmgate.APIError) as caught:
        list(ask(fake, stream=stream))
    if stream and name in ("null", "number", "string", "NUL"):
        kind = llmgate.StreamInterruptedError  # none of it looks like JSON: a stream of nothing
    assert isinstance(caught.value, kind)
    assert not isinstance(caught.value, llmgate.InternalError)
    assert len(str(caught.value)) < 1000
    assert fake.count == 1
    assert text_of(ask(fake)) == "healthy"


EVENTS: dict[str, bytes] = {
    "null": b"null",
    "number": b"5",
    "list": b"[]",
    "text": b"Hello",
    "half": b'{"choices":[',
    "choices string": choices("x"),
    "choice null": choices([None]),
    "delta string": choices([{"delta": "x"}]),
    "content number": choices([{"delta": {"content": 5}}]),
    "index negative": choices([{"index": -1, "delta": {"content": "x"}}]),
    "index huge": choices([{"index": 2**40, "delta": {"content": "x"}}]),
    "tool index huge": choices([{"delta": {"tool_calls": [{"index": 2**40}]}}]),
    "nested": b'{"choices":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "invalid UTF-8": b'{"choices":[{"index":0,"delta":{"content":"\xff"}}]}',
}


@pytest.mark.parametrize("name", EVENTS)
def test_events_of_a_stream(fake: FakeProvider, name: str) -> None:
    fake.script([Reply(pieces=[b"data: " + EVENTS[name] + b"\n\n"]), "healthy"])
    with pytest.raises(llmgate.APIError) as caught:
        list(ask(fake, stream=True))
    assert not isinstance(caught.value, llmgate.InternalError)
    assert text_of(ask(fake)) == "healthy"


def test_a_redirect_is_not_followed(fake: FakeProvider) -> None:
    with FakeProvider() as other:
        for status in (301, 302, 307, 308):
            fake.script([Reply(status=status, body=b"", headers={"location": other.url})])
            for stream in (False, True):
                with pytest.raises(llmgate.APIError) as caught:
                    list(ask(fake, stream=stream))
                assert caught.value.status_code == status
        assert (other.count, other.connections) == (0, 0)


@pytest.mark.parametrize("status", [100, 101, 204, 205, 206, 304, 999])
def test_odd_statuses(fake: FakeProvider, status: int) -> None:
    fake.script([Reply(status=status, body=b"", close_after_reply=True)])
    with pytest.raises(llmgate.APIError) as caught:
        ask(fake, timeout=2)
    assert not isinstance(caught.value, llmgate.InternalError)


@pytest.mark.parametrize("status", [200, 401])
def test_headers_that_are_not_utf8(fake: FakeProvider, status: int) -> None:
    # FakeProvider writes headers in Latin-1.
    headers = {"x-name": "caf\u00e9", "x-request-id": "\u00ff1"}
    fake.script([Reply(status=status, text="x", headers=headers)])
    if status == 200:
        response = ask(fake)
        assert response.headers["x-name"].startswith("caf")
    else:
        with pytest.raises(llmgate.AuthenticationError) as caught:
            ask(fake)
        assert caught.value.response.headers["x-name"].startswith("caf")


# --- below HTTP, by a server of raw bytes -------------------------------------------------------


OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
ZIPPED = gzip.compress(GOOD)
RAW: dict[str, tuple[bytes, type[Exception]]] = {
    "nothing": (b"", LOST),
    "not HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", VALID),
    "HTTP/0.9": (GOOD, VALID),
    "half a head": (OK, LOST),
    "too short": (OK + b"content-length: 5000\r\n\r\n" + GOOD, LOST),
    "too long": (OK + b"content-length: 9\r\n\r\n" + GOOD, VALID),
    "negative length": (OK + b"content-length: -1\r\n\r\n" + GOOD, VALID),
    "half a chunk": (OK + b"transfer-encoding: chunked\r\n\r\nffff\r\n" + GOOD, LOST),
    "bad chunk": (OK + b"transfer-encoding: chunked\r\n\r\nzz\r\n" + GOOD, llmgate.APIError),
    "bad gzip": (OK + b"content-encoding: gzip\r\n\r\n" + GOOD, VALID),
    "half gzip": (
        OK + b"content-encoding: gzip\r\ncontent-length: 30\r\n\r\n" + ZIPPED[:30],
        llmgate.APIError,
    ),
    "unknown encoding": (OK + b"content-encoding: zip\r\n\r\n" + GOOD, VALID),
    "many headers": (OK + b"x-a: b\r\n" * 200_000 + b"\r\n" + GOOD, VALID),
    "a long header": (OK + b"x-a: " + b"b" * 2_000_000 + b"\r\n\r\n" + GOOD, VALID),
    "a long status": (b"HTTP/1.1 200 " + b"O" * 2_000_000 + b"\r\n\r\n" + GOOD, VALID),
}


@pytest.mark.parametrize("name", RAW)
@pytest.mark.parametrize("stream", [False, True])
def test_below_http(name: str, stream: bool) -> None:
    answer, kind = RAW[name]
    with raw_server(answer) as url, pytest.raises(llmgate.APIError) as caught:
        list(llmgate.completion("m", "Hi", api_base=url, stream=stream, timeout=20))
    assert isinstance(caught.value, kind), repr(caught.value)
    assert not isinstance(caught.value, llmgate.InternalError)


def test_gzip_and_head_in_pieces_are_fine() -> None:
    answer = OK + b"content-encoding: gzip\r\n\r\n" + ZIPPED
    with raw_server(b"HTTP/1.1 100 Continue\r\n\r\n" + answer) as url:
        assert text_of(llmgate.completion("m", "Hi", api_base=url)) == "x"


# --- memory: measured in a child -------------------------------------------------------------

MEMORY = """
import resource, sys, llmgate
llmgate.completion("m", "Hi", mock_response="x")
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
try:
    list(llmgate.completion("m", "Hi", api_base=sys.argv[1], stream=sys.argv[2] == "stream"))
except llmgate.APIError as error:
    print(type(error).__name__, peak() - before)
"""


BOMB = gzip.compress(b" " * (1 << 30), 9)


@pytest.mark.parametrize(
    ("answer", "stream", "limit"),
    [
        # an endless line of 64 MB
        (STREAM + b"data: " + b"x" * (64 << 20), True, 48),
        # one event of 64 MB in short lines
        (STREAM + b"data: xxxxxxxxx\n" * (4 << 20), True, 48),
        # an endless name of a field
        (STREAM + b"x" * (64 << 20), True, 48),
        # a gigabyte of blanks in a megabyte, plain and streamed
        (OK + b"content-encoding: gzip\r\n\r\n" + BOMB, False, 200),
        (STREAM[:-2] + b"content-encoding: gzip\r\n\r\n" + BOMB, True, 200),
        # headers
        (OK + b"x-a: b\r\n" * (8 << 20), False, 48),
    ],
    ids=["line", "event", "name", "bomb", "streamed bomb", "headers"],
)
def test_memory_is_bounded(answer: bytes, stream: bool, limit: int) -> None:
    with raw_server(answer) as url:
        kind, grown = output_of(MEMORY, url, "stream" if stream else "plain").split()
    assert kind in ("APIResponseValidationError", "StreamInterruptedError")
    assert int(grown) < limit
