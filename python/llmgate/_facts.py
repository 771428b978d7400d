"""What llmgate knows: providers; and what it makes of chunks."""

from __future__ import annotations

from llmgate import _core
from llmgate._node import Node
from llmgate._views import ModelResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class Provider(Node):
    """A provider's card.

    ``name``, ``aliases``, ``base_url`` (None: give ``api_base``), ``key_variables`` and
    ``base_variables`` (environment variables, the first that is set counts), ``key_variable`` (the
    first of them), ``format``, ``needs_key``, ``source`` (of these facts, with the date read).
    """

    name: str
    aliases: list[str]
    base_url: str | None
    key_variable: str | None
    key_variables: list[str]
    base_variables: list[str]
    format: str
    needs_key: bool
    source: str


def providers() -> list[Provider]:
    """All known providers, in order of name.

    Example:
        >>> import llmgate
        >>> [card.base_url for card in llmgate.providers() if card.name == "openai"]
        ['https://api.openai.com/v1']
    """
    cards = []
    for row in _core.providers():
        for name in ("aliases", "key_variables", "base_variables"):
            row[name] = [part for part in row[name].split("|") if part]
        row["base_url"] = row["base_url"] or None
        row["key_variable"] = row["key_variables"][0] if row["key_variables"] else None
        cards.append(Provider(**row))
    return cards


def stream_chunk_builder(chunks: Iterable[Any], messages: Any = None) -> ModelResponse:
    """Puts the chunks of a stream together into the answer that a plain call would have given.

    Args:
        chunks: chunks of one stream in their order, as objects or dicts in OpenAI's shape.
        messages: accepted for LiteLLM's users; usage is what the chunks report.

    Raises:
        BadRequestError: something that is not a chunk.
        APIResponseValidationError: chunks that contradict the format.

    Example:
        >>> import llmgate
        >>> stream = llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello!", stream=True)
        >>> llmgate.stream_chunk_builder(list(stream)).choices[0].message.content
        'Hello!'
    """
    return ModelResponse(_core.build_from_chunks(chunks))
