#!/usr/bin/env python3
"""1,000 streams at once in one process, 20 chunks a second each, through one asyncio loop.

    benchmarks/streams.py [--json] [PEER [BASE_URL]]

PEER is llmgate or aiohttp, run with the Python of its environment. The upstream stamps every chunk
with the monotonic time it was sent at. Tells the largest gap between two chunks of one stream (50
ms is the upstream's pace), the latest delivery after a stamp, the CPU per chunk, and how much
memory one open stream takes.
"""

import asyncio
import gc
import json
import re
import resource
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))

from shape import MESSAGES, MODEL  # noqa: E402

STREAMS = 1000
WARM_UP = 8


def resident_kb() -> int:
    return int(re.search(r"VmRSS:\s*(\d+)", Path("/proc/self/status").read_text())[1])


def cpu_us() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


async def llmgate_contents(url: str) -> AsyncIterator[str | None]:
    import llmgate

    async for chunk in await llmgate.acompletion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=url, api_key="k", stream=True
    ):
        yield chunk.choices[0].delta.content


async def aiohttp_contents(url: str) -> AsyncIterator[str | None]:
    import peer_aiohttp

    session = await peer_aiohttp.open_session()
    body = {"model": MODEL, "messages": MESSAGES, "stream": True}
    async with session.post(f"{url}/chat/completions", json=body) as response:
        async for line in response.content:
            if line.startswith(b"data: {"):
                yield json.loads(line[6:])["choices"][0]["delta"].get("content")


class Watch:
    def __init__(self) -> None:
        self.chunks = 0
        self.largest_gap_ns = 0
        self.latest_ns = 0
        self.most_resident_kb = 0

    async def follow(self, contents: AsyncIterator[str | None]) -> None:
        before = 0
        async for content in contents:
            if not content:
                continue
            now = time.monotonic_ns()
            self.chunks += 1
            self.latest_ns = max(self.latest_ns, now - int(content) * 1000)
            if before:
                self.largest_gap_ns = max(self.largest_gap_ns, now - before)
            before = now

    async def weigh(self) -> None:
        while True:
            await asyncio.sleep(0.25)
            self.most_resident_kb = max(self.most_resident_kb, resident_kb())


async def measure(peer: str, url: str) -> dict[str, Any]:
    contents = {"llmgate": llmgate_contents, "aiohttp": aiohttp_contents}[peer]
    await asyncio.gather(*(Watch().follow(contents(url)) for _ in range(WARM_UP)))
    gc.collect()
    resident, cpu = resident_kb(), cpu_us()
    watch = Watch()
    weigher = asyncio.create_task(watch.weigh())
    await asyncio.gather(*(watch.follow(contents(url)) for _ in range(STREAMS)))
    weigher.cancel()
    if peer == "aiohttp":
        await sys.modules["peer_aiohttp"].close_session()
    expected = STREAMS * int(re.search(r"chunks=(\d+)", url)[1])
    if watch.chunks != expected:
        raise RuntimeError(f"{watch.chunks} of {expected} chunks arrived")
    return {
        "gap_ms": watch.largest_gap_ns / 1e6,
        "late_ms": watch.latest_ns / 1e6,
        "kb_per_stream": (watch.most_resident_kb - resident) / STREAMS,
        "cpu_us": (cpu_us() - cpu) / watch.chunks,
    }


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--json"]
    peer = words[0] if words else "llmgate"
    if len(words) > 1:
        found = asyncio.run(measure(peer, words[1]))
    else:
        from harness import python_of, run_json, upstream

        with upstream() as server:
            command = [python_of(peer), __file__, "--json", peer, server.url(100, 20)]
            found = run_json(command)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
