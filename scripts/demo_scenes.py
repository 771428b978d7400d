"""The scenes of the demo: each shows code, runs it, and says in a few words how it ended."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from demo_screen import BOLD, INDENT, Progress

import llmgate
from llmgate.testing import Reply, ToolCall, Usage

if TYPE_CHECKING:
    from demo_conversation import Demo


def plain_calls(demo: Demo) -> str:
    demo.script(Reply(text="The Rhine, the Rhone and the Ticino.", usage=Usage(14, 9)))
    demo.run(
        """
        for account in (gpt, claude, gemini):
            reply = llmgate.completion(messages="Which rivers rise in the Alps?", **account)
            usage = reply.usage
            print(f"{reply.model:22}{reply.choices[0].message.content}",
                  f"{usage.prompt_tokens} + {usage.completion_tokens} tokens")
        """
    )
    demo.screen.say(f"\n{INDENT}What each of them received:")
    for fake in demo.fakes:
        request = fake.requests[-1]
        demo.screen.row("", f"POST {request.path}, key in {request.key_header}", BOLD)
        demo.screen.row("  ", request.raw.decode())
    return "one call, three wire formats"


def dispositions(demo: Demo) -> str:
    demo.script(Reply(text="Bonjour."))
    demo.run(
        """
        question = "How do the French say hello?"
        reply = llmgate.completion(messages=question, temperature=1.5, seed=7, stop="!", **claude)
        for note in reply.dispositions:
            print(f"{note.path:14}{note.action:10}{note.detail or '':18}{note.reason or ''}")
        """
    )
    notes = demo.names["reply"].dispositions
    lossy = [note for note in notes if note.action not in ("kept", "added")]
    return ", ".join(f"{note.path[2:]} {note.action}" for note in lossy)


def streams(demo: Demo) -> str:
    text = "A stream hands out each word as soon as the provider sends it."
    demo.script(Reply(text=text, delay=0.1, chunk_delay=0.04))
    demo.run(
        """
        for account in (gpt, claude, gemini):
            for chunk in llmgate.completion(messages="What is a stream?", stream=True, **account):
                if chunk.choices:
                    print(chunk.choices[0].delta.content or "", end="", flush=True)
            print()
        """
    )
    return "printed word by word, three times"


def hand_over(demo: Demo) -> str:
    """One tool loop that three providers take turns in; the first gets its own turn back."""
    openai, anthropic, google = demo.fakes
    question = "What shall I wear in Oslo tonight?"
    weather = ToolCall("get_weather", {"city": "Oslo"})
    google.script([Reply(reasoning="I need the weather.", tool_calls=[weather]), "A coat, then."])
    clock = ToolCall("get_sunset", {"city": "Oslo"})
    anthropic.script([Reply(reasoning="Is it dark then?", text="And the sun?", tool_calls=[clock])])
    openai.script(["It is 7 degrees, raining, and dark by four: take a coat and a lamp."])
    demo.run(
        f"""
        city = {{"type": "object", "properties": {{"city": {{"type": "string"}}}}}}
        tools = [{{"type": "function", "function": {{"name": name, "parameters": city}}}}
                 for name in ("get_weather", "get_sunset")]
        results = {{"get_weather": "7 degrees, rain", "get_sunset": "15:34"}}
        messages = [{{"role": "user", "content": "{question}"}}]

        def turn(account):
            reply = llmgate.completion(messages=messages, tools=tools, **account)
            message = reply.choices[0].message
            messages.append(message)  # nothing of it is taken out or translated
            for call in message.tool_calls or ():
                result = results[call.function.name]
                messages.append({{"role": "tool", "tool_call_id": call.id, "content": result}})
            return reply
        """
    )
    for code, fake in (
        ("first = reply = turn(gemini)", google),
        ("reply = turn(claude)", anthropic),
        ("reply = turn(gpt)", openai),
        ('messages.append({"role": "user", "content": "Thanks!"})\nreply = turn(gemini)', google),
    ):
        demo.run(code)
        _show_hop(demo, fake)
    demo.run(
        """
        issued = json.loads(first.raw)["candidates"][0]["content"]
        came_back = google.requests[-1].body["contents"][1]
        print("Gemini got its own turn back as it was:", came_back == issued)
        """
    )
    return "Gemini, Claude, GPT and Gemini in one conversation"


def _show_hop(demo: Demo, fake: object) -> None:
    demo.show_received(fake)
    reply = demo.names["reply"]
    message = reply.choices[0].message
    said = [f"{call.function.name}({call.function.arguments})" for call in message.tool_calls or ()]
    demo.screen.say(f"\n{INDENT}What {reply.model} answered:")
    for text in filter(None, (message.content, " ".join(said))):
        demo.screen.row("", text, BOLD)
    demo.screen.say(f"\n{INDENT}What became of the request on the way (reply.dispositions):")
    demo.screen.notes(reply.dispositions)


def structured_output(demo: Demo) -> str:
    demo.script(Reply(json={"name": "Bern", "people": 137_000}))
    if importlib.util.find_spec("pydantic") is None:
        return _structured_output_by_schema(demo)
    demo.run(
        """
        import pydantic

        class City(pydantic.BaseModel):
            name: str
            people: int

        question = "What is the capital of Switzerland?"
        for account in (gpt, claude, gemini):
            reply = llmgate.completion(messages=question, response_format=City, **account)
            print(f"{reply.model:22}{reply.choices[0].message.parsed!r}")
        """
    )
    return repr(demo.names["reply"].choices[0].message.parsed)


def _structured_output_by_schema(demo: Demo) -> str:
    demo.run(
        """
        schema = {
            "type": "object",
            "properties": {"name": {"type": "string"}, "people": {"type": "integer"}},
            "required": ["name", "people"],
        }
        question = "What is the capital of Switzerland?"
        for account in (gpt, claude, gemini):
            reply = llmgate.completion(messages=question, response_format=schema, **account)
            city = json.loads(reply.choices[0].message.content)
            print(f"{reply.model:22}{city['name']} has {city['people']} people")
        """
    )
    return repr(demo.names["city"])


def errors(demo: Demo) -> str:
    demo.script(Reply.error(429, message="Too many requests.", retry_after=20))
    demo.run(
        """
        for account in (gpt, claude, gemini):
            try:
                llmgate.completion(messages="Hello", **account)
            except llmgate.RateLimitError as error:
                print(f"{error.status_code}, come back in {error.retry_after:g} s:", error)
            try:
                llmgate.completion(messages="Hello", **{**account, "api_key": "sk-wrong"})
            except llmgate.AuthenticationError as error:
                print(f"{error.status_code}:", error)
        """
    )
    return "RateLimitError and AuthenticationError from each"


def cut_stream(demo: Demo) -> str:
    text = "Once upon a time there was a cable, and one day somebody pulled it."
    demo.script(Reply(text=text, chunk_delay=0.05, cut_after=1500))
    demo.run(
        """
        try:
            for chunk in llmgate.completion(messages="A story!", stream=True, **claude):
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


