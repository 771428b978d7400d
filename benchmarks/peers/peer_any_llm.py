"""any-llm over OpenAI's SDK, with its provider object kept."""

from typing import Any

from any_llm import AnyLLM
from shape import MESSAGES, MODEL, keep_in_flight, on_loop

PACKAGE = "any-llm-sdk"
_providers: dict[tuple[str, bool], Any] = {}
_url = ""


def _provider(base_url: str, is_async: bool = False) -> Any:
    """Its sync calls run on event loops of their own, so the two kinds cannot share a client."""
    key = (base_url, is_async)
    if key not in _providers:
        _providers[key] = AnyLLM.create("openai", api_key="k", api_base=base_url)
    return _providers[key]


def connect(base_url: str) -> None:
    global _url
    _url = base_url


def call() -> str:
    response = _provider(_url).completion(model=MODEL, messages=MESSAGES)
    return response.choices[0].message.content


async def acall() -> str:
    response = await _provider(_url, is_async=True).acompletion(model=MODEL, messages=MESSAGES)
    return response.choices[0].message.content


def sync(n: int) -> None:
    for _ in range(n):
        call()


def async_(n: int, inflight: int) -> None:
    keep_in_flight(acall, n, inflight)


def stream(base_url: str) -> int:
    seen = 0
    for chunk in _provider(base_url).completion(model=MODEL, messages=MESSAGES, stream=True):
        if chunk.choices[0].delta.content:
            seen += 1
    return seen


async def stream_once(base_url: str) -> int:
    seen = 0
    async for chunk in await _provider(base_url, is_async=True).acompletion(
        model=MODEL, messages=MESSAGES, stream=True
    ):
        if chunk.choices[0].delta.content:
            seen += 1
    return seen


def stream_async(base_url: str) -> int:
    return on_loop(stream_once(base_url))
