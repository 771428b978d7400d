"""The scripted provider, tested with sockets and http.client alone."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmgate.testing import BEFORE_HEAD, FakeProvider, ReceivedRequest, Reply, ToolCall

PATH = "/v1/chat/completions"
JSON_HEADERS = {"content-type": "application/json", "authorization": "Bearer sk-test"}


def chat(text: str = "Hi", **members: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **members}


def connect(fake: FakeProvider) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(fake.origin.removeprefix("http://"), timeout=10)


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


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


# --- what the model says ---------------------------------------------------------------------


def test_default_reply_tells_what_was_asked(fake: FakeProvider) -> None:
    content = ask(fake, text="Where am I?")["choices"][0]["message"]["content"]
    assert "Where am I?" in content
    assert "model m" in content


def test_replies_come_in_order_and_the_last_one_repeats() -> None:
    with FakeProvider(["one", Reply(text="two")]) as fake:
        said = [ask(fake)["choices"][0]["message"]["content"] for _ in range(4)]
    assert said == ["one", "two", "two", "two"]


def test_a_callable_script_sees_the_request() -> None:
    def script(request: ReceivedRequest) -> str:
        return f"{request.number}:{request.body['messages'][0]['content']}"

    with FakeProvider(script) as fake:
        said = [ask(fake, text=t)["choices"][0]["message"]["content"] for t in ("a", "b")]
    assert said == ["1:a", "2:b"]


def test_an_error_in_a_callable_script_reaches_the_test() -> None:
    def script(request: ReceivedRequest) -> str:
        raise LookupError("no such reply")

    fake = FakeProvider(script)
    fake.start()
    status, _, body = post(fake, chat())
    assert status == 500
    assert b"no such reply" in body
    with pytest.raises(LookupError, match="no such reply"):
        fake.__exit__(None, None, None)


def test_script_can_be_replaced_while_running(fake: FakeProvider) -> None:
    fake.script(["first", "second"])
    assert ask(fake)["choices"][0]["message"]["content"] == "first"
    fake.script(["third"])
    assert ask(fake)["choices"][0]["message"]["content"] == "third"


def test_streamed_text_joins_to_the_plain_one() -> None:
    text = "  Two  words,\nand ünïcode 🎉 \n"
    with FakeProvider([Reply(text=text)]) as fake:
        events = stream(fake)
        assert ask(fake)["choices"][0]["message"]["content"] == text
    assert joined(events, "content") == text
    assert events[-1] == "[DONE]"
    assert [e["choices"][0]["finish_reason"] for e in events[:-1]].count("stop") == 1
    assert len({e["id"] for e in events[:-1]}) == 1


def test_chunks_divide_the_stream_exactly_as_given() -> None:
    with FakeProvider([Reply(chunks=["a", "b c", "d"])]) as fake:
        events = stream(fake)
        assert ask(fake)["choices"][0]["message"]["content"] == "ab cd"
    pieces = [e["choices"][0]["delta"].get("content") for e in events[:-1]]
    assert [piece for piece in pieces if piece] == ["a", "b c", "d"]


def test_tool_calls_are_whole_in_the_answer_and_in_pieces_in_the_stream() -> None:
    calls = [
        ToolCall("weather", {"city": "Zürich", "unit": "celsius"}),
        ToolCall("now", "{not json", id="call_7"),
    ]
    with FakeProvider([Reply(tool_calls=calls)]) as fake:
        choice = ask(fake)["choices"][0]
        events = stream(fake)
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    first, second = choice["message"]["tool_calls"]
    assert json.loads(first["function"]["arguments"]) == {"city": "Zürich", "unit": "celsius"}
    assert second["function"] == {"name": "now", "arguments": "{not json"}
    assert second["id"] == "call_7"
    assert first["id"] != second["id"]
    arguments = {0: "", 1: ""}
    for event in events[:-1]:
        for call in event["choices"][0]["delta"].get("tool_calls", ()):
            arguments[call["index"]] += call["function"]["arguments"]
    assert json.loads(arguments[0]) == {"city": "Zürich", "unit": "celsius"}
    assert arguments[1] == "{not json"
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"


def test_reasoning_and_refusal_travel_in_members_of_their_own() -> None:
    reply = Reply(reasoning="let me think", refusal="I will not.", finish_reason="content_filter")
    with FakeProvider([reply]) as fake:
        choice = ask(fake)["choices"][0]
        events = stream(fake)
    assert choice["message"]["reasoning_content"] == "let me think"
    assert choice["message"]["refusal"] == "I will not."
    assert choice["message"]["content"] is None
    assert choice["finish_reason"] == "content_filter"
    assert joined(events, "reasoning_content") == "let me think"
    assert joined(events, "refusal") == "I will not."


def test_json_is_the_text_of_a_structured_answer() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
    with FakeProvider([Reply(json={"city": "Bern", "count": 2})]) as fake:
        content = ask(fake, response_format=schema)["choices"][0]["message"]["content"]
        events = stream(fake, response_format=schema)
    assert json.loads(content) == {"city": "Bern", "count": 2}
    assert json.loads(joined(events, "content")) == {"city": "Bern", "count": 2}


def test_usage_counts_words_unless_scripted() -> None:
    with FakeProvider([Reply(text="a b c", reasoning="d e")]) as fake:
        usage = ask(fake, text="one two")["usage"]
        assert (usage["prompt_tokens"], usage["completion_tokens"]) == (2, 5)
        assert usage["total_tokens"] == 7
        assert usage["completion_tokens_details"] == {"reasoning_tokens": 2}
        fake.script([Reply(text="a", usage={"prompt_tokens": 99})])
        assert ask(fake)["usage"] == {"prompt_tokens": 99}
        fake.script([Reply(text="a", usage={})])
        assert "usage" not in ask(fake)


def test_streamed_usage_comes_only_when_asked_for(fake: FakeProvider) -> None:
    fake.script(["a b"])
    assert all("usage" not in event for event in stream(fake)[:-1])
    *chunks, last, done = stream(fake, stream_options={"include_usage": True})
    assert done == "[DONE]"
    assert last["choices"] == []
    assert last["usage"]["completion_tokens"] == 2
    assert [chunk["usage"] for chunk in chunks] == [None] * len(chunks)


def test_n_choices_each_have_text_and_finish() -> None:
    with FakeProvider(["x y"]) as fake:
        assert [c["index"] for c in ask(fake, n=3)["choices"]] == [0, 1, 2]
        events = stream(fake, n=2)
    assert joined(events, "content", 0) == joined(events, "content", 1) == "x y"


def test_logprobs_are_divided_over_the_pieces() -> None:
    entries = [{"token": t, "logprob": -0.5} for t in "abc"]
    with FakeProvider([Reply(chunks=["a", "bc"], logprobs=entries)]) as fake:
        assert ask(fake)["choices"][0]["logprobs"]["content"] == entries
        events = stream(fake)
    found = [e["choices"][0]["logprobs"] for e in events[:-1]]
    assert [len(each["content"]) for each in found if each] == [1, 2]


def test_stream_may_end_without_its_marker() -> None:
    with FakeProvider([Reply(text="a", marker=False)]) as fake:
        events = stream(fake)
    assert events[-1]["choices"][0]["finish_reason"] == "stop"


# --- errors ----------------------------------------------------------------------------------


def test_error_reply_has_the_shape_of_the_provider() -> None:
    reply = Reply.error(429, code="slow_down", message="Too fast", retry_after=1.5)
    with FakeProvider([reply]) as fake:
        status, headers, body = post(fake, chat(stream=True))
    assert status == 429
    assert headers["retry-after"] == "1.5"
    assert headers["content-type"] == "application/json"
    error = json.loads(body)["error"]
    assert error["message"] == "Too fast"
    assert error["code"] == "slow_down"
    assert error["type"] == "requests"


def test_error_object_may_travel_under_status_200() -> None:
    reply = Reply(error_body={"code": 502, "message": "backend"})
    with FakeProvider([reply]) as fake:
        assert ask(fake)["error"]["code"] == 502


def test_error_event_ends_a_stream() -> None:
    reply = Reply(chunks=["a", "b", "c"], error_event_after=2, error_body={"message": "boom"})
    with FakeProvider([reply]) as fake:
        events = stream(fake)
    assert joined(events[:-1], "content") == "a"
    assert events[-1]["error"]["message"] == "boom"
    assert len(events) == 3


@pytest.mark.parametrize("body", [[], {"model": "m"}])
def test_a_body_the_provider_would_refuse_is_refused(fake: FakeProvider, body: Any) -> None:
    fake.script(["never"])
    assert post(fake, body)[0] == 400


def test_unknown_paths_are_404_unless_the_body_is_by_hand(fake: FakeProvider) -> None:
    assert post(fake, chat(), path="/v1/nothing")[0] == 404
    fake.script([Reply(body=b'{"data":[]}')])
    assert post(fake, chat(), path="/v1/models")[2] == b'{"data":[]}'


def test_wrong_key_is_401_and_takes_no_reply() -> None:
    with FakeProvider(["one"], api_key="sk-other") as fake:
        status, _, body = post(fake, chat())
        assert status == 401
        assert json.loads(body)["error"]["code"] == "invalid_api_key"
        fake._api_key = "sk-test"
        assert ask(fake)["choices"][0]["message"]["content"] == "one"


def test_contradicting_replies_are_refused() -> None:
    with pytest.raises(ValueError, match="stalls"):
        Reply(stall_after=1, cut_after=1)
    with pytest.raises(ValueError, match="pieces"):
        Reply(body=b"", pieces=[b""])
    with pytest.raises(ValueError, match="json"):
        Reply(json={}, text="x")


# --- what is remembered ----------------------------------------------------------------------


def test_requests_are_recorded_with_their_key_apart(fake: FakeProvider) -> None:
    ask(fake, text="remember")
    (request,) = fake.requests
    assert (request.method, request.path, request.number) == ("POST", PATH, 1)
    assert request.body["messages"][0]["content"] == "remember"
    assert json.loads(request.raw) == request.body
    assert request.api_key == "sk-test"
    assert request.headers["authorization"] == "REDACTED"
    assert "sk-test" not in repr(request) + repr(request.headers)


@pytest.mark.parametrize("header", ["x-api-key", "api-key", "x-goog-api-key"])
def test_key_is_found_in_other_headers(header: str) -> None:
    request = ReceivedRequest("POST", "/", {header: "secret"}, b"no json")
    assert request.api_key == "secret"
    assert request.headers == {header: "REDACTED"}
    assert request.body is None


def test_recording_can_be_turned_off() -> None:
    with FakeProvider(record=False) as fake:
        ask(fake)
        assert fake.requests == []
        assert fake.count == 1


# --- the network -----------------------------------------------------------------------------


def test_one_connection_serves_many_requests(fake: FakeProvider) -> None:
    connection = connect(fake)
    for number in range(3):
        connection.request("POST", PATH, json.dumps(chat(stream=number == 1)).encode())
        assert connection.getresponse().read()
    assert (fake.connections, fake.open_connections, fake.count) == (1, 1, 3)
    connection.close()
    assert fake.wait_for(lambda f: f.open_connections == 0)
    assert fake.closed_early == 0


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("wants_stream", [False, True])
def test_every_framing_delivers_the_same_body(framing: Any, wants_stream: bool) -> None:
    with FakeProvider(lambda _: Reply(text="same body", framing=framing)) as fake:
        status, headers, body = post(fake, chat(stream=wants_stream))
    assert status == 200
    assert b"same" in body
    assert ("content-length" in headers) == (framing == "length")
    assert (headers.get("transfer-encoding") == "chunked") == (framing == "chunked")
    assert (headers.get("connection") == "close") == (framing == "close")


def test_pieces_are_http_chunks_with_their_boundaries() -> None:
    pieces = [b'data: {"a\xc3', b'\xa4"}\n', b"\n", b"data: [DONE]\n\n"]
    with FakeProvider([Reply(pieces=pieces)]) as fake, RawClient(fake) as client:
        client.send(chat(stream=True))
        head, _, body = client.read_until(b"0\r\n\r\n").partition(b"\r\n\r\n")
    assert b"content-type: text/event-stream" in head
    assert body == b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def test_body_by_hand_is_sent_verbatim_with_own_status_and_headers() -> None:
    reply = Reply(status=529, body=b"<html>", content_type="text/html", headers={"X-A": "b"})
    with FakeProvider([reply]) as fake:
        status, headers, body = post(fake, chat())
    assert (status, body) == (529, b"<html>")
    assert headers["content-type"] == "text/html"
    assert headers["x-a"] == "b"


def test_headers_of_the_reply_replace_the_default_ones() -> None:
    with FakeProvider([Reply(text="x", headers={"X-Request-Id": "mine"})]) as fake:
        assert post(fake, chat())[1]["x-request-id"] == "mine"


def test_delays_are_kept() -> None:
    reply = Reply(chunks=["a", "b", "c"], delay=0.1, chunk_delay=0.05)
    with FakeProvider([reply]) as fake:
        start = time.monotonic()
        stream(fake)
        # Five deltas and the marker: 0.1 before the first, then five times 0.05.
        assert time.monotonic() - start >= 0.34


def test_reply_cut_at_a_body_byte_ends_there_without_an_end_of_body() -> None:
    with FakeProvider([Reply(text="x" * 200, cut_after=50)]) as fake, RawClient(fake) as client:
        client.send(chat())
        head, _, body = client.read_to_end().partition(b"\r\n\r\n")
        assert len(body) == 50
        assert b"content-length: 50" not in head
        fake.wait_for(lambda f: f.open_connections == 0)
        assert fake.closed_early == 0


def test_chunked_reply_may_be_cut_inside_a_chunk() -> None:
    reply = Reply(pieces=[b"12345", b"67890"], cut_after=7)
    with FakeProvider([reply]) as fake, RawClient(fake) as client:
        client.send(chat())
        assert client.read_to_end().partition(b"\r\n\r\n")[2] == b"5\r\n12345\r\n5\r\n67"


def test_cut_before_the_head_sends_nothing() -> None:
    with FakeProvider([Reply.cut()]) as fake, RawClient(fake) as client:
        client.send(chat())
        assert client.read_to_end() == b""
        assert fake.count == 1


@pytest.mark.parametrize("cut_after", [None, 10])
def test_reset_is_a_reset(cut_after: int | None) -> None:
    reply = Reply(text="x" * 100, cut_after=cut_after, reset=True)
    with FakeProvider([reply]) as fake, RawClient(fake) as client:
        client.send(chat())
        with pytest.raises(ConnectionResetError):
            client.read_to_end()


def test_stalled_reply_keeps_the_connection_until_the_client_leaves() -> None:
    with FakeProvider([Reply.stall(5, text="hello")]) as fake:
        with RawClient(fake) as client:
            client.send(chat())
            got = b""
            while len(got.partition(b"\r\n\r\n")[2]) < 5:
                got += client.sock.recv(65536)
            client.sock.settimeout(0.05)
            with pytest.raises(TimeoutError):
                client.sock.recv(1)
            assert (fake.in_flight, fake.open_connections) == (1, 1)
        assert fake.wait_for(lambda f: f.closed_early == 1)
        assert fake.wait_for(lambda f: f.open_connections == 0)
        assert fake.in_flight == 0


def test_client_that_leaves_a_stream_is_counted() -> None:
    with FakeProvider([Reply(text="a b c d", chunk_delay=30)]) as fake:
        with RawClient(fake) as client:
            client.send(chat(stream=True))
            assert client.sock.recv(65536)
        assert fake.wait_for(lambda f: f.closed_early == 1)


def test_closing_after_a_whole_reply_leaves_a_dead_socket() -> None:
    with FakeProvider([Reply(text="x", close_after_reply=True)]) as fake:
        connection = connect(fake)
        connection.request("POST", PATH, json.dumps(chat()).encode())
        answer = connection.getresponse()
        assert answer.read()
        assert answer.getheader("connection") is None
        fake.wait_for(lambda f: f.open_connections == 0)
        assert connection.sock.recv(1) == b""
        connection.close()


def test_request_may_ask_for_the_connection_to_be_closed(fake: FakeProvider) -> None:
    with RawClient(fake) as client:
        client.send(chat(), extra="connection: close\r\n")
        assert b"connection: close" in client.read_to_end()


def test_request_may_arrive_byte_by_byte(fake: FakeProvider) -> None:
    data = json.dumps(chat()).encode()
    request = f"POST {PATH} HTTP/1.1\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
    with RawClient(fake) as client:
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request:
            client.sock.send(bytes([byte]))
        assert client.sock.recv(65536).startswith(b"HTTP/1.1 200 OK")
    assert fake.requests[0].raw == data


def test_client_that_expects_100_is_told_to_continue(fake: FakeProvider) -> None:
    data = json.dumps(chat()).encode()
    head = f"POST {PATH} HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: {len(data)}\r\n\r\n"
    with RawClient(fake) as client:
        client.sock.sendall(head.encode())
        assert client.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 100 ")
        client.sock.sendall(data)
        assert client.sock.recv(65536).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "head",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"POST / HTTP/1.1\r\nnocolon\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_and_closed(fake: FakeProvider, head: bytes) -> None:
    with RawClient(fake) as client:
        client.sock.sendall(head)
        assert client.read_to_end().startswith(b"HTTP/1.1 400 ")
    assert fake.count == 0


def test_large_bodies_pass_in_both_directions(fake: FakeProvider) -> None:
    size = 20_000_000
    fake.script([Reply(body=b"y" * size)])
    _, _, body = post(fake, chat(text="x" * size))
    assert len(body) == size
    assert len(fake.requests[0].raw) > size


def test_many_streams_run_at_once_without_a_thread_each() -> None:
    threads_before = threading.active_count()
    reply = Reply(chunks=["x"] * 5, delay=0.2, chunk_delay=0.02)
    with FakeProvider([reply]) as fake:
        clients = [RawClient(fake) for _ in range(300)]
        for client in clients:
            client.send(chat(stream=True), extra="connection: close\r\n")
        assert fake.wait_for(lambda f: f.in_flight == 300)
        assert threading.active_count() == threads_before + 1
        for client in clients:
            with client:
                assert client.read_to_end().count(b'"content":"x"') == 5
        assert fake.peak_in_flight == 300
    assert threading.active_count() == threads_before


def test_stop_closes_everything_at_once_and_may_be_repeated() -> None:
    fake = FakeProvider([Reply.stall()]).start()
    with RawClient(fake) as client:
        client.send(chat())
        fake.wait_for(lambda f: f.in_flight == 1)
        fake.stop()
        assert client.read_to_end() == b""
    fake.stop()
    assert fake.open_connections == 0


def test_provider_that_returns_listens_on_the_same_port(fake: FakeProvider) -> None:
    url = fake.url
    ask(fake)
    fake.stop()
    with pytest.raises(ConnectionRefusedError):
        ask(fake)
    fake.start()
    assert fake.url == url
    ask(fake)
    assert fake.count == 2


def test_starting_twice_and_asking_for_the_url_too_early_are_errors(fake: FakeProvider) -> None:
    with pytest.raises(RuntimeError):
        fake.start()
    with pytest.raises(RuntimeError):
        _ = FakeProvider().url


def test_wait_for_says_what_it_saw_when_time_is_up(fake: FakeProvider) -> None:
    with pytest.raises(TimeoutError, match="requests 0"):
        fake.wait_for(lambda f: f.count == 1, timeout=0.01)


def test_before_head_lies_before_every_body_byte() -> None:
    assert Reply.stall().stall_after == Reply.cut().cut_after == BEFORE_HEAD < 0


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder: Path = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        f"-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {cert}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return cert, key


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_tls_serves_the_same_replies(certificate: tuple[str, str], framing: Any) -> None:
    context = ssl.create_default_context(cafile=certificate[0])
    with FakeProvider([Reply(text="safe " * 40_000, framing=framing)], tls=certificate) as fake:
        assert fake.url.startswith("https://")
        host = fake.origin.removeprefix("https://")
        connection = http.client.HTTPSConnection(host, timeout=10, context=context)
        connection.request("POST", PATH, json.dumps(chat(text="x" * 300_000)).encode())
        answer = json.loads(connection.getresponse().read())
        connection.close()
    assert answer["choices"][0]["message"]["content"] == "safe " * 40_000


def test_client_that_distrusts_the_certificate_is_just_gone(certificate: tuple[str, str]) -> None:
    with FakeProvider(tls=certificate) as fake:
        connection = http.client.HTTPSConnection(
            fake.origin.removeprefix("https://"), timeout=10, context=ssl.create_default_context()
        )
        with pytest.raises(ssl.SSLCertVerificationError):
            connection.connect()
        connection.close()
        assert fake.wait_for(lambda f: f.connections == 1 and f.open_connections == 0)
