"""One thread that accepts, reads and answers any number of connections at once."""

from __future__ import annotations

import contextlib
import heapq
import selectors
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from typing import Protocol

from llmgate.testing._http1 import BadHeadError, Ending, Playback, RequestHead, read_head

_READ_SIZE = 256 * 1024
_MAX_HEAD = 256 * 1024
_MAX_BODY = 128 * 1024 * 1024
_BACKLOG = 4096
_READ = selectors.EVENT_READ
_WRITE = selectors.EVENT_WRITE


class Observer(Protocol):
    """Who decides the answers and counts what happens; called on the loop's thread only."""

    def answer(self, head: RequestHead, body: bytes) -> Playback:
        """How a request is answered."""

    def refuse(self, reason: str) -> Playback:
        """How bytes that are no request are answered."""

    def connection_opened(self) -> None: ...
    def connection_closed(self) -> None: ...

    def reply_ended(self, *, closed_early: bool) -> None:
        """The last byte of a reply was sent, or the client left before it."""

    def settled(self) -> None:
        """Everything that was ready has been handled; the thread is about to wait."""


class Loop:
    """The thread, its selector, its timers. `start` and `stop` are for one other thread."""

    def __init__(
        self, listener: socket.socket, tls: ssl.SSLContext | None, observer: Observer
    ) -> None:
        self.observer = observer
        self._listener = listener
        self._tls = tls
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._timer_count = 0
        self._connections: set[_Connection] = set()
        self._stop_reader, self._stop_writer = socket.socketpair()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="llmgate-fake-provider", daemon=True)

    def start(self) -> None:
        self._listener.setblocking(False)
        self._selector.register(self._listener, _READ, self._accept)
        self._selector.register(self._stop_reader, _READ, self._stop_soon)
        self._thread.start()

    def stop(self) -> None:
        """Closes everything at once and waits for the thread."""
        with contextlib.suppress(OSError):  # the thread has died of an error of its own
            self._stop_writer.send(b"x")
        self._thread.join()
        self._stop_writer.close()

    def call_at(self, when: float, callback: Callable[[], None]) -> None:
        self._timer_count += 1  # breaks ties, in order of arrival
        heapq.heappush(self._timers, (when, self._timer_count, callback))

    def watch(self, connection: _Connection, events: int, *, is_new: bool = False) -> None:
        change = self._selector.register if is_new else self._selector.modify
        change(connection.sock, events, connection.on_ready)

    def forget(self, connection: _Connection) -> None:
        self._selector.unregister(connection.sock)
        self._connections.discard(connection)
        self.observer.connection_closed()

    def _run(self) -> None:
        try:
            while not self._is_stopping:
                wait = max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None
                for key, events in self._selector.select(wait):
                    key.data(events)
                now = time.monotonic()
                while self._timers and self._timers[0][0] <= now:
                    heapq.heappop(self._timers)[2]()
                self.observer.settled()
        finally:
            self._close_all()

    def _close_all(self) -> None:
        for connection in list(self._connections):
            connection.close(Ending.CUT)
        self._selector.close()
        self._listener.close()
        self._stop_reader.close()
        self.observer.settled()

    def _stop_soon(self, _events: int) -> None:
        self._is_stopping = True

    def _accept(self, _events: int) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError:  # the client left before it was accepted
                continue
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            connection = _Connection(self, sock)
            self._connections.add(connection)
            self.observer.connection_opened()
            self.watch(connection, _READ, is_new=True)


