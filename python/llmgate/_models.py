"""Facts about models: limits, abilities and prices, looked up by whatever name people use."""

from __future__ import annotations

import os
from collections.abc import Mapping

from llmgate import _core
from llmgate._errors import NotFoundError
from llmgate._warnings import LLMGateWarning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# LiteLLM's names of prices.
_PRICES = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "reasoning": "output_cost_per_reasoning_token",
    "citation": "citation_cost_per_token",
    "audio_input": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
    "audio_cache_read": "cache_read_input_audio_token_cost",
    "image_input": "input_cost_per_image_token",
    "image_output": "output_cost_per_image_token",
    "image_cache_read": "cache_read_input_image_token_cost",
    "video_input": "input_cost_per_video_token",
    "video_output": "output_cost_per_video_token",
    "request": "input_cost_per_request",
    "query": "input_cost_per_query",
    "page": "ocr_cost_per_page",
    "image": "output_cost_per_image",
    "input_image": "input_cost_per_image",
    "input_second": "input_cost_per_second",
    "output_second": "output_cost_per_second",
    "input_character": "input_cost_per_character",
    "output_character": "output_cost_per_character",
    "map_search": "google_maps_grounding_cost_per_query",
}
_SEARCHES = {
    "web_search_low": "search_context_size_low",
    "web_search": "search_context_size_medium",
    "web_search_high": "search_context_size_high",
}
_MODES = {"batch": "_batches"}


def data_folder() -> str:
    """Where ``llmgate prices update`` keeps a newer table: LLMGATE_DATA_DIR, or the user's own."""
    if own := os.environ.get("LLMGATE_DATA_DIR"):
        return own
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    return os.path.join(base or os.path.expanduser("~/.local/share"), "llmgate")


TABLE_NAME = "model_facts.table"
_SHIPPED = os.path.join(os.path.dirname(__file__), "data", "model_facts", TABLE_NAME)


def table_paths() -> list[str]:
    """Where tables may be: the newest that is one counts, the shipped one among equals."""
    own = os.path.join(data_folder(), TABLE_NAME)
    return [_SHIPPED, own] if os.path.exists(own) else [_SHIPPED]


_core.set_model_facts(table_paths())


def facts_of(model: str, provider: str | None = None, base_model: str | None = None) -> Any:
    """What is known about a model, as a dict with prices as decimal texts; None if nothing is."""
    found = _core.model_facts(model, provider or "", base_model or "")
    if found is None:
        return None
    import json

    return json.loads(found)


def _price_fields(prices: dict[str, Any], mode: str, above: str) -> dict[str, Any]:
    """One set of prices under LiteLLM's names."""
    fields: dict[str, Any] = {}
    for name, text in prices.items():
        if name in _PRICES:
            fields[f"{_PRICES[name]}{above}{mode}"] = float(text)
    searches = {_SEARCHES[name]: float(prices[name]) for name in _SEARCHES if name in prices}
    if searches and not mode and not above:
        fields["search_context_cost_per_query"] = searches
    for tier in prices.get("tiers", ()):
        thousands = f"_above_{tier['above'] // 1000}k_tokens"
        fields |= _price_fields(
            {key: value for key, value in tier.items() if key != "above"}, mode, thousands
        )
    return fields


def _litellm_entry(facts: Any) -> dict[str, Any]:
    """The facts in the words of LiteLLM's table."""
    entry: dict[str, Any] = {
        "key": facts["key"],
        "litellm_provider": facts["provider"],
        "mode": facts["mode"],
        "max_tokens": facts["max_output"] or facts["context_window"],
        "max_input_tokens": facts["context_window"],
        "max_output_tokens": facts["max_output"],
        "deprecation_date": facts["deprecation_date"],
        "source": facts["price_source"],
        "source_date": facts["price_date"],
        "supported_modalities": facts["inputs"] or None,
        "supported_output_modalities": facts["outputs"] or None,
    }
    entry = {name: value for name, value in entry.items() if value is not None}
    entry |= {"supports_" + ability: True for ability in facts["can"]}
    entry |= {"supports_" + ability: False for ability in facts["cannot"]}
    entry |= _price_fields(facts["prices"], "", "")
    for mode, prices in facts["modes"].items():
        entry |= _price_fields(prices, _MODES.get(mode, "_" + mode), "")
    return entry


