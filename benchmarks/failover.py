#!/usr/bin/env python3
"""How soon a Router is at the next provider after an error: first byte out of one, first byte into
the other and back.

    benchmarks/failover.py [--json] [CALLS]

Two servers in a process of their own: one answers each request with a 500, the other with an
answer. The time runs from just before the error is sent to just after the next attempt's first byte
was answered, both on the servers' one clock: it holds more than what is asked for, not less.
"""

import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import time
from typing import Any

CALLS = 500
ERROR = b'{"error":{"message":"The server had an error.","type":"server_error"}}'
ANSWER = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"Hi."},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}'
)


def http(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % (status, len(body)) + body


class Pair:
    """The failing server and the healthy one, and the times between them."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        for which, listener in enumerate(self.listeners):
            self.selector.register(listener, selectors.EVENT_READ, ("accept", which))
        self.replies = (http(b"500 Internal Server Error", ERROR), http(b"200 OK", ANSWER))
        self.failed_at = 0
        self.gaps_ns: list[int] = []

    def serve(self, until: int) -> None:
        while len(self.gaps_ns) < until:
            for key, _ in self.selector.select():
                what, which = key.data
                if what == "accept":
                    connection, _ = self.listeners[which].accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.selector.register(connection, selectors.EVENT_READ, ("read", which))
                else:
                    self.answer(key.fileobj, which)

    def answer(self, connection: Any, which: int) -> None:
        if not connection.recv(65536):
            self.selector.unregister(connection)
            connection.close()
            return
        if which == 0:
            self.failed_at = time.perf_counter_ns()
        connection.sendall(self.replies[which])
        if which == 1:
            self.gaps_ns.append(time.perf_counter_ns() - self.failed_at)


def server(calls: int) -> None:
    pair = Pair()
    print(*(listener.getsockname()[1] for listener in pair.listeners), flush=True)
    pair.serve(calls)
    print(json.dumps(pair.gaps_ns), flush=True)


def measure(calls: int) -> dict[str, Any]:
    import llmgate

    command = [sys.executable, __file__, "--serve", str(calls)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as servers:
        assert servers.stdout is not None
        ports = servers.stdout.readline().split()
        router = llmgate.Router(
            {
                "routes": {
                    "m": [
                        {
                            "model": f"openai/{port}",
                            "api_key": "k",
                            "api_base": f"http://127.0.0.1:{port}/v1",
                        }
                        for port in ports
                    ]
                },
                "policies": {"breaker": {"is_enabled": False}},
            }
        )
        for _ in range(calls):
            answer = router.completion("m", "Hi")
            if len(answer.route) != 2:
                raise RuntimeError(f"no failover: {answer.route}")
        gaps = sorted(ns / 1e6 for ns in json.loads(servers.stdout.readline()))
    return {
        "count": calls,
        "p50_ms": statistics.median(gaps),
        "p99_ms": gaps[min(len(gaps) - 1, int(len(gaps) * 0.99))],
    }


def main() -> None:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    calls = int(words[0]) if words else CALLS
    if "--serve" in sys.argv:
        server(calls)
        return
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps(measure(calls)), file=answers, flush=True)


if __name__ == "__main__":
    main()
