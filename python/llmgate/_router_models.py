"""A Router's deployments out of the table of facts about models."""

from __future__ import annotations

from llmgate import _core
from llmgate._errors import BadRequestError
from llmgate._models import facts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CHAT = ("chat", "completion", "responses")


def _matching(pattern: str) -> list[Any]:
    """The facts of the models that fit a pattern; of a name without a star, of that model."""
    if "*" not in pattern:
        facts = facts_of(pattern)
        if facts is None:
            raise BadRequestError(f"nothing is known about the model {pattern!r}", model=pattern)
        return [facts]
    found = [facts_of(key) for key in _core.model_keys(pattern)]
    fit = [
        facts
        for facts in found
        if facts and (facts["mode"] or "chat") in _CHAT and not facts["is_deprecated"]
    ]
    if not fit:
        raise BadRequestError(
            f"no model that is known fits {pattern!r}; accepted: a name, or a pattern such as "
            '"anthropic/*" or "openai/gpt-4o*"'
        )
    return fit


def deployments_of(patterns: tuple[str, ...], alias: str | None) -> list[dict[str, Any]]:
    """LiteLLM's list of deployments: each model under its own name, and under the alias."""
    names: dict[str, None] = {}  # in order, each once
    for pattern in patterns:
        for facts in _matching(pattern):
            names[f"{facts['provider']}/{facts['model']}"] = None
    aliases = [None] if alias is None else [None, alias]
    return [
        {"model_name": group or name, "litellm_params": {"model": name}}
        for group in aliases
        for name in names
    ]
