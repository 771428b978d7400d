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

    ``name``, ``aliases``, ``base_url`` (None: give ``api_base``; ``{NAME}`` in it stands for a
    setting or a variable), ``base_path`` (appended to an ``api_base`` that lacks it),
    ``key_variables``, ``token_variables`` and ``base_variables`` (environment variables, the first
    that is set counts), ``key_variable`` (the first of the key's), ``key_header`` (in which the key
    travels; ``authorization`` is a bearer's), ``token_argument`` (of an access token in place of a
    key), ``headers`` (that every request has), ``settings`` (what the URL needs besides: a list of
    nodes with ``argument``, ``aliases``, ``variables`` and ``default``), ``format``, ``rules``
    (fields that are dropped or renamed: nodes with ``action``, ``field``, ``to``, ``models`` as
    prefixes, ``reason``), ``is_markerless`` (its streams end by closing), ``needs_key``, ``source``
    (of these facts, with the date read).
    """

    name: str
    aliases: list[str]
    base_url: str | None
    base_path: str | None
    key_variable: str | None
    key_variables: list[str]
    key_header: str
    token_argument: str | None
    token_variables: list[str]
    base_variables: list[str]
    headers: dict[str, str]
    settings: list[Node]
    format: str
    rules: list[Node]
    is_markerless: bool
    needs_key: bool
    source: str


def _parts(text: str) -> list[str]:
    return [part for part in text.split("|") if part]


def providers() -> list[Provider]:
    """All known providers, in order of name.

    Example:
        >>> import llmgate
        >>> [card.base_url for card in llmgate.providers() if card.name == "openai"]
        ['https://api.openai.com/v1']
    """
    cards = []
    for row in _core.providers():
        for name in ("aliases", "key_variables", "token_variables", "base_variables"):
            row[name] = _parts(row[name])
        for name in ("base_url", "base_path", "token_argument"):
            row[name] = row[name] or None
        for setting in row["settings"]:
            setting["argument"] = setting["argument"] or None
            setting["default"] = setting["default"] or None
            for name in ("aliases", "variables"):
                setting[name] = _parts(setting[name])
        row["settings"] = [Node(**setting) for setting in row["settings"]]
        for rule in row["rules"]:
            rule["to"] = rule["to"] or None
            rule["models"] = _parts(rule["models"])
        row["rules"] = [Node(**rule) for rule in row["rules"]]
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
