"""Three providers in three formats that fail by a seeded script, and calls made through them."""

from __future__ import annotations

import asyncio
import email.utils
import random
import time
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import llmgate
from llmgate.testing import FakeProvider, ReceivedRequest, Reply

NAMES = ("a", "b", "c")
FORMATS = {"a": "openai.chat", "b": "anthropic.messages", "c": "gemini.generateContent"}
MODELS = {"a": "openai/a", "b": "anthropic/b", "c": "gemini/c"}
WORDS = 8  # of every answer, behind the head that says who speaks, to which call and for which time

Fault = Literal[
    "outage", "reset", "busy", "stall", "cut before content", "cut in content", "slow drip"
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
# Who may fail how, phase by phase. In each phase one provider is well, and it was so in the phase
# before or stays so in the next: whatever overlaps, nobody is ever without one.
PHASES: tuple[dict[str, tuple[Fault, ...]], ...] = (
    {"a": ("outage", "reset")},
    {"a": ("busy",), "b": ("stall", "cut before content")},
    {"b": ("busy", "outage"), "c": ("cut in content", "slow drip")},
    {"b": ("outage",), "a": ("slow drip", "reset")},
    {"c": ("busy",), "a": ("cut before content", "cut in content")},
    {"c": ("outage", "reset")},
    {"a": ("busy", "outage", "stall"), "c": ("slow drip",)},
    {"a": ("outage", "reset", "busy", "stall", "cut before content", "cut in content")},
)
SHARE = {"stall": 0.03, "cut in content": 0.3, "slow drip": 0.3}  # of answers; others: nearly all


def busy(number: int) -> Reply:
    """429 with each form of hint in turn, none longer than a second or two."""
    forms = (
        Reply.error(429, retry_after=1),
        Reply.error(429, retry_after=0.25),
        Reply.error(429, headers={"retry-after-ms": "200"}),
        Reply.error(429, headers=_dates()),
        Reply.error(429, headers={"x-should-retry": "true"}),
        Reply.error(429, message="Rate limit reached. Please try again in 0.35s."),
        Reply(
            status=429,
            body=b'{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Slow down.",'
            b'"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo",'
            b'"retryDelay":"0.3s"}]}}',
        ),
    )
    return forms[number % len(forms)]


def _dates() -> dict[str, str]:
    now = time.time()
    return {
        "date": email.utils.formatdate(now, usegmt=True),
        "retry-after": email.utils.formatdate(now + 1, usegmt=True),
    }


class Provider:
    """One of the three, with its own chance and a log of what it was asked."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.faults: tuple[Fault, ...] = ()
        self.log: list[tuple[int, str]] = []  # number of the call, what it was answered with
        self._chance = random.Random(f"{seed} {name}")
        self._busy = 0
        self.fake = FakeProvider(self._answer, format=FORMATS[name], record=False)

    def _answer(self, request: ReceivedRequest) -> Reply:
        call = int(request.raw.split(b"call<")[1].split(b">")[0])
        fault = self._chance.choice(self.faults) if self.faults else None
        if fault is not None and self._chance.random() >= SHARE.get(fault, 0.9):
            fault = None
        self.log.append((call, fault or ""))
        head = f"<{self.name} {call} {len(self.log)}>"
        return self._reply(fault, " ".join([head, *("word",) * WORDS]))

    def _reply(self, fault: Fault | None, text: str) -> Reply:
        if fault == "outage":
            return Reply.error(self._chance.choice((500, 502, 503, 529)))
        if fault == "reset":
            return Reply.cut(reset=True)
        if fault == "busy":
            self._busy += 1
            return busy(self._busy)
        if fault == "stall":
            return Reply.stall(text=text)
        if fault == "cut before content":
            return Reply.cut(self._chance.choice((-1, 0, 9)), text=text)
        if fault == "cut in content":
            return Reply(text=text, cut_after=560)
        return Reply(text=text, chunk_delay=0.02 if fault == "slow drip" else 0)

    @property
    def deployment(self) -> dict[str, Any]:
        return {
            "model": MODELS[self.name],
            "id": self.name,
            "api_key": "sk-of-the-tests",
            "api_base": self.fake.url,
        }


@dataclass
class Ended:
    """How one call ended."""

    call: int
    is_stream: bool
    endings: int = 0  # answers and errors that the caller was given: exactly one
    text: str = ""
    error: llmgate.LLMGateError | None = None
    route: list[Any] = field(default_factory=list)


async def one_call(router: llmgate.Router, call: int) -> Ended:
    """Balanced over all three, or in an order of the call's own; plain or streamed."""
    ended = Ended(call, is_stream=call % 2 == 0)
    model, *fallbacks = ("balanced",) if call % 4 < 2 else NAMES
    messages = f"This is call<{call}>."
    try:
        if ended.is_stream:
            stream = await router.acompletion(
                model, messages, stream=True, max_tokens=50, fallbacks=fallbacks
            )
            async for chunk in stream:
                ended.text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
            ended.route = list(stream.response.route)
        else:
            response = await router.acompletion(model, messages, max_tokens=50, fallbacks=fallbacks)
            ended.text, ended.route = response.choices[0].message.content, list(response.route)
        ended.endings += 1
    except llmgate.LLMGateError as error:
        ended.error = error
        ended.endings += 1
        ended.route = error.route
    return ended


class Watch:
    """Looks at the Router between calls: who was called although its breaker was open?"""

    def __init__(self, router: llmgate.Router) -> None:
        self._router = router
        self._before: dict[str, Any] = {}
        self.openings = 0
        self.offences: list[str] = []

    def look(self) -> None:
        now = time.monotonic()
        rows = {row.id: row.model_dump() for row in self._router.status()}
        for name, row in rows.items():
            row["until"] = now + row["open_for_s"]
            before = self._before.get(name)
            if row["state"] != "open" or before is None:
                continue
            self.openings += before["state"] != "open"
            # Open then and now, and the same opening: nothing was to be sent between.
            is_same = before["state"] == "open" and abs(row["until"] - before["until"]) < 0.01
            if is_same and row["attempts"] != before["attempts"]:
                self.offences.append(f"{name}: {before} then {row}")
        self._before = rows


async def run_calls(router: llmgate.Router, first: int, count: int, watch: Watch) -> list[Ended]:
    """`count` calls, 64 of them in flight."""
    numbers = iter(range(first, first + count))
    ended: list[Ended] = []

    async def caller() -> None:
        for number in numbers:
            ended.append(await one_call(router, number))
            if number % 8 == 0:
                watch.look()

    await asyncio.gather(*(caller() for _ in range(64)))
    return ended
