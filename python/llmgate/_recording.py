"""Recording what goes over the network, and answering from a recording without one."""

from __future__ import annotations

import atexit
import os

from llmgate import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

_running: list[_Diversion] = []  # at most one


@atexit.register
def _stop_at_exit() -> None:
    """Completes the file of a recording that nobody has stopped."""
    for diversion in tuple(_running):
        diversion.stop()


class _Diversion:
    """What takes the network's place from its making until it is stopped."""

    _what = ""

    def __init__(self) -> None:
        if _running:
            raise RuntimeError(f"{_running[0]!r} is still running: stop it first")
        self._begin()
        _running.append(self)

    def _begin(self) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        """Called once, after the network is back."""

    def stop(self) -> None:
        """Calls that start from now on use the network again. Stopping twice does nothing."""
        if self in _running:
            _running.remove(self)
            _core.restore_network()
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *about: Any) -> None:
        import asyncio

        await asyncio.get_running_loop().run_in_executor(None, self.stop)


class Recording(_Diversion):
    """A recording that runs: a context manager, or something to `stop()`.

    `path` is its file, `exchanges` the number of HTTP exchanges kept so far.
    """

    def __init__(self, path: str | os.PathLike[str], *, append: bool = False) -> None:
        self.path = os.fspath(path)
        self._append = append
        super().__init__()

    def _begin(self) -> None:
        self._file = _core.RecordingFile(self.path, self._append)
        _core.start_recording(self._file)

    def _end(self) -> None:
        self._file.close()

    @property
    def exchanges(self) -> int:
        return self._file.lines

    def __repr__(self) -> str:
        return f"llmgate.record({self.path!r})"


class Replay(_Diversion):
    """A replay that runs: a context manager, or something to `stop()`.

    `exchanges` is the number of exchanges to answer from, `unused` how many of them nobody has
    asked for yet.
    """

    def __init__(self, *paths: str | os.PathLike[str], repeat: bool = False) -> None:
        self.paths = tuple(os.fspath(path) for path in paths)
        self._repeat = repeat
        super().__init__()

    def _begin(self) -> None:
        self._tape = _core.Tape(self._repeat)
        for path in self.paths:
            for file in _files(path):
                self._tape.add(file.read_bytes(), str(file))
        if not self._tape.size:
            raise ValueError(f"{self!r}: no recorded exchange in {' or '.join(self.paths)}")
        _core.start_replay(self._tape)

    @property
    def exchanges(self) -> int:
        return self._tape.size

    @property
    def unused(self) -> int:
        return self._tape.unused

    def __repr__(self) -> str:
        return f"llmgate.replay({', '.join(map(repr, self.paths))})"


def _files(path: str) -> Iterator[Path]:
    """The file, or the recordings in the folder and below it, by name."""
    from pathlib import Path

    place = Path(path)
    if not place.is_dir():
        yield place
        return
    for file in sorted(place.rglob("*.json*")):
        if file.suffix in (".json", ".jsonl") and file.name != "index.jsonl":
            yield file


def record(path: str | os.PathLike[str], *, append: bool = False) -> Recording:
    """Keeps every HTTP exchange of the calls that start from now on, until it is stopped.

    The file has one line of JSON an exchange, in the order in which they end, with its members
    always in the same order. API keys, authorization headers, cookies and what is shaped like a key
    never get into it: in headers and URLs only values known to be harmless are kept. An exchange
    that was cancelled is kept as far as it came.

    Args:
        path: the file; made with mode 0600, emptied if it exists.
        append: keeps what the file has and goes on behind it.

    Returns:
        The recording: a context manager, sync or async, or something to `stop()`, which returns
        once the file is complete.

    Raises:
        OSError: the file cannot be written (here), or was not written whole (when it is stopped).
        RuntimeError: another recording or replay is running.

    >>> import llmgate, os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "calls.jsonl")
    >>> with llmgate.record(path) as recording:
    ...     reply = llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello!")
    >>> recording.exchanges  # a mock sends nothing
    0
    """
    return Recording(path, append=append)


def replay(*paths: str | os.PathLike[str], repeat: bool = False) -> Replay:
    """Answers the calls that start from now on from recordings, until it is stopped; sends nothing.

    A request is answered if its method, URL and body were recorded; the order of members in the
    body and the secrets do not matter. Equal requests get their answers in the order in which they
    were recorded. A request that was not recorded raises `BadRequestError`, which names the nearest
    recorded one and what differs; it is never retried.

    Args:
        paths: files with one exchange, or one a line, or folders of such files.
        repeat: gives the last answer to a request again when it is asked more often than it was
            recorded; else that is an error too.

    Returns:
        The replay: a context manager, sync or async, or something to `stop()`.

    Raises:
        OSError: a file cannot be read.
        ValueError: a file holds something else, or nothing; the message names the line.
        RuntimeError: another recording or replay is running.
    """
    return Replay(*paths, repeat=repeat)
