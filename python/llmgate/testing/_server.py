"""`FakeProvider`: a provider on the loopback interface that answers as a test tells it to."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from types import TracebackType

from llmgate.testing._anthropic_messages import AnthropicMessages
from llmgate.testing._format import Format, FormatName
from llmgate.testing._gemini_generate import GeminiGenerate
from llmgate.testing._http1 import Playback, RequestHead, play
from llmgate.testing._loop import Loop
from llmgate.testing._openai_chat import OpenAIChat
from llmgate.testing._script import ReceivedRequest, Reply

_FORMATS: dict[str, Callable[[], Format]] = {
    each.name: each for each in (OpenAIChat, AnthropicMessages, GeminiGenerate)
}

Script = Sequence[Reply | str] | Callable[[ReceivedRequest], Reply | str]


class FakeProvider:
    """A provider on 127.0.0.1 that answers as scripted and remembers what it was asked.

    It speaks one provider's format, plain and streamed, over real sockets: what is under test is
    the whole client. It refuses what the real provider refuses, in the same words: a key in the
    wrong header, unknown members, tool results without calls, and reasoning whose signature it
    issued and that does not come back unchanged in a tool loop. One background thread serves any
    number of connections. All counters may be read from any thread; `wait_for` waits until they
    say what a test expects.

    Args:
      replies: what is answered. A sequence is served in order of arrival and its last element
        repeated; strings are texts. A callable is given each request and returns the reply; it
        runs on the provider's thread. Without replies, answers tell what was asked.
      format: "openai.chat", "anthropic.messages", "gemini.generateContent", or an object that
        implements `Format` and belongs to this provider alone.
      api_key: if given, requests with another key are refused (401; Gemini: 400).
      tls: the files of a certificate and its key, in PEM; the provider then speaks HTTPS.
      port: the port to listen on; 0 lets the system choose a free one.
      record: whether received requests are kept; turn off for millions of requests.
      checks: whether faulty requests are refused. Without, everything that is a JSON object is
        answered, and a key is compared only.

    Raises ValueError for a format of another name.

    Attributes:
      requests: the requests received, in order of arrival.
      count: how many requests were received.
      in_flight, peak_in_flight: how many are being answered now, and were at most.
      connections: how many connections were accepted.
      open_connections: how many of them are open now.
      closed_early: how many replies were not read to their end because the client closed.

    >>> import json, urllib.request
    >>> with FakeProvider(["Hello!"]) as fake:
    ...     body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    ...     with urllib.request.urlopen(
    ...         fake.url + "/chat/completions", json.dumps(body).encode()
    ...     ) as answer:
    ...         print(json.load(answer)["choices"][0]["message"]["content"])
    ...     print(fake.requests[0].body["model"])
    Hello!
    m
    >>> with FakeProvider(["Hello!"], format="anthropic.messages") as fake:
    ...     print(fake.url.removeprefix(fake.origin))
    /v1
    """

    def __init__(
        self,
        replies: Script = (),
        *,
        format: FormatName | Format = "openai.chat",
        api_key: str | None = None,
        tls: tuple[str, str] | None = None,
        port: int = 0,
        record: bool = True,
        checks: bool = True,
    ) -> None:
        if isinstance(format, str) and format not in _FORMATS:
            raise ValueError(f"no format {format!r}; there are {', '.join(_FORMATS)}")
        self._format = _FORMATS[format]() if isinstance(format, str) else format
        self._checks = checks
        self._script: Script = replies
        self._served = 0
        self._api_key = api_key
        self._tls_context: ssl.SSLContext | None = None
        if tls is not None:
            self._tls_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls_context.load_cert_chain(*tls)
        self._port = port
        self._record = record
        self._loop: Loop | None = None
        self._changed = threading.Condition()
        self._script_error: BaseException | None = None
        self.requests: list[ReceivedRequest] = []
        self.count = 0
        self.in_flight = 0
        self.peak_in_flight = 0
        self.connections = 0
        self.open_connections = 0
        self.closed_early = 0

    def start(self) -> FakeProvider:
        """Starts to listen. After `stop`, listens again on the same port; counters go on."""
        if self._loop is not None:
            raise RuntimeError("this FakeProvider has been started already")
        listener = socket.create_server(("127.0.0.1", self._port), backlog=4096)
        self._port = listener.getsockname()[1]
        self._loop = Loop(listener, self._tls_context, _Events(self))
        self._loop.start()
        return self

    def stop(self) -> None:
        """Closes the listener and every connection at once, and waits for the thread."""
        if self._loop is None:
            return
        self._loop.stop()
        self._loop = None
        self.in_flight = 0

    def __enter__(self) -> FakeProvider:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops; raises what a callable script raised, unless another error is on its way."""
        self.stop()
        if self._script_error is not None and error is None:
            raise self._script_error

    @property
    def origin(self) -> str:
        """Scheme, host and port, without a path."""
        if self._port == 0:
            raise RuntimeError("this FakeProvider has not been started")
        scheme = "http" if self._tls_context is None else "https"
        return f"{scheme}://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """The base URL of the API here, as for `api_base`."""
        return self.origin + self._format.base_path

    def script(self, replies: Script) -> None:
        """Replaces what is answered from now on; a sequence starts at its first element."""
        with self._changed:
            self._script = replies
            self._served = 0

    def wait_for(self, condition: Callable[[FakeProvider], bool], timeout: float = 10.0) -> bool:
        """Waits until `condition(self)` holds and returns True.

        It is asked again after everything that happens here: a request, the end of a reply, a
        connection opened or closed. Raises TimeoutError after `timeout` seconds.

        >>> with FakeProvider() as fake:
        ...     fake.wait_for(lambda fake: fake.count == 0)
        True
        """
        with self._changed:
            if self._changed.wait_for(lambda: condition(self), timeout):
                return True
        raise TimeoutError(
            f"not within {timeout:g} s; requests {self.count}, in flight {self.in_flight}, "
            f"open connections {self.open_connections}, closed early {self.closed_early}"
        )

    def _take_reply(self, request: ReceivedRequest) -> Reply | None:
        """The next reply of the script; None where nothing is scripted."""
        with self._changed:
            script = self._script
            position = self._served
            self._served += 1
        if callable(script):
            try:
                reply = script(request)
            except BaseException as error:
                self._script_error = error
                return Reply.error(500, message=f"The script raised {error!r}")
        elif script:
            reply = script[min(position, len(script) - 1)]
        else:
            return None
        return Reply(text=reply) if isinstance(reply, str) else reply


class _Events:
    """What the loop tells its provider; everything here runs on the loop's thread."""

    def __init__(self, provider: FakeProvider) -> None:
        self._provider = provider
        self._has_changed = False

    def answer(self, head: RequestHead, body: bytes) -> Playback:
        provider = self._provider
        provider.count += 1
        request = ReceivedRequest(head.method, head.path, head.headers, body, provider.count)
        if provider._record:
            provider.requests.append(request)
        self._reply_begins()
        spoken = provider._format
        reply: Reply | None = None
        if provider._checks:
            reply = spoken.refuse_key(request, provider._api_key)
        elif provider._api_key not in (None, request.api_key):
            reply = Reply.error(401)
        reply = reply or provider._take_reply(request)
        return _render(reply, request, spoken, head.keeps_alive, provider._checks)

    def refuse(self, reason: str) -> Playback:
        self._reply_begins()
        headers = {"content-type": "text/plain; charset=utf-8"}
        return play(
            Reply(status=400), headers, [reason.encode()], is_stream=False, keeps_alive=False
        )

    def connection_opened(self) -> None:
        self._provider.connections += 1
        self._provider.open_connections += 1
        self._has_changed = True

    def connection_closed(self) -> None:
        self._provider.open_connections -= 1
        self._has_changed = True

    def reply_ended(self, *, closed_early: bool) -> None:
        self._provider.in_flight -= 1
        self._provider.closed_early += closed_early
        self._has_changed = True

    def settled(self) -> None:
        if self._has_changed:
            self._has_changed = False
            with self._provider._changed:
                self._provider._changed.notify_all()

    def _reply_begins(self) -> None:
        provider = self._provider
        provider.in_flight += 1
        provider.peak_in_flight = max(provider.peak_in_flight, provider.in_flight)
        self._has_changed = True


