"""Joins what two packages say about models into the rows of one table.

A row's key is `provider/model` in small letters. A name that says the same as another one is a
line of its own, whose value is `@` and the other's key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import model_fact_sources as sources

# Abilities as LiteLLM's table names them, without `supports_`.
ABILITIES = [
    "adaptive_thinking",
    "assistant_prefill",
    "audio_input",
    "audio_output",
    "computer_use",
    "embedding_image_input",
    "function_calling",
    "image_input",
    "max_reasoning_effort",
    "minimal_reasoning_effort",
    "native_streaming",
    "native_structured_output",
    "none_reasoning_effort",
    "parallel_function_calling",
    "pdf_input",
    "prompt_caching",
    "reasoning",
    "response_schema",
    "system_messages",
    "tool_choice",
    "tool_search",
    "url_context",
    "video_input",
    "vision",
    "web_search",
    "xhigh_reasoning_effort",
]

# Whose models run where their caller lets them run: a price of zero is a price.
FREE = {"ollama", "lemonade", "vllm", "llamacpp"}
# What a model is told under one of its names holds under the others.
LENT = ("can", "cannot", "context", "inputs", "max_output", "mode", "outputs")


class Model:
    """One model of a provider, as genai-prices has it."""

    def __init__(self, name: str, facts: dict[str, Any], today: str) -> None:
        self.name = name
        self.match = facts["match"]
        self.prices, self.since = sources.genai_prices(facts, today)
        self.context = facts.get("context_window")
        self.deprecated = facts.get("deprecated")


class Table:
    def __init__(self, providers: dict[str, Any], today: str) -> None:
        self.providers = providers
        self.today = today
        self.models: dict[str, list[Model]] = {}
        self.rows: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, str] = {}
        self.names: dict[str, str] = {}  # as the sources write them, with the keys they should find

    def add_genai(self, providers: list[dict[str, Any]]) -> None:
        for provider in providers:
            name, suffix = self.genai_name(provider["id"])
            for facts in provider["models"]:
                model = Model(facts["id"] + suffix, facts, self.today)
                own = "vertex_ai" if name == "gemini" and "claude" in model.name.lower() else name
                self.models.setdefault(own, []).append(model)
                self.rows.setdefault(f"{own}/{model.name}".lower(), self.row(model, None))
                self.names[f"{own}/{model.name}"] = f"{own}/{model.name}".lower()
                for alias in sources.exact_names(facts["match"]):
                    self.alias(f"{own}/{alias}{suffix}", f"{own}/{model.name}")

    def genai_name(self, identifier: str) -> tuple[str, str]:
        """Hugging Face's router takes the provider behind the model's name."""
        if identifier.startswith("huggingface_"):
            return "huggingface", ":" + identifier.removeprefix("huggingface_")
        return self.providers["genai-prices"].get(identifier, identifier.replace("-", "_")), ""

    def alias(self, name: str, key: str) -> None:
        name, key = name.lower(), key.lower()
        if name != key:
            self.aliases.setdefault(name, key)

    def find(self, provider: str, name: str, prices: sources.Prices) -> Model | None:
        """The model of genai-prices that a name means.

        A name that it lists is taken at once. What only fits a pattern must cost the same: the
        patterns are wider than the models that they were written for.
        """
        models = self.models.get(provider, [])
        for model in models:
            if name.lower() in {model.name.lower(), *sources.exact_names(model.match)}:
                return model
        for model in models:
            if sources.matches(model.match, name.lower()):
                return model if agree(model.prices, prices) else None
        return None

    def add_litellm(self, table: dict[str, dict[str, Any]]) -> None:
        told: dict[str, dict[str, Any]] = {}  # keys that it has itself
        lent: dict[str, dict[str, Any]] = {}  # keys that it has by another name
        for full, facts in table.items():
            provider, name = self.litellm_name(full, facts["litellm_provider"])
            prices = sources.litellm_prices(facts)
            if not is_priced(prices) and provider not in FREE and "free" not in name:
                prices = {
                    key: value for key, value in prices.items() if key not in ("input", "output")
                }
            model = self.find(provider, name, prices)
            key = f"{provider}/{name}".lower()
            row = self.row(model, facts, prices, name)
            # Two of its names may be the same one to us: what says more stays.
            if len(json.dumps(row)) >= len(json.dumps(told.get(key, ""))):
                self.rows[key] = told[key] = row
            self.names[full] = key
            if model:
                lent.setdefault(f"{provider}/{model.name}".lower(), row)
            if "/" not in full or full.split("/")[0] not in {*self.providers["known"], provider}:
                self.alias(full, key)
        for key, row in lent.items():
            if key not in told:
                self.rows[key] |= {field: row[field] for field in LENT if field in row}

    def litellm_name(self, full: str, provider: str) -> tuple[str, str]:
        ours = self.providers["litellm"].get(provider, provider)
        ours = "vertex_ai" if ours.startswith("vertex_ai-") else ours
        first, slash, rest = full.partition("/")
        own = {ours, provider, *self.providers["prefixes"].get(ours, [])}
        return ours, rest if slash and first in own else full

    def row(
        self,
        model: Model | None,
        facts: dict[str, Any] | None,
        litellm: sources.Prices | None = None,
        name: str = "",
    ) -> dict[str, Any]:
        prices, by, date = dict(litellm or {}), "litellm", self.today
        if model and model.prices:
            prices, by, date = dict(model.prices), "genai-prices", model.since or self.today
            if litellm and agree(model.prices, litellm):
                prices = {**litellm, **prices}
                prices["modes"] = {**litellm.get("modes", {}), **model.prices.get("modes", {})}
        prices = {key: value for key, value in prices.items() if value not in ({}, [])}
        row: dict[str, Any] = {"id": name or (model.name if model else "")}
        row |= {"by": by, "date": date} if prices else {}
        row |= prices
        row |= limits(facts or {}, model.context if model else None)
        if model and model.deprecated:
            row["deprecated"] = True
        return row

    def lines(self) -> Iterator[tuple[str, str]]:
        for key, row in self.rows.items():
            if row["id"].lower() == row["id"]:
                row = {field: value for field, value in row.items() if field != "id"}
            yield key, json.dumps(row, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        for name, key in self.aliases.items():
            if name not in self.rows and key in self.rows:
                yield name, "@" + key


def agree(one: sources.Prices, other: sources.Prices) -> bool:
    """Neither of two price sets says another price than the other for what both have."""
    return all(
        one.get(name, other.get(name)) == other.get(name)
        for name in ("input", "output")
        if other.get(name)
    )


def is_priced(prices: sources.Prices) -> bool:
    return any(prices.get(name, "0") != "0" for name in ("input", "output"))


def limits(facts: dict[str, Any], context: int | None) -> dict[str, Any]:
    """What LiteLLM's table says beside prices."""
    whole = {
        name: count(facts.get(name))
        for name in ("max_input_tokens", "max_output_tokens", "max_tokens")
    }
    row = {"context": whole["max_input_tokens"] or context or whole["max_tokens"]}
    row["max_output"] = whole["max_output_tokens"] or whole["max_tokens"]
    row["mode"] = facts.get("mode")
    row["deprecation"] = facts.get("deprecation_date")
    row["inputs"] = facts.get("supported_modalities")
    row["outputs"] = facts.get("supported_output_modalities")
    row["can"] = [name for name in ABILITIES if facts.get(f"supports_{name}") is True]
    row["cannot"] = [name for name in ABILITIES if facts.get(f"supports_{name}") is False]
    return {name: value for name, value in row.items() if value}


def count(value: object) -> int | None:
    return int(float(str(value))) if value and str(value).replace(".", "").isdigit() else None
