"""llmgate itself."""

from shape import MESSAGES, MODEL, keep_in_flight, on_loop

import llmgate

PACKAGE = "llmgate"
_url = ""


def connect(base_url: str) -> None:
    global _url
    _url = base_url


def call() -> str:
    response = llmgate.completion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=_url, api_key="k"
    )
    return response.choices[0].message.content


async def acall() -> str:
    response = await llmgate.acompletion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=_url, api_key="k"
    )
    return response.choices[0].message.content


def sync(n: int) -> None:
    for _ in range(n):
        call()


def async_(n: int, inflight: int) -> None:
    keep_in_flight(acall, n, inflight)


def stream(base_url: str) -> int:
    seen = 0
    for chunk in llmgate.completion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=base_url, api_key="k", stream=True
    ):
        if chunk.choices[0].delta.content:
            seen += 1
    return seen


async def stream_once(base_url: str) -> int:
    seen = 0
    async for chunk in await llmgate.acompletion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=base_url, api_key="k", stream=True
    ):
        if chunk.choices[0].delta.content:
            seen += 1
    return seen


def stream_async(base_url: str) -> int:
    return on_loop(stream_once(base_url))
