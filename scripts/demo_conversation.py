"""Conversations through llmgate with a provider scripted on this machine: no key, no network.

Every piece of code shown is the piece that runs.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import importlib.util
import json
import statistics
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any

from demo_screen import INDENT, Indented, Progress, Screen

import llmgate
from llmgate.testing import FakeProvider, Reply, ToolCall

MODEL = "openai/gpt-4o"
KEY = "sk-demo"
ACCOUNT = f"""
model = "{MODEL}"
account = {{"api_base": fake.url, "api_key": "{KEY}"}}
"""


class Demo:
    """The provider, the screen, and what is remembered for the table at the end."""

    def __init__(self, screen: Screen, fake: FakeProvider, many: int) -> None:
        self.screen = screen
        self.fake = fake
        self.many = many
        self.rows: list[tuple[str, int, str]] = []
        self.names: dict[str, Any] = {
            "asyncio": asyncio,
            "json": json,
            "llmgate": llmgate,
            "fake": fake,
        }

    def run(self, source: str) -> None:
        """Shows a piece of code and runs it."""
        source = textwrap.dedent(source).strip("\n")
        self.screen.code(source)
        output = Indented(self.screen.out)
        with contextlib.redirect_stdout(output):
            exec(compile(source, "<demo>", "exec"), self.names)
        output.end_line()

    def scene(
        self, number: int, text: str, explanation: str, play: Callable[[Demo], str | None]
    ) -> None:
        """Plays one scene; it returns what the table at the end says about it."""
        before = self.fake.count
        self.screen.title(number, text, explanation)
        outcome = play(self)
        if outcome:
            self.rows.append((text, self.fake.count - before, outcome))


def plain_call(demo: Demo) -> str:
    demo.fake.script([Reply(text="The Rhine, the Rhone and the Ticino.")])
    demo.run(
        """
        reply = llmgate.completion(model, "Which rivers rise in the Alps?", **account)
        print(reply.choices[0].message.content)
        """
    )
    demo.screen.say(f"\n{INDENT}The answer also says what it used and how it was reached:")
    demo.run(
        """
        print("tokens:", reply.usage.prompt_tokens, "in,", reply.usage.completion_tokens, "out")
        for attempt in reply.route:
            answered = f"{attempt.status} after {attempt.total_ms:.1f} ms"
            print("attempt:", attempt.provider, attempt.model, attempt.outcome, answered)
        """
    )
    reply = demo.names["reply"]
    return f"{reply.usage.total_tokens} tokens, route: {reply.route[-1].outcome}"


def dispositions(demo: Demo) -> str:
    demo.fake.script([Reply(text="Bonjour.")])
    demo.run(
        """
        question = "How do the French say hello?"
        reply = llmgate.completion("mistral/mistral-small", question, seed=7, user="ada", **account)
        for note in reply.dispositions:
            print(f"{note.path:12} {note.action:8} {note.detail or '':12} {note.reason or ''}")
        """
    )
    notes = demo.names["reply"].dispositions
    return ", ".join(f"{note.path} {note.action}" for note in notes if note.action != "kept")


def streaming(demo: Demo) -> str:
    text = "A stream hands out each word as soon as the provider sends it, without waiting."
    demo.fake.script([Reply(text=text, delay=0.2, chunk_delay=0.07)])
    demo.run(
        """
        chunks = []
        for chunk in llmgate.completion(model, "What is a stream?", stream=True, **account):
            chunks.append(chunk)
            if chunk.choices:
                print(chunk.choices[0].delta.content or "", end="", flush=True)
        """
    )
    return f"{len(demo.names['chunks'])} chunks, printed as they came"


def tool_call(demo: Demo) -> str:
    asks = Reply(tool_calls=[ToolCall("get_weather", {"city": "Oslo"})])
    demo.fake.script([asks, Reply(text="In Oslo it is 7 degrees and raining. Take a coat.")])
    demo.run(
        """
        def get_weather(city):
            return {"city": city, "celsius": 7, "sky": "rain"}

        parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
        weather = {"name": "get_weather", "parameters": parameters}
        tools = [{"type": "function", "function": weather}]

        messages = [{"role": "user", "content": "Do I need a coat in Oslo?"}]
        reply = llmgate.completion(model, messages, tools=tools, **account)
        call = reply.choices[0].message.tool_calls[0]
        print("the model asks for:", call.function.name, call.function.arguments)

        result = get_weather(**json.loads(call.function.arguments))
        messages.append(reply.choices[0].message)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)})
        reply = llmgate.completion(model, messages, tools=tools, **account)
        print("with the result it says:", reply.choices[0].message.content)
        """
    )
    call = demo.names["call"]
    return f"{call.function.name}({call.function.arguments}) was run here"


def structured_output(demo: Demo) -> str:
    demo.fake.script([Reply(json={"name": "Bern", "people": 137_000})])
    demo.run(
        """
        schema = {
            "type": "object",
            "properties": {"name": {"type": "string"}, "people": {"type": "integer"}},
            "required": ["name", "people"],
        }
        wanted = {"type": "json_schema", "json_schema": {"name": "city", "schema": schema}}
        question = "What is the capital of Switzerland?"
        reply = llmgate.completion(model, question, response_format=wanted, **account)
        city = json.loads(reply.choices[0].message.content)
        print(city["name"], "has", city["people"], "people")
        """
    )
    if importlib.util.find_spec("pydantic") is None:
        return repr(demo.names["city"])
    demo.screen.say(f"\n{INDENT}With pydantic installed, a class is the schema:")
    demo.run(
        """
        import pydantic

        class City(pydantic.BaseModel):
            name: str
            people: int

        reply = llmgate.completion(model, question, response_format=City, **account)
        city = reply.choices[0].message.parsed
        print(repr(city))
        """
    )
    return repr(demo.names["city"])


def errors(demo: Demo) -> str:
    limit = "Rate limit reached for gpt-4o: 500 requests per minute."
    demo.fake.script([Reply.error(429, message=limit, retry_after=20)])
    demo.run(
        """
        try:
            llmgate.completion(model, "Hello", api_base=account["api_base"], api_key="sk-wrong")
        except llmgate.AuthenticationError as error:
            refused = error
            print(error.status_code, error.code)
            print(error)
        """
    )
    demo.run(
        """
        try:
            llmgate.completion(model, "Hello", num_retries=0, **account)
        except llmgate.RateLimitError as error:
            limited = error
            print(error.status_code, "retry after", error.retry_after, "seconds")
            print(error)
        """
    )
    caught = (demo.names["refused"], demo.names["limited"])
    return ", ".join(f"{type(error).__name__} {error.status_code}" for error in caught)


def cut_stream(demo: Demo) -> str:
    text = "Once upon a time there was a cable, and one day somebody pulled it."
    demo.fake.script([Reply(text=text, chunk_delay=0.07, cut_after=2600)])
    demo.run(
        """
        try:
            for chunk in llmgate.completion(model, "Tell me a story.", stream=True, **account):
                if chunk.choices:
                    print(chunk.choices[0].delta.content or "", end="", flush=True)
        except llmgate.StreamInterruptedError as error:
            print("...\\n")
            print(error)
            kept = error.partial_response.choices[0].message.content
            print("kept:", repr(kept))
        """
    )
    return f"cut; kept {len(demo.names['kept'])} of {len(text)} characters"


def many_at_once(demo: Demo) -> str:
    demo.fake.script([Reply(text="Here you are.", delay=0.5)])
    demo.names["progress"] = Progress(demo.screen, demo.many)
    start = time.perf_counter()
    demo.run(
        f"""
        async def ask(number):
            reply = await llmgate.acompletion(model, f"Question {{number}}", **account)
            progress.step()
            return reply

        async def main():
            return await asyncio.gather(*(ask(number) for number in range({demo.many})))

        replies = asyncio.run(main())
        """
    )
    seconds = time.perf_counter() - start
    demo.screen.say(
        f"{INDENT}{demo.many} calls of half a second each took {seconds:.2f} s together; "
        f"at most {demo.fake.peak_in_flight} were open at once."
    )
    return f"{len(demo.names['replies'])} answers in {seconds:.2f} s"


SCENES: list[tuple[str, str, Callable[[Demo], str]]] = [
    ("A plain call", "One function for every provider; the answer has OpenAI's shape.", plain_call),
    (
        "Nothing lost in silence",
        "Providers differ. What became of each field that you gave stands in the answer.",
        dispositions,
    ),
    ("A stream", "The same call with stream=True yields chunks while they arrive.", streaming),
    ("A tool call", "The model asks for a function, you run it and send the result.", tool_call),
    ("Structured output", "An answer that follows a JSON schema.", structured_output),
    ("Errors", "Every failure is one exception of a small tree, with its status.", errors),
    (
        "A stream that breaks",
        "If the connection dies, you are told, and what had arrived is not lost.",
        cut_stream,
    ),
    (
        "Many calls at once",
        "In asyncio the same call is awaited; one thread serves all.",
        many_at_once,
    ),
]


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


def llmgate_call(fake: FakeProvider) -> float:
    """A call; returns how long its HTTP exchange took."""
    reply = llmgate.completion(MODEL, "Are you there?", api_base=fake.url, api_key=KEY)
    return float(reply.route[-1].total_ms)


def bare_call(connection: http.client.HTTPConnection, body: bytes) -> None:
    """The same request without llmgate."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    connection.request("POST", "/v1/chat/completions", body, headers)
    json.loads(connection.getresponse().read())


