"""What every peer program has in common: the request, one event loop, and calls kept in flight.

A peer module offers `connect(base_url)`, `sync(n)`, `async_(n, inflight)`, `stream(base_url)` and
`stream_async(base_url)`. Each makes its calls and touches the answer the way a user does.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

MODEL = "gpt-4o"
SYSTEM = (
    "You are a poet who answers in one short line, without quotation marks, and never explains."
)
USER = "Write a haiku about the rain that quietly falls on the pond at night."
MESSAGES = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": USER}]
BODY_BYTES = 250  # of the request as compact JSON; the C programs send the same

DEPLOYMENTS = 20  # of a Router


def model_list(base_url: str) -> list[dict[str, Any]]:
    """What a Router is made from, in LiteLLM's dialect: one group, with limits."""
    return [
        {
            "model_name": "chat",
            "litellm_params": {
                "model": f"openai/{MODEL}",
                "api_key": "k",
                "api_base": base_url,
                "rpm": 100_000_000,
                "tpm": 100_000_000_000,
            },
            "model_info": {"id": f"deployment-{number}"},
        }
        for number in range(DEPLOYMENTS)
    ]


_loop: asyncio.AbstractEventLoop | None = None


def on_loop(awaitable: Awaitable[Any]) -> Any:
    """Runs on the one event loop of this process, so that connections stay open between rounds."""
    global _loop
    if _loop is None:
        _loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_loop)
    return _loop.run_until_complete(awaitable)


def keep_in_flight(call: Callable[[], Awaitable[Any]], n: int, inflight: int) -> None:
    """Makes `n` calls, `inflight` of them at any time."""
    left = n

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await call()

    async def all_workers() -> None:
        await asyncio.gather(*(worker() for _ in range(inflight)))

    on_loop(all_workers())
