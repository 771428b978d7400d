"""aiohttp alone, with the standard library's json: what a user could write by hand."""

import json
from typing import Any

import aiohttp
from shape import MESSAGES, MODEL, keep_in_flight, on_loop

PACKAGE = "aiohttp"
HEADERS = {"authorization": "Bearer k"}
_session: Any = None
_url = ""


def connect(base_url: str) -> None:
    global _url
    _url = base_url


async def open_session() -> Any:
    global _session
    if _session is None:
        _session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=HEADERS)
    return _session


async def close_session() -> None:
    if _session is not None:
        await _session.close()


async def acall() -> str:
    session = _session or await open_session()
    body = {"model": MODEL, "messages": MESSAGES}
    async with session.post(f"{_url}/chat/completions", json=body) as response:
        response.raise_for_status()
        answer = json.loads(await response.read())
    return answer["choices"][0]["message"]["content"]


def async_(n: int, inflight: int) -> None:
    keep_in_flight(acall, n, inflight)


async def stream_once(base_url: str) -> int:
    session = _session or await open_session()
    body = {"model": MODEL, "messages": MESSAGES, "stream": True}
    seen = 0
    async with session.post(f"{base_url}/chat/completions", json=body) as response:
        async for line in response.content:
            if line.startswith(b"data: {"):
                chunk = json.loads(line[6:])
                if chunk["choices"][0]["delta"].get("content"):
                    seen += 1
    return seen


def stream_async(base_url: str) -> int:
    return on_loop(stream_once(base_url))
