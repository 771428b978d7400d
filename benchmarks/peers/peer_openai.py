"""OpenAI's own SDK, with its clients kept, as its documentation asks."""

from typing import Any

from openai import AsyncOpenAI, OpenAI
from shape import MESSAGES, MODEL, keep_in_flight, on_loop

PACKAGE = "openai"
_clients: dict[str, Any] = {}
_async_clients: dict[str, Any] = {}
_url = ""


def _client(base_url: str) -> Any:
    if base_url not in _clients:
        _clients[base_url] = OpenAI(base_url=base_url, api_key="k")
    return _clients[base_url]


def _async_client(base_url: str) -> Any:
    if base_url not in _async_clients:
        _async_clients[base_url] = AsyncOpenAI(base_url=base_url, api_key="k")
    return _async_clients[base_url]


def connect(base_url: str) -> None:
    global _url
    _url = base_url


def call() -> str:
    response = _client(_url).chat.completions.create(model=MODEL, messages=MESSAGES)
    return response.choices[0].message.content


async def acall() -> str:
    response = await _async_client(_url).chat.completions.create(model=MODEL, messages=MESSAGES)
    return response.choices[0].message.content


def sync(n: int) -> None:
    for _ in range(n):
        call()


def async_(n: int, inflight: int) -> None:
    keep_in_flight(acall, n, inflight)


def stream(base_url: str) -> int:
    seen = 0
    for chunk in _client(base_url).chat.completions.create(
        model=MODEL, messages=MESSAGES, stream=True
    ):
        if chunk.choices[0].delta.content:
            seen += 1
    return seen


async def stream_once(base_url: str) -> int:
    seen = 0
    async for chunk in await _async_client(base_url).chat.completions.create(
        model=MODEL, messages=MESSAGES, stream=True
    ):
        if chunk.choices[0].delta.content:
            seen += 1
    return seen


def stream_async(base_url: str) -> int:
    return on_loop(stream_once(base_url))
