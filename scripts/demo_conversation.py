"""Conversations through llmgate with providers scripted on this machine: no key, no network.

Three of them speak three wire formats: OpenAI's, Anthropic's and Gemini's. Every piece of code
shown is the piece that runs.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import statistics
import sys
import textwrap
import time
import warnings
from collections.abc import Callable
from typing import Any

from demo_received import rows_of
from demo_scenes import SCENES
from demo_screen import BOLD, GOOD, INDENT, Indented, Screen

import llmgate
from llmgate.testing import FakeProvider, Reply

KEY = "sk-demo"
ACCOUNTS = f"""
gpt = {{"model": "openai/gpt-4o", "api_base": openai.url}}
claude = {{"model": "anthropic/claude-sonnet-4-5", "api_base": anthropic.url}}
gemini = {{"model": "gemini/gemini-3-pro", "api_base": google.url}}
for account in (gpt, claude, gemini):
    account["api_key"] = "{KEY}"
"""


class Demo:
    """The providers, the screen, and what is remembered for the table at the end."""

    def __init__(self, screen: Screen, fakes: tuple[FakeProvider, ...], many: int) -> None:
        self.screen = screen
        self.fakes = fakes
        self.many = many
        self.rows: list[tuple[str, int, str]] = []
        openai, anthropic, google = fakes
        self.names: dict[str, Any] = {
            "asyncio": asyncio,
            "json": json,
            "llmgate": llmgate,
            "openai": openai,
            "anthropic": anthropic,
            "google": google,
        }

    @property
    def count(self) -> int:
        return sum(fake.count for fake in self.fakes)

    def script(self, reply: Reply) -> None:
        """What all providers answer from now on."""
        for fake in self.fakes:
            fake.script([reply])

    def run(self, source: str) -> None:
        """Shows a piece of code and runs it."""
        source = textwrap.dedent(source).strip("\n")
        self.screen.code(source)
        output = Indented(self.screen.out)
        with contextlib.redirect_stdout(output):
            exec(compile(source, "<demo>", "exec"), self.names)
        output.end_line()

    def show_received(self, fake: FakeProvider) -> None:
        """The conversation in the provider's last request."""
        request = fake.requests[-1]
        path = request.path.partition("?")[0]
        self.screen.say(f"\n{INDENT}What {self.names['reply'].model} received at {path}:")
        last = ""
        for role, said in rows_of(request.body):
            colour = GOOD if "ignature" in said else ""
            self.screen.row(f"{role if role != last else '':11}", said, colour)
            last = role

    def play(self, number: int, text: str, explanation: str, scene: Callable[[Demo], str]) -> None:
        before = self.count
        self.screen.title(number, text, explanation)
        outcome = scene(self)
        self.rows.append((text, self.count - before, outcome))


def milliseconds_of(call: Callable[[], float | None], times: int = 300) -> tuple[float, float]:
    """Medians over many calls: the whole call, and what `call` returns (its HTTP exchange)."""
    for _ in range(20):
        call()
    whole, inside = [], []
    for _ in range(times):
        start = time.perf_counter()
        exchange = call()
        whole.append((time.perf_counter() - start) * 1000)
        inside.append(exchange if exchange is not None else whole[-1])
    return statistics.median(whole), statistics.median(inside)


def llmgate_call(account: dict[str, Any]) -> float:
    """A call; returns how long its HTTP exchange took."""
    reply = llmgate.completion(messages="Are you there?", **account)
    return float(reply.route[-1].total_ms)


def bare_call(connection: http.client.HTTPConnection, body: bytes) -> None:
    """The same request without llmgate."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    connection.request("POST", "/v1/chat/completions", body, headers)
    json.loads(connection.getresponse().read())


def summary(demo: Demo) -> None:
    screen = demo.screen
    screen.say()
    screen.say("What happened", BOLD)
    screen.say()
    screen.say(f"  {'scene':27}{'requests':>8}  outcome", "4")
    for name, requests, outcome in demo.rows:
        screen.say(f"  {name:27}{requests:>8}  {outcome}")
    demo.script(Reply(text="Yes."))
    screen.say()
    screen.say("  Time of a call that the provider answers at once, median of 300:")
    for name in ("gpt", "claude", "gemini"):
        account = demo.names[name]
        whole, exchange = milliseconds_of(lambda account=account: llmgate_call(account))
        outside = f"{whole - exchange:.2f} ms of it outside the HTTP exchange"
        screen.say(
            f"  llmgate.completion(**{name})".ljust(34) + f"{whole:6.2f} ms, {outside}", GOOD
        )
    openai = demo.fakes[0]
    body = openai.requests[-1].raw
    connection = http.client.HTTPConnection(openai.origin.removeprefix("http://"), timeout=10)
    with contextlib.closing(connection):
        bare, _ = milliseconds_of(lambda: bare_call(connection, body))
    screen.say(f"  {'http.client and json alone':32}{bare:6.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description="Conversations with providers on this machine.")
    parser.add_argument("--calls", type=int, default=500, help="calls of the last scene")
    many = max(1, parser.parse_args().calls)
    # A loss is a warning too; the scenes show it themselves.
    warnings.simplefilter("ignore", llmgate.LLMGateWarning)
    screen = Screen(sys.stdout)
    with (
        FakeProvider(format="openai.chat", api_key=KEY) as openai,
        FakeProvider(format="anthropic.messages", api_key=KEY) as anthropic,
        FakeProvider(format="gemini.generateContent", api_key=KEY) as google,
    ):
        screen.say("llmgate: one call for any model, from inside your process", BOLD)
        screen.say(
            "Three scripted providers run on this machine and speak the formats of OpenAI,\n"
            "Anthropic and Gemini; they refuse what the real ones refuse. Lines with | run."
        )
        demo = Demo(screen, (openai, anthropic, google), many)
        demo.run(ACCOUNTS)
        for number, scene in enumerate(SCENES, start=1):
            demo.play(number, *scene)
        summary(demo)


if __name__ == "__main__":
    main()
