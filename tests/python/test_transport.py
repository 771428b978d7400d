"""Connections: kept and replaced, refused, proxied, retried, limited in time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from support import ask, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply


def test_a_connection_is_kept(fake: FakeProvider) -> None:
    for _ in range(5):
        ask(fake)
    assert (fake.count, fake.connections) == (5, 1)


def test_a_connection_is_kept_after_an_error(fake: FakeProvider) -> None:
    fake.script([Reply.error(400), Reply.error(500), "x"])
    for _ in range(2):
        with pytest.raises(llmgate.APIError):
            ask(fake)
    ask(fake)
    assert fake.connections == 1


@pytest.mark.parametrize("stream", [False, True])
def test_a_dead_kept_connection_is_replaced(fake: FakeProvider, stream: bool) -> None:
    fake.script([Reply(text="x", close_after_reply=True)])
    for count in range(1, 6):
        response = ask(fake, stream=stream)
        if stream:
            list(response)
        fake.wait_for(lambda f: f.open_connections == 0)
        assert fake.count == count


def test_a_connection_that_dies_under_a_request_is_replaced_once(fake: FakeProvider) -> None:
    # The server takes the request from a kept connection and closes it without an answer.
    fake.script(["x", Reply.cut(), "again"])
    ask(fake)
    response = ask(fake)
    assert text_of(response) == "again"
    assert fake.count == 3
    first, second = response.route
    assert first.outcome == "connection"
    assert second.why == "the kept-alive connection was dead"


def test_a_fresh_connection_that_dies_is_an_error(fake: FakeProvider) -> None:
    fake.script([Reply.cut()])
    with pytest.raises(llmgate.ConnectionLostError) as caught:
        ask(fake)
    assert fake.count == 1
    assert caught.value.route[0].maybe_billed is True


def test_a_refused_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(llmgate.APIConnectionError) as caught:
        llmgate.completion("m", "Hi", api_base=f"http://127.0.0.1:{port}/v1")
    assert type(caught.value) is llmgate.APIConnectionError
    assert str(port) in str(caught.value)
    assert caught.value.status_code is None
    assert caught.value.route[0].maybe_billed is False


def test_a_host_that_does_not_exist() -> None:
    start = time.monotonic()
    with pytest.raises(llmgate.APIConnectionError) as caught:
        llmgate.completion("m", "Hi", api_base="http://nobody.invalid/v1", timeout=10)
    assert time.monotonic() - start < 11
    assert "nobody.invalid" in str(caught.value)


def test_localhost_by_name(fake: FakeProvider) -> None:
    ask(fake, api_base=fake.url.replace("127.0.0.1", "localhost"))
    assert fake.count == 1


# --- limits of time --------------------------------------------------------------------------


@pytest.fixture
def full() -> Iterator[str]:
    """The URL of a server whose queue of connections is full: connecting never ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        waiting.append(client)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    for client in (*waiting, listener):
        client.close()


@pytest.mark.parametrize("timeout", [0.3, {"connect": 0.3}])
def test_connecting_is_limited(full: str, timeout: Any) -> None:
    start = time.monotonic()
    with pytest.raises(llmgate.Timeout) as caught:
        llmgate.completion("m", "Hi", api_base=full, timeout=timeout)
    assert 0.2 < time.monotonic() - start < 3
    if isinstance(timeout, dict):
        assert caught.value.timeout_phase == "connect"
    assert caught.value.route[0].maybe_billed is False


@pytest.mark.parametrize("reply", [Reply.stall(), Reply.stall(0), Reply.stall(20)])
@pytest.mark.parametrize("timeout", [0.3, {"total": 0.3}])
def test_a_plain_call_is_limited_as_a_whole(fake: FakeProvider, reply: Reply, timeout: Any) -> None:
    fake.script([reply])
    start = time.monotonic()
    with pytest.raises(llmgate.Timeout) as caught:
        ask(fake, timeout=timeout)
    assert 0.25 < time.monotonic() - start < 3
    assert caught.value.timeout_phase == "total"
    assert caught.value.route[0].maybe_billed is True
    assert fake.wait_for(lambda f: f.closed_early == 1)


def test_httpx_timeouts_are_understood(fake: FakeProvider) -> None:
    class HttpxTimeout:
        connect, read, write, pool = 5.0, 0.3, 5.0, None

    fake.script([Reply.stall()])
    with pytest.raises(llmgate.Timeout):
        ask(fake, timeout=HttpxTimeout())
    with pytest.raises(llmgate.Timeout) as caught:
        list(ask(fake, timeout=HttpxTimeout(), stream=True))
    assert caught.value.timeout_phase == "first_token"


def test_the_deadline_limits_all_attempts(fake: FakeProvider) -> None:
    fake.script([Reply.stall()])
    start = time.monotonic()
    with pytest.raises(llmgate.Timeout) as caught:
        ask(fake, timeout=0.2, deadline=0.5, num_retries=10)
    assert 0.4 < time.monotonic() - start < 3
    assert 2 <= len(caught.value.route) <= 4


# --- retries ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["num_retries", "max_retries"])
def test_a_failed_attempt_is_tried_again(fake: FakeProvider, name: str) -> None:
    fake.script([Reply.error(503, retry_after=0.05), "healthy"])
    response = ask(fake, **{name: 2})
    assert text_of(response) == "healthy"
    assert [a.outcome for a in response.route] == ["service_unavailable", "finished"]
    assert [a.status for a in response.route] == [503, 200]


def test_retry_after_is_waited_for(fake: FakeProvider) -> None:
    fake.script([Reply.error(429, retry_after=0.4), "healthy"])
    start = time.monotonic()
    ask(fake, num_retries=1)
    assert 0.4 <= time.monotonic() - start < 3


def test_nothing_is_tried_again_by_default(fake: FakeProvider) -> None:
    fake.script([Reply.error(503), "healthy"])
    with pytest.raises(llmgate.ServiceUnavailableError):
        ask(fake)
    assert fake.count == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_what_would_fail_again_is_not_tried_again(fake: FakeProvider, status: int) -> None:
    fake.script([Reply.error(status), "healthy"])
    with pytest.raises(llmgate.APIError):
        ask(fake, num_retries=3)
    assert fake.count == 1


def test_the_last_error_is_raised(fake: FakeProvider) -> None:
    fake.script([Reply.error(500), Reply.error(502), Reply.error(500, message="last")])
    with pytest.raises(llmgate.InternalServerError, match="last") as caught:
        ask(fake, num_retries=2)
    assert [a.status for a in caught.value.route] == [500, 502, 500]
    assert caught.value.route[-1].why.endswith("stopped: no retries left")


def test_a_wait_beyond_the_deadline_is_not_begun(fake: FakeProvider) -> None:
    fake.script([Reply.error(429, retry_after=30)])
    start = time.monotonic()
    with pytest.raises(llmgate.RateLimitError) as caught:
        ask(fake, num_retries=3, deadline=1)
    assert time.monotonic() - start < 1
    assert caught.value.retry_after == 30


def test_a_stream_is_tried_again_until_its_first_content(fake: FakeProvider) -> None:
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    fake.script([Reply(pieces=[b": hi\n\n"]), Reply(text="healthy")])
    stream = ask(fake, stream=True, num_retries=1)
    assert "".join(c.choices[0].delta.content or "" for c in stream) == "healthy"
    assert len(stream.response.route) == 2
    fake.script([Reply(pieces=[chunk])])
    with pytest.raises(llmgate.StreamInterruptedError):
        list(ask(fake, stream=True, num_retries=1))
    assert fake.count == 3
