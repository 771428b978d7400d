"""asyncio's side of the core: one sink and one descriptor for each event loop.

asyncio itself is imported by whoever runs a loop; nothing here does so at import.
"""

from __future__ import annotations

from llmgate import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import MutableMapping
    from typing import Any

# Sinks by event loop. A loop that is gone takes its sink along.
_sinks: MutableMapping[asyncio.AbstractEventLoop, _core.AsyncSink] | None = None


def sink_of(loop: asyncio.AbstractEventLoop) -> _core.AsyncSink:
    """The sink of a running loop, connected to it at its first call."""
    global _sinks
    if _sinks is None:
        import weakref

        _sinks = weakref.WeakKeyDictionary()
    sink = _sinks.get(loop)
    if sink is None:
        for other in [known for known in _sinks if known.is_closed()]:
            del _sinks[other]
        sink = _core.AsyncSink()
        _connect(loop, sink)
        _sinks[loop] = sink
    return sink


def _connect(loop: asyncio.AbstractEventLoop, sink: _core.AsyncSink) -> None:
    try:
        loop.add_reader(sink.descriptor(), sink.drain)
    except NotImplementedError:
        _watch_from_thread(loop, sink)


def _watch_from_thread(loop: asyncio.AbstractEventLoop, sink: _core.AsyncSink) -> None:
    """For loops that cannot watch descriptors: a helper thread does, and calls over."""
    import select
    import threading
    import weakref

    alive = weakref.ref(loop)

    def watch(descriptor: int) -> None:
        while (known := alive()) is not None and not known.is_closed():
            del known
            if not select.select([descriptor], [], [], 0.5)[0]:
                continue
            taken = threading.Event()

            def drain() -> None:
                sink.drain()
                taken.set()  # noqa: B023 - called before the next round begins

            if (known := alive()) is None:
                return
            try:
                known.call_soon_threadsafe(drain)
            except RuntimeError:  # closed in between
                return
            del known
            while not taken.wait(0.5):
                known = alive()
                if known is None or known.is_closed():
                    return
                del known

    threading.Thread(
        target=watch, args=(sink.descriptor(),), name="llmgate-watch", daemon=True
    ).start()


def abandon_after_fork() -> None:
    """In the child of a fork: nothing of the parent's calls is touched any more."""
    global _sinks
    pending, _sinks = _sinks, None
    _core.abandon_after_fork()
    if not pending:
        return
    from llmgate._errors import EngineShutdownError

    error = EngineShutdownError(
        "this call belongs to the process that this one was forked from", kind="shutdown"
    )
    for sink in pending.values():
        for future in sink.abandon():
            _fail(future, error)


def _fail(future: Any, error: Exception) -> None:
    if not future.done() and not future.get_loop().is_closed():
        future.set_exception(error)
