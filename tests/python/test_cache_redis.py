"""A cache on a Redis server that stops, hangs and comes back while calls go on."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import ask, text_of

import llmgate
from llmgate.testing import FakeProvider

SERVER = shutil.which("redis-server")
pytestmark = pytest.mark.skipif(
    SERVER is None, reason="redis-server is not installed: scripts/setup test does it"
)


class RedisServer:
    """A server of the test's own, on a socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "redis.sock")
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> None:
        command = [SERVER, "--port", "0", "--unixsocket", self.path, "--save", ""]
        self._process = subprocess.Popen(
            [*command, "--dir", str(self._folder), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._answers)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(self.path)
                client.sendall(b"PING\r\n")
                return client.recv(100) != b""
            except OSError:
                return False

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def wait_for(holds: Callable[[], bool], seconds: float = 30) -> None:
    ends = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if holds():
            return
        ends.wait(0.01)
    raise TimeoutError


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.stop()


@contextmanager
def cache_on(server: RedisServer, **settings: Any) -> Iterator[llmgate.Cache]:
    cache = llmgate.Cache(type="redis", url=f"unix://{server.path}", **settings)
    llmgate.cache = cache
    try:
        yield cache
    finally:
        llmgate.cache = None


def echo(request: Any) -> Any:
    return request.body["messages"][0]["content"]


def test_two_caches_share_answers(server: RedisServer) -> None:
    server.start()
    with FakeProvider(echo) as fake:
        with cache_on(server) as first:
            assert text_of(ask(fake, "Hi")) == "Hi"
            wait_for(lambda: first.stats.tiers[0].stores == 1)
        with cache_on(server):
            response = ask(fake, "Hi")
            assert text_of(response) == "Hi"
            assert response.cache_hit
            assert not ask(fake, "Hi", api_key="sk-of-somebody-else").cache_hit
    assert fake.count == 2


def test_a_wrong_password_is_told_at_set_up_and_not_shown(server: RedisServer) -> None:
    server.start("--requirepass", "hunter22")
    with pytest.raises(llmgate.BadRequestError, match="refuses") as caught:
        llmgate.Cache(type="redis", url=f"unix://:hunter23@{server.path}")
    assert "hunter23" not in str(caught.value)


def test_a_password_that_is_asked_for_is_told_at_set_up(server: RedisServer) -> None:
    server.start("--requirepass", "hunter22")
    with pytest.raises(llmgate.BadRequestError, match="NOAUTH"):
        llmgate.Cache(type="redis", url=f"unix://{server.path}")


def test_a_server_that_comes_and_goes_loses_no_call(server: RedisServer) -> None:
    server.start()
    failures: list[Any] = []
    ends = threading.Event()
    asked = [0] * 4

    with warnings.catch_warnings(), FakeProvider(echo) as fake, cache_on(server) as cache:
        warnings.simplefilter("ignore", llmgate.LLMGateWarning)  # of each outage

        def work(worker: int) -> None:
            while not ends.is_set():
                asked[worker] += 1
                text = f"{worker}: {asked[worker] % 300}"
                try:
                    answer = text_of(ask(fake, text, cache={"no-cache": asked[worker] % 2 == 0}))
                except Exception as error:
                    answer = error
                if answer != text:
                    failures.append(answer)
                    return

        def more() -> Callable[[], bool]:
            seen = sum(asked) + 200
            return lambda: sum(asked) >= seen or bool(failures)

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(3):
                wait_for(more())
                server.signal(signal.SIGSTOP)
                wait_for(more())
                server.signal(signal.SIGCONT)
                wait_for(more())
                server.stop()
                wait_for(more())
                server.start()
        finally:
            ends.set()
            for thread in threads:
                thread.join()
        stats = cache.stats.tiers[0]
    assert failures == []
    assert stats.stores > 0
    assert stats.bad_records == 0


def test_a_server_that_is_not_there_warns_once(server: RedisServer) -> None:
    def ask_often() -> None:
        with FakeProvider(echo) as fake, cache_on(server) as cache:
            for number in range(20):
                assert text_of(ask(fake, str(number))) == str(number)
            assert not cache.stats.tiers[0].is_usable

    with pytest.warns(llmgate.LLMGateWarning, match=r"Redis cache is off.*redis\.sock") as caught:
        ask_often()
    assert len(caught) == 1
