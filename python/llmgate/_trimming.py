"""Making a conversation fit: the oldest messages go first, what belongs together stays together."""

from __future__ import annotations

from llmgate import _core
from llmgate._errors import BadRequestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_LEFT_OUT = "..."


def _role(message: Any) -> Any:
    return message.get("role") if hasattr(message, "get") else getattr(message, "role", None)


class _Budget:
    """The tokens that are left, by the count's upper bound."""

    def __init__(self, model: str, tokens: int) -> None:
        self._model = model
        self._frame = self._bound([])
        self.left = tokens - self._frame

    def _bound(self, messages: list[Any]) -> int:
        return _core.count_chat(self._model, messages, None, None)[1]

    def cost(self, messages: list[Any]) -> int:
        return self._bound(messages) - self._frame

    def take(self, messages: list[Any]) -> bool:
        cost = self.cost(messages)
        if cost > self.left:
            return False
        self.left -= cost
        return True


def _groups(places: list[int], messages: Sequence[Any]) -> list[list[int]]:
    """Messages with the results of their tool calls, which no provider takes apart from them."""
    groups: list[list[int]] = []
    for place in places:
        if _role(messages[place]) in ("tool", "function") and groups:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _shortened(message: Any, budget: _Budget) -> Any:
    """The message with the middle of its text left out, so that it fits; None if it cannot."""
    text = message.get("content") if isinstance(message, dict) else None
    if not isinstance(text, str):
        return None

    def kept(characters: int) -> dict[str, Any]:
        head = (characters + 1) // 2
        tail = text[len(text) - (characters - head) :]
        return {**message, "content": text[:head] + _LEFT_OUT + tail}

    if budget.cost([kept(0)]) > budget.left:
        return None
    low, high = 0, len(text) - 1
    while low < high:  # the most characters that fit
        middle = (low + high + 1) // 2
        if budget.cost([kept(middle)]) <= budget.left:
            low = middle
        else:
            high = middle - 1
    return kept(low)


def _context_window(model: str) -> int:
    from llmgate._models import facts_of

    facts = facts_of(model)
    if facts is None or facts["context_window"] is None:
        raise BadRequestError(
            f"the context window of {model!r} is not known: give max_tokens",
            model=model,
        )
    window: int = facts["context_window"]
    return window


def trim_messages(
    messages: Sequence[Any],
    model: str,
    trim_ratio: float = 0.75,
    *,
    max_tokens: int | None = None,
    return_response_tokens: bool = False,
) -> Any:
    """Leaves out the oldest messages until the conversation fits.

    System messages stay, and so do the newest others; results of tool calls stay with their calls
    or go with them. If not even the newest fits, the middle of its text is left out.

    Args:
        messages: the conversation; it is not changed.
        model: whose tokens to count.
        trim_ratio: the share of ``max_tokens`` that the messages may take.
        max_tokens: of prompt and answer together; None: the model's context window.
        return_response_tokens: return the tokens that are left for the answer too.

    Returns:
        A list of messages, or that list and an int.

    Raises:
        BadRequestError: the system messages alone do not fit; or max_tokens is None, and the
            context window of the model is not known.

    Example:
        >>> import llmgate
        >>> old, new = ({"role": "user", "content": text} for text in ("word " * 900, "Hi"))
        >>> llmgate.trim_messages([old, new], "gpt-4o", max_tokens=100)
        [{'role': 'user', 'content': 'Hi'}]
    """
    if max_tokens is None:
        max_tokens = _context_window(model)
    budget = _Budget(model, int(max_tokens * trim_ratio))
    is_fixed = [_role(message) in ("system", "developer") for message in messages]
    fixed = [message for message, stays in zip(messages, is_fixed, strict=True) if stays]
    if fixed and not budget.take(fixed):
        raise BadRequestError(
            f"the system messages do not fit into {int(max_tokens * trim_ratio)} tokens",
            model=model,
        )
    groups = _groups([place for place, stays in enumerate(is_fixed) if not stays], messages)
    places = {place for place, stays in enumerate(is_fixed) if stays}
    count = len(groups)
    while groups and budget.take([messages[place] for place in groups[-1]]):
        places.update(groups.pop())
    trimmed = [messages[place] for place in sorted(places)]
    if groups and len(groups) == count:
        short = _shortened(messages[groups[-1][-1]], budget)
        trimmed += [] if short is None else [short]
    if not return_response_tokens:
        return trimmed
    return trimmed, max_tokens - _core.count_chat(model, trimmed, None, None)[1]
