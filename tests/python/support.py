"""What the tests of public behaviour share: short calls, child processes, raw servers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import llmgate
from llmgate.testing import FakeProvider

KEY = "sk-of-the-tests"


def ask(fake: FakeProvider, messages: Any = "Hi", *, model: str = "openai/m", **more: Any) -> Any:
    """A call to the scripted provider."""
    return llmgate.completion(
        model, messages, **{"api_base": fake.url, "api_key": KEY, "timeout": 20, **more}
    )


async def aask(
    fake: FakeProvider, messages: Any = "Hi", *, model: str = "openai/m", **more: Any
) -> Any:
    """The same, awaited."""
    return await llmgate.acompletion(
        model, messages, **{"api_base": fake.url, "api_key": KEY, "timeout": 20, **more}
    )


def text_of(response: Any) -> Any:
    return response.choices[0].message.content


def sent(fake: FakeProvider) -> Any:
    """The body of the last request that the provider received."""
    return fake.requests[-1].body


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment for a child that imports the same llmgate and these tests."""
    home = str(Path(llmgate.__file__).parents[1])
    paths = [home, str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **changes}


def run_child(
    script: str, *arguments: str, timeout: float = 60, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a script in a fresh interpreter where warnings are errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=child_environment(**environment),
        check=False,
    )


def output_of(script: str, *arguments: str, timeout: float = 60, **environment: str) -> str:
    """What a script prints; it has to end well and without a word on stderr."""
    done = run_child(script, *arguments, timeout=timeout, **environment)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@contextmanager
def raw_server(answer: bytes) -> Iterator[str]:
    """A server that answers every connection's first bytes with these, and closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    connection.sendall(answer)
                except OSError:
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
