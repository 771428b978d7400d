"""What the benchmark programs share: the upstream, clients in processes of their own, placement."""

import contextlib
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rows import Costs

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE.parent / "build" / "bench" / "benchmarks"
ENVIRONMENTS = HERE.parent / "build" / "bench-venv"
PEERS = {  # name of the peer's module and its environment
    "openai": "openai",
    "litellm": "litellm",
    "tensorzero": "tensorzero",
    "any_llm": "any-llm-sdk",
    "aiohttp": "aiohttp",
}
CORES = sorted(os.sched_getaffinity(0))[:2]
FREE = {"client": set(CORES), "server": set(CORES)}
APART = {"client": {CORES[0]}, "server": {CORES[-1]}}
TOGETHER = {"client": {CORES[0]}, "server": {CORES[0]}}


def python_of(peer: str) -> Path:
    return ENVIRONMENTS / PEERS.get(peer, peer) / "bin" / "python"


def clean_environment() -> dict[str, str]:
    """Without proxies: every load stays on the loopback."""
    return {name: value for name, value in os.environ.items() if not re.search("(?i)proxy", name)}


def pin(pid: int, cores: set[int]) -> None:
    """All threads of a process, as taskset -a does; one may end meanwhile."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread), cores)


class Upstream:
    """The mock provider, in a process that ends with this one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [PROGRAMS / "upstream"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.root = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def url(self, chunks: int = 20, per_second: int = 0) -> str:
        return f"{self.root}/chunks={chunks},per_second={per_second}/v1"

    def pin(self, cores: set[int]) -> None:
        pin(self._process.pid, cores)

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)


@contextlib.contextmanager
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    try:
        yield server
    finally:
        server.stop()


class Client:
    """A peer's process: takes one order at a time and sleeps between them."""

    def __init__(self, peer: str, base_url: str) -> None:
        self.peer = peer
        self._process = subprocess.Popen(
            [python_of(peer), HERE / "peers" / "client.py", peer, base_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=clean_environment(),
        )
        self.version = self._answer().get("version", "?")

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "its process ended"}
        if "error" in answer:
            raise RuntimeError(f"{self.peer}: {answer['error']}")
        return answer

    def order(self, cores: set[int], **order: Any) -> dict[str, Any]:
        pin(self._process.pid, cores)
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return self._answer()

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(20)


def run_json(
    command: list[Any], cores: set[int] | None = None, more: dict[str, str] | None = None
) -> dict[str, Any]:
    """Runs a program that prints one JSON object, on some cores, with `more` environment."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=clean_environment() | (more or {}),
        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def limit(
    url: str, cores: set[int], requests: int, inflight: int, mode: str = ""
) -> dict[str, Any]:
    more = [mode] if mode else []
    program = PROGRAMS / "libcurl_limit"
    return run_json(
        [program, f"{url}/chat/completions", str(requests), str(inflight), *more], cores
    )


class Bench:
    """The clients that could be started, and how they take turns."""

    def __init__(self, server: Upstream, rounds: int) -> None:
        self.server = server
        self.rounds = rounds
        self.clients: dict[str, Client] = {}
        self.left_out: dict[str, str] = {}
        for who in ["llmgate", *PEERS]:
            try:
                self.clients[who] = Client(who, server.url())
            except (OSError, RuntimeError) as error:
                self.left_out[who] = str(error)
                print(f"left out: {who}: {error}", file=sys.stderr)

    def interleave(
        self, placement: dict[str, set[int]], runs: dict[str, Callable[[], dict[str, Any]]]
    ) -> Costs:
        """One run of each per round, in turning order; the first round only warms up."""
        self.server.pin(placement["server"])
        costs: Costs = {who: [] for who in runs}
        names = list(runs)
        for number in range(self.rounds + 1):
            for who in names[number % len(names) :] + names[: number % len(names)]:
                cost = runs[who]()
                if number > 0 and "missing" not in cost:
                    costs[who].append(cost)
        return {who: rounds for who, rounds in costs.items() if rounds}

    def ordered(
        self, placement: dict[str, set[int]], who: str, **order: Any
    ) -> Callable[[], dict[str, Any]]:
        return lambda: self.clients[who].order(placement["client"], **order)

    def limited(
        self, placement: dict[str, set[int]], requests: int, inflight: int, **stream: Any
    ) -> Callable[[], dict[str, Any]]:
        url = self.server.url(**stream)
        mode = "stream" if stream else ""
        return lambda: limit(url, placement["client"], requests, inflight, mode)

    def stop(self) -> None:
        for client in self.clients.values():
            client.stop()


def machine() -> str:
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        model = found[1] if found else model
    python = platform.python_version()
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}, Python {python}"
