"""Tokens: counts, ids and back, without a download and without a network."""

from __future__ import annotations

import os

from llmgate import _core
from llmgate._errors import BadRequestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

_core.set_vocabularies(os.path.join(os.path.dirname(__file__), "data", "vocabularies"))


class TokenCount(int):
    """A number of tokens that knows how sure it is.

    An ``int``, with ``is_estimate``, ``upper_bound`` (what a budget should reserve; the number
    itself where it is exact), ``error`` (the share by which it may be off, 0.0 where it is exact)
    and ``encoding`` (with which the texts were counted).
    """

    upper_bound: int
    error: float
    encoding: str

    def __new__(
        cls, tokens: int, upper_bound: int | None = None, error: float = 0.0, encoding: str = ""
    ) -> TokenCount:
        count = super().__new__(cls, tokens)
        count.upper_bound = tokens if upper_bound is None else upper_bound
        count.error = error
        count.encoding = encoding
        return count

    @property
    def is_estimate(self) -> bool:
        return self.error > 0

    def __reduce__(self) -> tuple[Any, ...]:
        return (TokenCount, (int(self), self.upper_bound, self.error, self.encoding))


def token_counter(
    model: str,
    text: str | Sequence[str] | None = None,
    messages: str | Sequence[Any] | None = None,
    *,
    tools: Sequence[Any] | None = None,
    tool_choice: Any = None,
) -> TokenCount:
    """Counts the tokens of a text, or of a request's prompt.

    Args:
        model: any name that ``completion()`` takes; one without a public vocabulary is estimated.
        text: a text, or parts of one; counted alone, without what a chat adds.
        messages: as for ``completion()``: with roles, tool calls and images (by the published
            arithmetic; nothing is downloaded).
        tools: tool definitions that are sent along.
        tool_choice: as for ``completion()``.

    Returns:
        The count; its ``is_estimate`` and ``upper_bound`` say how far to trust it. See
        docs/tokens.md for the rules and where they come from.

    Raises:
        BadRequestError: neither or both of text and messages, or a value of another type.

    Example:
        >>> import llmgate
        >>> llmgate.token_counter("gpt-4o", "Hello, world!")
        4
        >>> llmgate.token_counter("gpt-4o", messages=[{"role": "user", "content": "Hi"}])
        8
    """
    if (text is None) == (messages is None):
        raise BadRequestError("token_counter() takes either text or messages", model=model)
    if messages is None:
        joined = text if isinstance(text, str) else "".join(text or ())
        return TokenCount(*_core.estimate_text(model, joined))
    return TokenCount(*_core.count_chat(model, messages, tools, tool_choice))


def count(
    text: str | list[str],
    model: str | None = None,
    *,
    encoding: str | None = None,
    threads: int = 0,
) -> Any:
    """Counts the tokens of one text, or of each of many, as fast as it can be done.

    The count is the encoding's: for a model without a public vocabulary use ``token_counter()``,
    which makes an estimate of it. Special tokens count as text. The GIL is released for long texts.

    Args:
        text: a str, or a list of str.
        model: whose encoding to use.
        encoding: its name instead, like ``"o200k_base"``.
        threads: for a list; 0 for as many as there are cores and the texts make worth while.

    Returns:
        An int, or a list of int for a list.

    Example:
        >>> import llmgate
        >>> llmgate.count("Hello, world!", "gpt-4o")
        4
        >>> llmgate.count(["one", "two words"], encoding="cl100k_base")
        [1, 2]
    """
    if encoding is None or model is not None:
        _need_exact(model, encoding)
    return _core.count(text, model, encoding, threads)


