"""llmgate itself."""

import contextlib
import socket
from typing import Any

from shape import MESSAGES, MODEL, keep_in_flight, model_list, on_loop

import llmgate

PACKAGE = "llmgate"
MODELS = {
    "openai": f"openai/{MODEL}",
    "anthropic": "anthropic/claude-sonnet-4-5",
    "gemini": "gemini/gemini-2.5-pro",
}
_url = ""
_deaf: socket.socket | None = None
_router: llmgate.Router | None = None


def connect(base_url: str) -> None:
    global _url
    _url = base_url


def call(model: str = MODELS["openai"]) -> str:
    response = llmgate.completion(model=model, messages=MESSAGES, api_base=_url, api_key="k")
    return response.choices[0].message.content


async def acall() -> str:
    response = await llmgate.acompletion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=_url, api_key="k"
    )
    return response.choices[0].message.content


def sync(n: int, model: str = MODELS["openai"]) -> None:
    for _ in range(n):
        call(model)


def routed(n: int) -> None:
    global _router
    if _router is None:
        _router = llmgate.Router(model_list(_url))
    for _ in range(n):
        _router.completion("chat", MESSAGES).choices[0].message.content  # noqa: B018


def context(to: str, body: dict[str, Any]) -> None:
    """The whole path of a request but for the network: nobody listens where it is sent to."""
    global _deaf
    if _deaf is None:
        _deaf = socket.socket()
        _deaf.bind(("127.0.0.1", 0))
    where = {"api_base": f"http://127.0.0.1:{_deaf.getsockname()[1]}/v1", "api_key": "k"}
    with contextlib.suppress(llmgate.APIConnectionError):
        llmgate.completion(**{**body, **where, "model": MODELS[to]})
        raise RuntimeError("somebody answered")


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