def summary(demo: Demo) -> None:
    screen = demo.screen
    screen.say()
    screen.say("What happened", "1")
    screen.say()
    screen.say(f"  {'scene':24}{'requests':>10}  outcome", "4")
    for name, requests, outcome in demo.rows:
        screen.say(f"  {name:24}{requests:>10}  {outcome}")
    demo.fake.script([Reply(text="Yes.")])
    whole, exchange = milliseconds_of(lambda: llmgate_call(demo.fake))
    body = demo.fake.requests[-1].raw
    connection = http.client.HTTPConnection(demo.fake.origin.removeprefix("http://"), timeout=10)
    with contextlib.closing(connection):
        bare, _ = milliseconds_of(lambda: bare_call(connection, body))
    screen.say()
    screen.say("  Time of a call that the provider answers at once, median of 300:")
    screen.say(f"  {'llmgate.completion':34}{whole:6.2f} ms", "32")
    screen.say(f"  {'  of it outside the HTTP exchange':34}{whole - exchange:6.2f} ms")
    screen.say(f"  {'http.client and json alone':34}{bare:6.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description="Conversations with a provider on this machine.")
    parser.add_argument("--calls", type=int, default=500, help="calls of the last scene")
    many = max(1, parser.parse_args().calls)
    screen = Screen(sys.stdout)
    with FakeProvider(api_key=KEY) as fake:
        screen.say("llmgate: one call for any model, from inside your process", "1")
        screen.say(
            f"The provider is scripted and runs on this machine, at {fake.url}. "
            "Lines with | run as shown."
        )
        demo = Demo(screen, fake, many)
        demo.run(ACCOUNT)
        for number, (text, explanation, play) in enumerate(SCENES, start=1):
            demo.scene(number, text, explanation, play)
        summary(demo)


if __name__ == "__main__":
    main()
