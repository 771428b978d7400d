"""One scripted provider of each of the three formats, asked through llmgate."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import llmgate
from llmgate.testing import FakeProvider, FormatName, Reply, ToolCall

KEY = "sk-of-the-tests"
MODELS: dict[str, tuple[str, FormatName]] = {
    "anthropic": ("claude-sonnet-4-5", "anthropic.messages"),
    "gemini": ("gemini-3-pro-preview", "gemini.generateContent"),
    "openai": ("gpt-4o", "openai.chat"),
}
NAMES = list(MODELS)
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}},
    {"type": "function", "function": {"name": "now", "parameters": {"type": "object"}}},
]
CALLS = [ToolCall("get_weather", {"city": "Zürich"}), ToolCall("now")]


@dataclass
class Side:
    """A scripted provider and how it is called."""

    name: str
    model: str
    fake: FakeProvider
    more: dict[str, Any] = field(default_factory=dict)

    def arguments(self, **more: Any) -> dict[str, Any]:
        return {
            "model": f"{self.name}/{self.model}",
            "api_base": self.fake.url,
            "api_key": KEY,
            "timeout": 20,
            **self.more,
            **more,
        }

    def ask(self, messages: Any = "Hi", *replies: Reply | str, **more: Any) -> Any:
        """A plain call; `replies` are scripted first."""
        if replies:
            self.fake.script(replies)
        return llmgate.completion(messages=messages, **self.arguments(**more))

    def stream(self, messages: Any = "Hi", *replies: Reply | str, **more: Any) -> list[Any]:
        """The chunks of a streamed call."""
        if replies:
            self.fake.script(replies)
        usage = {"stream_options": {"include_usage": True}} if self.name == "openai" else {}
        more = {"stream": True, **usage, **more}
        return list(llmgate.completion(messages=messages, **self.arguments(**more)))

    def read_into(self, chunks: list[Any], reply: Reply) -> None:
        """A streamed call whose chunks stay in the list when it fails."""
        self.fake.script([reply])
        for chunk in llmgate.completion(messages="Hi", **self.arguments(stream=True)):
            chunks.append(chunk)

    def answer(self, way: str, messages: Any, *replies: Reply | str, **more: Any) -> Any:
        """The response of a plain call, of a stream, or built from a stream's chunks."""
        if way == "plain":
            return self.ask(messages, *replies, **more)
        if way == "built":
            return llmgate.stream_chunk_builder(self.stream(messages, *replies, **more))
        self.fake.script(replies)
        stream = llmgate.completion(messages=messages, **self.arguments(stream=True, **more))
        for _ in stream:
            pass
        return stream.response

    @property
    def sent(self) -> Any:
        """The body of the last request."""
        return self.fake.requests[-1].body


@contextlib.contextmanager
def side_of(name: str, *replies: Reply | str) -> Iterator[Side]:
    model, format_name = MODELS[name]
    with FakeProvider(replies, format=format_name, api_key=KEY) as fake:
        yield Side(name, model, fake)


def message_of(response: Any) -> Any:
    return response.choices[0].message


def losses(response: Any) -> dict[str, str]:
    """What became of the fields that were not kept, by path; the last word on each."""
    return {note.path: note.action for note in response.dispositions if note.action != "kept"}


def results_for(message: Any) -> list[dict[str, Any]]:
    """A tool message for each call of an assistant's message."""
    return [
        {"role": "tool", "tool_call_id": call["id"], "content": f"result {place}"}
        for place, call in enumerate(dict(message.model_dump())["tool_calls"])
    ]
