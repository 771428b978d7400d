"""The litellm SDK, whose call llmgate imitates."""

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it fetches prices from the network

import litellm
from litellm_translation import translate  # noqa: F401
from shape import MESSAGES, MODEL, keep_in_flight, model_list, on_loop

PACKAGE = "litellm"
litellm.telemetry = False
_url = ""
_router: litellm.Router | None = None


def connect(base_url: str) -> None:
    global _url
    _url = base_url


def call() -> str:
    response = litellm.completion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=_url, api_key="k"
    )
    return response.choices[0].message.content


async def acall() -> str:
    response = await litellm.acompletion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=_url, api_key="k"
    )
    return response.choices[0].message.content


def sync(n: int) -> None:
    for _ in range(n):
        call()


def routed(n: int) -> None:
    global _router
    if _router is None:
        _router = litellm.Router(model_list(_url))
    for _ in range(n):
        _router.completion("chat", MESSAGES).choices[0].message.content  # noqa: B018


def async_(n: int, inflight: int) -> None:
    keep_in_flight(acall, n, inflight)


def stream(base_url: str) -> int:
    seen = 0
    for chunk in litellm.completion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=base_url, api_key="k", stream=True
    ):
        if chunk.choices[0].delta.content:
            seen += 1
    return seen


async def stream_once(base_url: str) -> int:
    seen = 0
    async for chunk in await litellm.acompletion(
        model=f"openai/{MODEL}", messages=MESSAGES, api_base=base_url, api_key="k", stream=True
    ):
        if chunk.choices[0].delta.content:
            seen += 1
    return seen


def stream_async(base_url: str) -> int:
    return on_loop(stream_once(base_url))
