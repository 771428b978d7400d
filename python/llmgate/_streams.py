"""Streams: iterators over chunks that are context managers, too."""

from __future__ import annotations

from llmgate._views import ModelResponse, ModelResponseStream
from llmgate._warnings import warn_losses

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from types import TracebackType
    from typing import Any

    from llmgate import _core


class Stream:
    """The chunks of a streaming call, one at a time; read by one thread.

    Leaving the ``with`` block, :meth:`close` or dropping the stream closes the connection. An error
    in the middle is raised by the iteration; its ``partial_response`` holds what had arrived.
    """

    __slots__ = ("_next", "_response", "_schema", "_stream")

    def __init__(self, stream: _core.SyncStream, schema: Any = None) -> None:
        self._stream = stream
        self._next = stream.next
        self._schema = schema
        self._response: ModelResponse | None = None

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> ModelResponseStream:
        chunk: ModelResponseStream = self._next()
        return chunk

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the stream and closes its connection; the next chunk is the end."""
        self._stream.close()

    @property
    def response(self) -> ModelResponse | None:
        """The whole answer once the stream has ended well, equal to that of a plain call."""
        if self._response is None:
            self._response = _response_of(self._stream.completion, self._schema)
        return self._response


class AsyncStream:
    """The chunks of a streaming call on an asyncio loop; read by one task.

    Leaving the ``async with`` block, :meth:`aclose`, cancelling the task that reads or dropping the
    stream closes the connection.
    """

    __slots__ = ("_loop", "_response", "_schema", "_stream", "_take")

    def __init__(
        self, stream: _core.AsyncStream, loop: asyncio.AbstractEventLoop, schema: Any = None
    ) -> None:
        self._stream = stream
        self._take = stream.take
        self._loop = loop
        self._schema = schema
        self._response: ModelResponse | None = None

    async def _open(self) -> None:
        await self._wait()
        self._stream.check_opened()

    async def _wait(self) -> None:
        future = self._loop.create_future()
        self._stream.wait(future)
        try:
            await future
        except BaseException:
            self._stream.forget_waiter()
            self._stream.close()
            raise

    def __aiter__(self) -> AsyncStream:
        return self

    async def __anext__(self) -> ModelResponseStream:
        chunk: ModelResponseStream | None = self._take()
        while chunk is None:
            await self._wait()
            chunk = self._take()
        return chunk

    async def __aenter__(self) -> AsyncStream:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the stream and closes its connection; the next chunk is the end."""
        self._stream.close()

    async def aclose(self) -> None:
        """The same, for ``contextlib.aclosing``."""
        self.close()

    @property
    def response(self) -> ModelResponse | None:
        """The whole answer once the stream has ended well, equal to that of a plain call."""
        if self._response is None:
            self._response = _response_of(self._stream.completion, self._schema)
        return self._response


def _response_of(completion: _core.Completion | None, schema: Any) -> ModelResponse | None:
    if completion is None or completion.failed:
        return None
    if completion.has_losses:
        warn_losses(completion)
    return ModelResponse(completion, schema)
