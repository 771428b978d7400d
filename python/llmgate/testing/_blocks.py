"""What a model's turn is scripted of: texts, reasoning, tool calls, server tools, usage."""

from __future__ import annotations

import json as _json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True)
class ToolCall:
    """One call of a tool, as the model makes it.

    `arguments` is a mapping, sent as JSON, or a string, sent as it is (also when it is not valid
    JSON, as some models send it). Where a format has an object in this place (Anthropic and Gemini
    in plain answers), a string that is no JSON object is sent as a JSON string. Without `id` the
    provider numbers its calls itself; Gemini then sends none, as it does for most calls.

    >>> ToolCall("get_weather", {"city": "Oslo"}).arguments_text
    '{"city": "Oslo"}'
    """

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    id: str | None = None

    @property
    def arguments_text(self) -> str:
        """The arguments as the text that goes over the wire."""
        if isinstance(self.arguments, str):
            return self.arguments
        return _json.dumps(dict(self.arguments), ensure_ascii=False)

    @property
    def arguments_value(self) -> Any:
        """The arguments as a JSON value: an object, or the text where it is none."""
        if not isinstance(self.arguments, str):
            return dict(self.arguments)
        try:
            value = _json.loads(self.arguments or "{}")
        except ValueError:
            return self.arguments
        return value if isinstance(value, dict) else self.arguments


@dataclass(frozen=True)
class Citation:
    """Where a text was taken from; it stands for the whole text it is given with.

    Args:
      url, title: the source's address and heading.
      quote: the words of the source that are cited (Anthropic sends them, the others do not).

    >>> Citation("https://example.com/rhine", "The Rhine").title
    'The Rhine'
    """

    url: str
    title: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Text:
    """A text with its citations; a plain string stands for one without.

    Anthropic sends each as a block of its own, Gemini as a part; OpenAI joins all of an answer.

    >>> Text("It rises in the Alps.", [Citation("https://example.com")]).citations[0].url
    'https://example.com'
    """

    text: str
    citations: Sequence[Citation] = ()


@dataclass(frozen=True)
class Reasoning:
    """Thinking before an answer or a call.

    Args:
      text: the thinking, or its summary. "" with Anthropic: a block with a signature only; with
        Gemini: no thought is shown, the signature still comes.
      signature: what the provider demands back. None: one is made; "": none is sent.
      redacted: Anthropic sends `text` as the data of a redacted_thinking block; the others do not
        show it.

    >>> Reasoning("The user asks for the capital.").signature is None
    True
    """

    text: str = ""
    signature: str | None = None
    redacted: bool = False


@dataclass(frozen=True)
class ServerTool:
    """A tool that the provider ran itself, with its result. OpenAI's chat format does not show it.

    Args:
      name: "web_search", "code_execution", ... as Anthropic names it. Gemini sends "code_execution"
        as executableCode and codeExecutionResult, others as toolCall and toolResponse.
      input: what the tool was given; code is in its member "code".
      result: what the provider sends as the result, in its own shape. For "code_execution" at
        Gemini a string is the output.
      id: None: the provider makes one.

    >>> ServerTool("code_execution", {"code": "print(1)"}, "1").name
    'code_execution'
    """

    name: str
    input: Mapping[str, Any] = field(default_factory=dict)
    result: Any = ""
    id: str | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens used, to be sent in the shape of whichever provider answers.

    Args:
      input: all tokens of the prompt, cached ones included.
      output: all tokens of the answer, reasoning included.
      cached: how many of `input` were read from the provider's cache.
      cache_written: how many of `input` were written to it (Gemini and OpenAI do not report it).
      reasoning: how many of `output` were reasoning.

    Raises ValueError where a part is larger than its whole.

    >>> Usage(input=100, output=20, cached=80, reasoning=5).input
    100
    """

    input: int = 0
    output: int = 0
    cached: int = 0
    cache_written: int = 0
    reasoning: int = 0

    def __post_init__(self) -> None:
        if self.cached + self.cache_written > self.input or self.reasoning > self.output:
            raise ValueError("cached and cache_written are part of input, reasoning of output")


#: A piece of a model's turn. A mapping is a block (Anthropic) or a part (Gemini) in the provider's
#: own JSON and sent as it is; OpenAI's chat format leaves it out.
Block: TypeAlias = str | Text | Reasoning | ToolCall | ServerTool | Mapping[str, Any]