def routed(demo: Demo) -> str:
    """An outage, what the way around it cost, and the same question from the cache."""
    openai, anthropic, _ = demo.fakes
    openai.script([Reply.error(503, message="The engine is overloaded.")])
    anthropic.script([Reply(text="Water, mostly.", usage=Usage(1200, 300))])
    demo.run(
        """
        llmgate.cache = llmgate.Cache()
        router = llmgate.Router({"smart": [gpt, claude]})
        with llmgate.budget(usd=0.05) as budget:
            for ask in range(2):
                reply = router.completion("smart", "What is a cloud made of?", max_tokens=500)
                for attempt in reply.route:
                    print(f"{attempt.model:19}{attempt.outcome:21}{attempt.cache or ''}")
                print(f"cost ${reply.cost:.4f}, ${budget.left} left of $0.05")
        """
    )
    llmgate.cache = None
    return f"503, then Claude for ${demo.names['budget'].spent}, then the cache for nothing"


def many_at_once(demo: Demo) -> str:
    demo.script(Reply(text="Here you are.", delay=0.5))
    demo.names["progress"] = Progress(demo.screen, demo.many)
    start = time.perf_counter()
    demo.run(
        f"""
        async def ask(number):
            account = (gpt, claude, gemini)[number % 3]
            reply = await llmgate.acompletion(messages=f"Question {{number}}", **account)
            progress.step()
            return reply

        async def main():
            return await asyncio.gather(*(ask(number) for number in range({demo.many})))

        replies = asyncio.run(main())
        """
    )
    seconds = time.perf_counter() - start
    peak = min(demo.many, sum(fake.peak_in_flight for fake in demo.fakes))
    demo.screen.say(
        f"{INDENT}{demo.many} calls of half a second each took {seconds:.2f} s together; "
        f"at most {peak} were open at once."
    )
    return f"{len(demo.names['replies'])} answers in {seconds:.2f} s"


#: Title, explanation, and what is played; it returns what the table at the end says about it.
SCENES: list[tuple[str, str, Callable[[Demo], str]]] = [
    (
        "One call for every format",
        "The same call to three providers, each in its own wire format; the answer has one shape.",
        plain_calls,
    ),
    (
        "Nothing lost in silence",
        "Providers differ. What became of each field that you gave stands in the answer.",
        dispositions,
    ),
    ("Streams", "The same call with stream=True yields chunks while they arrive.", streams),
    (
        "A conversation handed on",
        "In the middle of a tool loop Gemini hands over to Claude, Claude to GPT, and the next "
        "question goes to Gemini again. Each gets the whole conversation in its own format; "
        "Gemini gets its own turn back as it had said it, signature included.",
        hand_over,
    ),
    ("Structured output", "An answer that follows a class or a JSON schema.", structured_output),
    (
        "Errors",
        "Every failure is one exception of a small tree, whatever the provider's envelope.",
        errors,
    ),
    (
        "A stream that breaks",
        "If the connection dies, you are told, and what had arrived is not lost.",
        cut_stream,
    ),
    (
        "A router, a budget, a cache",
        "When GPT is down Claude is asked instead; what it costs stays within a budget; who asks "
        "the same again gets the answer that is there.",
        routed,
    ),
    (
        "Many calls at once",
        "In asyncio the same call is awaited; one thread serves all.",
        many_at_once,
    ),
]
