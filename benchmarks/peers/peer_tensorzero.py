"""TensorZero's embedded client: a Rust core under Python, observability off."""

import os
import tempfile
from typing import Any

from shape import SYSTEM, USER, keep_in_flight, on_loop
from tensorzero import AsyncTensorZeroGateway, TensorZeroGateway

PACKAGE = "tensorzero"
INPUT = {"system": SYSTEM, "messages": [{"role": "user", "content": USER}]}
CONFIG = """
[gateway]
observability.enabled = false
[models.bench]
routing = ["bench"]
[models.bench.providers.bench]
type = "openai"
model_name = "gpt-4o"
api_base = "{url}/"
api_key_location = "none"
[functions.chat]
type = "chat"
[functions.chat.variants.one]
type = "chat_completion"
model = "bench"
"""
_gateways: dict[tuple[type, str], Any] = {}
_url = ""


def _gateway(kind: type, base_url: str) -> Any:
    """Base URLs are configuration there, so every one of them is a gateway of its own."""
    if (kind, base_url) not in _gateways:
        with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False) as config:
            config.write(CONFIG.format(url=base_url))
        more = {} if kind is TensorZeroGateway else {"async_setup": False}
        try:
            _gateways[kind, base_url] = kind.build_embedded(config_file=config.name, **more)
        finally:
            os.unlink(config.name)
    return _gateways[kind, base_url]


def connect(base_url: str) -> None:
    global _url
    _url = base_url


def call() -> str:
    response = _gateway(TensorZeroGateway, _url).inference(model_name="bench", input=INPUT)
    return response.content[0].text


async def acall() -> str:
    gateway = _gateway(AsyncTensorZeroGateway, _url)
    response = await gateway.inference(model_name="bench", input=INPUT)
    return response.content[0].text


def sync(n: int) -> None:
    for _ in range(n):
        call()


def async_(n: int, inflight: int) -> None:
    keep_in_flight(acall, n, inflight)


def stream(base_url: str) -> int:
    seen = 0
    for chunk in _gateway(TensorZeroGateway, base_url).inference(
        model_name="bench", input=INPUT, stream=True
    ):
        if chunk.content and chunk.content[0].text:
            seen += 1
    return seen


async def stream_once(base_url: str) -> int:
    seen = 0
    gateway = _gateway(AsyncTensorZeroGateway, base_url)
    async for chunk in await gateway.inference(model_name="bench", input=INPUT, stream=True):
        if chunk.content and chunk.content[0].text:
            seen += 1
    return seen


def stream_async(base_url: str) -> int:
    return on_loop(stream_once(base_url))
