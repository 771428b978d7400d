"""Requests to the scripted provider by sockets and http.client alone."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from llmgate.testing import FakeProvider

PATH = "/v1/chat/completions"
JSON_HEADERS = {"content-type": "application/json", "authorization": "Bearer sk-test"}


def chat(text: str = "Hi", **members: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **members}


def connect(fake: FakeProvider) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(fake.origin.removeprefix("http://"), timeout=10)


def post(fake: FakeProvider, body: Any, path: str = PATH) -> tuple[int, dict[str, str], bytes]:
    connection = connect(fake)
    try:
        connection.request("POST", path, json.dumps(body).encode(), JSON_HEADERS)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def ask(fake: FakeProvider, **members: Any) -> dict[str, Any]:
    status, _, body = post(fake, chat(**members))
    assert status == 200, body
    return json.loads(body)  # type: ignore[no-any-return]


def events_of(body: bytes) -> list[Any]:
    events = []
    for event in body.decode().split("\n\n")[:-1]:
        assert event.startswith("data: ")
        data = event.removeprefix("data: ")
        events.append(data if data == "[DONE]" else json.loads(data))
    return events


def stream(fake: FakeProvider, **members: Any) -> list[Any]:
    status, headers, body = post(fake, chat(stream=True, **members))
    assert status == 200
    assert headers["content-type"].startswith("text/event-stream")
    return events_of(body)


def joined(events: list[Any], member: str, index: int = 0) -> str:
    deltas = (
        c["delta"] for e in events if e != "[DONE]" for c in e["choices"] if c["index"] == index
    )
    return "".join(delta.get(member) or "" for delta in deltas)


class RawClient:
    """A socket, for what http.client would hide."""

    def __init__(self, fake: FakeProvider) -> None:
        self.sock = socket.create_connection(("127.0.0.1", int(fake.origin.rsplit(":", 1)[1])), 10)

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, body: Any, extra: str = "") -> None:
        data = json.dumps(body).encode()
        head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\n{extra}content-length: {len(data)}\r\n\r\n"
        self.sock.sendall(head.encode() + data)

    def read_to_end(self) -> bytes:
        got = b""
        while piece := self.sock.recv(65536):
            got += piece
        return got

    def read_until(self, ending: bytes) -> bytes:
        got = b""
        while not got.endswith(ending):
            piece = self.sock.recv(65536)
            assert piece, got
            got += piece
        return got