def get_model_info(model: str, custom_llm_provider: str | None = None) -> dict[str, Any]:
    """What is known about a model, in the words of LiteLLM's table.

    Args:
        model: any name that ``completion()`` takes: ``gpt-4o``, ``openai/gpt-4o-2024-08-06``,
            ``anthropic/claude-opus-4.7``.
        custom_llm_provider: whose the model is, if its name does not say it.

    Returns:
        A dict of what is known: ``max_input_tokens``, ``max_output_tokens``, ``mode``,
        ``supports_*``, prices per token as floats (``input_cost_per_token``, ...), ``source`` and
        ``source_date`` of the prices. What is not known is not in it. Exact prices are what
        ``completion_cost()`` calculates with.

    Raises:
        NotFoundError: nothing is known about such a model.

    Example:
        >>> import llmgate
        >>> llmgate.get_model_info("gpt-4o")["max_input_tokens"]
        128000
    """
    facts = facts_of(model, custom_llm_provider)
    if facts is None:
        raise NotFoundError(
            f"nothing is known about the model {model!r}; register_model() adds facts", model=model
        )
    return _litellm_entry(facts)


def get_max_tokens(model: str) -> int | None:
    """The most tokens that an answer of a model may have; None where nobody says.

    Raises:
        NotFoundError: nothing is known about such a model.

    Example:
        >>> import llmgate
        >>> llmgate.get_max_tokens("gpt-4o")
        16384
    """
    limit: int | None = get_model_info(model).get("max_output_tokens")
    return limit


def register_model(models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Lays facts about models over what is known, for this process.

    Args:
        models: facts by a model's name, in the words of LiteLLM's table. Each entry is a part:
            what it does not say stays. A price holds for every size of prompt and every service
            tier for which the entry says no other.

    Returns:
        ``models``.

    Raises:
        BadRequestError: a price is negative, no number or too high to be one; nothing is changed.

    Warns:
        LLMGateWarning: a field is unknown; the nearest known one is named.

    Example:
        >>> import llmgate
        >>> prices = {"input_cost_per_token": 1e-07, "output_cost_per_token": 4e-07}
        >>> _ = llmgate.register_model({"openai/my-tuned-model": prices})
        >>> llmgate.cost_per_token("openai/my-tuned-model", 1_000_000, 0)
        (0.1, 0.0)
    """
    unknown = _core.register_models(models)
    if unknown:
        import warnings

        warnings.warn(
            f"register_model: unknown fields: {', '.join(unknown)}", LLMGateWarning, stacklevel=2
        )
    return models


def set_price_changes(
    *,
    changes: dict[str, Any] | None = None,
    discounts: dict[str, Any] | None = None,
    margins: dict[str, Any] | None = None,
) -> None:
    """Mark-ups and discounts on every cost, instead of those that were set before.

    Args:
        changes: by scope, ``{"factor": 1.05, "per_request": "0.001", "per_token": 0}``: the price
            is multiplied, then dollars are added. Exact as str, int or Decimal's text.
        discounts: by scope, a part of one: LiteLLM's ``cost_discount_config``.
        margins: by scope, a part of one, or ``{"percentage": 0.08, "fixed_amount": 0.0005}``:
            LiteLLM's ``cost_margin_config``.

    A scope is a provider, ``provider/model``, or ``global``; the narrowest one counts. They apply
    to a provider's own figure too.

    Raises:
        BadRequestError: an unknown name, a discount above one, a negative factor.

    Example:
        >>> import llmgate
        >>> llmgate.set_price_changes(margins={"openai": 0.1})
        >>> llmgate.cost_per_token("gpt-4o", 1_000_000, 0)
        (2.75, 0.0)
        >>> llmgate.set_price_changes()
    """
    parts = {"changes": changes, "discounts": discounts, "margins": margins}
    _core.change_prices({name: part for name, part in parts.items() if part})


class ModelCost(Mapping[str, "dict[str, Any]"]):
    """All models in the words of LiteLLM's table, each made when it is asked for.

    Keys are ``provider/model``; a look-up takes any name that ``completion()`` takes.
    """

    def __getitem__(self, name: str) -> dict[str, Any]:
        facts = facts_of(name)
        if facts is None:
            raise KeyError(name)
        return _litellm_entry(facts)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and facts_of(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(_core.model_keys("*"))

    def __len__(self) -> int:
        return len(_core.model_keys("*"))

    def __repr__(self) -> str:
        return f"<facts about {len(self)} models, {_core.model_facts_date()}>"


model_cost = ModelCost()