def _render(
    reply: Reply | None, request: ReceivedRequest, spoken: Format, keeps_alive: bool, checks: bool
) -> Playback:
    """A reply as bytes in the provider's format."""
    headers = spoken.headers(request)
    if reply is not None and reply.pieces is not None:
        headers["content-type"] = reply.content_type or "text/event-stream"
        return play(reply, headers, reply.pieces, is_stream=True, keeps_alive=keeps_alive)
    if reply is not None and reply.body is not None:
        headers["content-type"] = reply.content_type or "application/json"
        return play(reply, headers, [reply.body], is_stream=False, keeps_alive=keeps_alive)

    if not request.path.partition("?")[0].endswith(spoken.routes):
        reply = Reply.error(404, message=f"Nothing is served at {request.method} {request.path}")
    elif checks or not isinstance(request.body, dict):
        reply = spoken.find_fault(request) or reply
    reply = spoken.adapt(reply or spoken.default_reply(request))
    if reply.status >= 400 or (reply.error_body is not None and reply.error_event_after is None):
        pieces, is_stream = [spoken.render_error(reply, request)], False
    elif spoken.wants_stream(request):
        pieces, is_stream = spoken.render_stream(reply, request), True
    else:
        pieces, is_stream = [spoken.render_reply(reply, request)], False
    headers["content-type"] = reply.content_type or spoken.content_type(
        request, is_stream=is_stream
    )
    return play(reply, headers, pieces, is_stream=is_stream, keeps_alive=keeps_alive)
