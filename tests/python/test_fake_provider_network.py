"""The scripted provider on the network: framing, cuts, delays, TLS, its own start and stop."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from provider_client import PATH, RawClient, ask, chat, connect, post, stream

from llmgate.testing import BEFORE_HEAD, FakeProvider, Reply


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