def encode(
    model: str | None = None,
    text: str = "",
    *,
    encoding: str | None = None,
    allowed_special: bool | Iterable[str] = False,
) -> list[int]:
    """Turns a text into the ids of its tokens.

    Args:
        model: whose encoding to use.
        text: the text.
        encoding: an encoding's name instead of a model's, like ``"cl100k_base"``.
        allowed_special: special tokens that stand for themselves: True for all, or their texts;
            all others are text, as in what a user wrote.

    Raises:
        BadRequestError: the model has no public vocabulary, or no such encoding exists.

    Example:
        >>> import llmgate
        >>> llmgate.encode("gpt-4", "hello world")
        [15339, 1917]
    """
    _need_exact(model, encoding)
    allowed = True if allowed_special is True else list(allowed_special or ()) or None
    return _core.encode(text, model, encoding, allowed)


def decode(
    model: str | None = None, tokens: Iterable[int] = (), *, encoding: str | None = None
) -> str:
    """Turns ids of tokens back into the text; bytes that are no text become U+FFFD.

    Args:
        model: whose encoding the ids are of.
        tokens: the ids.
        encoding: an encoding's name instead of a model's.

    Raises:
        BadRequestError: an id that the encoding does not have, or as for ``encode()``.

    Example:
        >>> import llmgate
        >>> llmgate.decode("gpt-4", [15339, 1917])
        'hello world'
    """
    _need_exact(model, encoding)
    return _core.decode(tokens, model, encoding).decode("utf-8", errors="replace")


def _need_exact(model: str | None, encoding: str | None) -> None:
    if (model is None) == (encoding is None):
        raise BadRequestError("give either a model or an encoding")
    if model is not None and (facts := _core.model_tokens(model))["is_estimate"]:
        raise BadRequestError(
            f"the vocabulary of '{model}' is not public: token_counter() estimates its counts; for "
            f"those of another encoding say so, like encoding='{facts['encoding']}'",
            model=model,
        )


def fits(
    model: str,
    messages: str | Sequence[Any],
    limit: int,
    *,
    tools: Sequence[Any] | None = None,
) -> bool:
    """Tells whether a prompt is sure to have at most ``limit`` tokens.

    Stops counting as soon as the answer is known. Where the count is an estimate its upper bound
    decides.

    Example:
        >>> import llmgate
        >>> llmgate.fits("gpt-4o", "word " * 1_000_000, 128_000)
        False
    """
    return _core.fits(model, messages, limit, tools)


def encoding_for_model(model: str) -> str:
    """Names the encoding with which the texts for a model are counted.

    Example:
        >>> import llmgate
        >>> llmgate.encoding_for_model("openai/gpt-4o-mini")
        'o200k_base'
    """
    name: str = _core.model_tokens(model)["encoding"]
    return name


def add_vocabulary(path: str | os.PathLike[str]) -> None:
    """Adds the encodings of a vocabulary file of your own, under the names that it gives them.

    For vocabularies whose licence does not let us ship them. ``scripts/make_vocabularies.py`` shows
    how such a file is made.

    Raises:
        BadRequestError: the file is missing or damaged.
    """
    _core.add_vocabulary(os.fspath(path))


def learn_token_usage(
    model: str,
    messages: str | Sequence[Any],
    prompt_tokens: int,
    *,
    tools: Sequence[Any] | None = None,
) -> None:
    """Takes what a provider reported for a prompt into the estimates for the model's family.

    Only estimates learn; exact counts stay what they are. For this process only.

    Args:
        model: the model that was asked.
        messages: what it was sent.
        prompt_tokens: ``response.usage.prompt_tokens``.
        tools: the tools that were sent along.
    """
    _core.learn_usage(model, messages, tools, prompt_tokens)


class TokenStream:
    """Counts a text while it grows, like an answer that is being streamed.

    Only the end that may still change is counted again. Exact at every moment.

    Example:
        >>> import llmgate
        >>> stream = llmgate.TokenStream("gpt-4o")
        >>> for delta in ["Hel", "lo, ", "world!"]:
        ...     stream.append(delta)
        >>> stream.count
        4
    """

    def __init__(self, model: str | None = None, *, encoding: str | None = None) -> None:
        _need_exact(model, encoding)
        self._counter = _core.StreamCounter(model, encoding)

    def append(self, text: str) -> None:
        self._counter.append(text)

    @property
    def count(self) -> int:
        return self._counter.count()
