"""Proxies of the environment: used, exempted, and never for this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from support import ask, text_of

import llmgate
from llmgate.testing import FakeProvider


class Proxy:
    """A proxy that answers every request itself and remembers the heads."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(65536)
                self.heads.append(head.partition(b"\r\n\r\n")[0].decode())
                body = b'{"choices":[{"message":{"content":"proxied"},"finish_reason":"stop"}]}'
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b"
                    % (len(body), body)
                )

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    server = Proxy()
    yield server
    server.stop()


AWAY = "http://provider.invalid/v1"


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
def test_the_environments_proxy_is_used(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, proxy.url)
    assert text_of(llmgate.completion("m", "Hi", api_base=AWAY, api_key="k")) == "proxied"
    assert proxy.heads[0].startswith("POST http://provider.invalid/v1/chat/completions HTTP/1.1")


def test_https_goes_through_a_tunnel(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(llmgate.APIConnectionError):  # this proxy speaks no TLS behind CONNECT
        llmgate.completion("m", "Hi", api_base="https://provider.invalid/v1", api_key="sk-k" * 9)
    assert proxy.heads[0].startswith("CONNECT provider.invalid:443 HTTP/1.1")
    assert "sk-k" not in proxy.heads[0]


@pytest.mark.parametrize("exempt", ["provider.invalid", ".invalid", "*", "a, provider.invalid"])
def test_no_proxy_exempts(proxy: Proxy, monkeypatch: pytest.MonkeyPatch, exempt: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", exempt)
    with pytest.raises(llmgate.APIConnectionError, match=r"provider\.invalid"):
        llmgate.completion("m", "Hi", api_base=AWAY, timeout=10)
    assert proxy.heads == []


def test_this_machine_is_never_reached_through_a_proxy(
    fake: FakeProvider, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, proxy.url)
    ask(fake)
    ask(fake, api_base=fake.url.replace("127.0.0.1", "localhost"))
    assert (fake.count, proxy.heads) == (2, [])


def test_a_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret-word@127.0.0.1:1")
    with pytest.raises(llmgate.APIConnectionError) as caught:
        llmgate.completion("m", "Hi", api_base=AWAY)
    assert "secret-word" not in str(caught.value) + repr(vars(caught.value))