class _Connection:
    """One client's connection: reads a request, plays its answer, then reads the next."""

    __slots__ = (
        "_head",
        "_input",
        "_is_open",
        "_is_waiting",
        "_loop",
        "_next_send",
        "_output",
        "_playback",
        "sock",
    )

    def __init__(self, loop: Loop, sock: socket.socket) -> None:
        self.sock = sock
        self._loop = loop
        self._is_open = True
        self._input = bytearray()
        self._output = b""  # what the socket did not take yet
        self._head: RequestHead | None = None
        self._playback: Playback | None = None
        self._next_send = 0
        self._is_waiting = False  # for a timer of the reply in play

    def on_ready(self, events: int) -> None:
        if events & _WRITE and self._output:
            self._send(b"")
            self._continue(time.monotonic())
            self._read_requests()
        elif events & _WRITE:  # a TLS handshake wanted to write
            self._loop.watch(self, _READ)
            events = _READ
        if events & _READ and self._is_open:
            self._receive()

    def close(self, ending: Ending) -> None:
        """Closes the connection; a reply in play has then been closed early by someone."""
        if not self._is_open:
            return
        self._is_open = False
        self._playback = None
        self._loop.forget(self)
        if ending is Ending.RESET:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif ending is Ending.CLOSE and isinstance(self.sock, ssl.SSLSocket):
            with contextlib.suppress(OSError):
                self.sock.unwrap()  # sends the close notice; the client's own is not waited for
        self.sock.close()

    def _receive(self) -> None:
        while True:
            try:
                data = self.sock.recv(_READ_SIZE)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            except ssl.SSLWantWriteError:
                self._loop.watch(self, _READ | _WRITE)
                return
            except OSError:
                data = b""
            if not data:
                self._client_left()
                return
            self._input += data
            self._read_requests()
            if not self._is_open or not isinstance(self.sock, ssl.SSLSocket):
                return  # more plain bytes are reported again; decrypted ones are not

    def _client_left(self) -> None:
        if self._playback is not None:
            self._loop.observer.reply_ended(closed_early=True)
        self.close(Ending.CUT)

    def _read_requests(self) -> None:
        while self._is_open and self._playback is None:
            try:
                request = self._take_request()
            except BadHeadError as error:
                self._start(self._loop.observer.refuse(str(error)))
                return
            if request is None:
                return
            self._start(self._loop.observer.answer(*request))

    def _take_request(self) -> tuple[RequestHead, bytes] | None:
        if self._head is None:
            end = self._input.find(b"\r\n\r\n")
            if end < 0:
                if len(self._input) > _MAX_HEAD:
                    raise BadHeadError("the headers do not end")
                return None
            self._head = read_head(bytes(self._input[:end]))
            del self._input[: end + 4]
            if self._head.body_length > _MAX_BODY:
                raise BadHeadError("the body is too large")
            if self._head.headers.get("expect", "").lower() == "100-continue":
                self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        head = self._head
        if len(self._input) < head.body_length:
            return None
        body = bytes(self._input[: head.body_length])
        del self._input[: head.body_length]
        self._head = None
        return head, body

    def _start(self, playback: Playback) -> None:
        self._playback = playback
        self._next_send = 0
        if playback.delay > 0:
            self._resume_at(time.monotonic() + playback.delay)
        else:
            self._continue(time.monotonic())

    def _resume_at(self, when: float) -> None:
        playback = self._playback
        self._is_waiting = True

        def resume() -> None:
            if self._playback is playback:  # else the client left meanwhile
                self._is_waiting = False
                self._continue(when)
                self._read_requests()

        self._loop.call_at(when, resume)

    def _continue(self, due: float) -> None:
        """Sends what is due; `due` is when it should have gone out: delays must not add up."""
        playback = self._playback
        if self._is_waiting:
            return
        while playback is not None and not self._output and self._is_open:
            if self._next_send == len(playback.sends):
                self._finish(playback)
                return
            self._next_send += 1
            self._send(playback.sends[self._next_send - 1])
            if playback.send_delay > 0 and self._next_send < len(playback.sends):
                self._resume_at(max(due + playback.send_delay, time.monotonic()))
                return

    def _finish(self, playback: Playback) -> None:
        if playback.ending is Ending.STALL:
            return
        self._playback = None
        self._loop.observer.reply_ended(closed_early=False)
        if playback.ending is not Ending.KEEP:
            self.close(playback.ending)

    def _send(self, data: bytes) -> None:
        """Sends, and keeps what the socket does not take until it takes more."""
        waited = bool(self._output)
        self._output += data
        try:
            sent = self.sock.send(self._output) if self._output else 0
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            sent = 0
        except OSError:
            self._client_left()
            return
        self._output = self._output[sent:]
        if self._output and not waited:
            self._loop.watch(self, _READ | _WRITE)
        elif waited and not self._output:
            self._loop.watch(self, _READ)
