"""What recorded calls cost, against a calculation with Python's Decimal from the table's own rows:
equal to the last digit.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from recordings import (
    ANTHROPIC_APIS,
    CHAT_APIS,
    GEMINI_APIS,
    Exchange,
    load_exchanges,
)

import llmgate
import llmgate.testing
from llmgate._costs import price_usage

TABLE = Path(llmgate.__file__).parent / "data" / "model_facts" / "model_facts.table"
AT = 1_795_000_000  # 2026-11-18, 14:26 UTC
MINUTE = 14 * 60 + 26
TOLD = ("openrouter", "perplexity", "xai", "vercel-gateway")


def rows() -> dict[str, Any]:
    lines = TABLE.read_text().splitlines()[1:]
    pairs = dict(line.split("\t", 1) for line in lines)
    return {key: json.loads(text) for key, text in pairs.items() if not text.startswith("@")}


ROWS = rows()
EXCHANGES = [
    exchange
    for exchange in load_exchanges((*CHAT_APIS, *ANTHROPIC_APIS, *GEMINI_APIS))
    if exchange.status == 200
]


def number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def told(provider: str, usage: dict[str, Any]) -> Decimal | None:
    """The provider's own figure."""
    if provider not in TOLD:
        return None
    if (ticks := usage.get("cost_in_usd_ticks")) is not None:
        return Decimal(ticks) / 10**10
    cost = usage.get("cost")
    if isinstance(cost, dict):
        cost = cost.get("total_cost")
    if cost is None:
        return None
    upstream = (usage.get("cost_details") or {}).get("upstream_inference_cost")
    own_key = Decimal(str(upstream)) if usage.get("is_byok") and upstream is not None else 0
    return Decimal(str(cost)) + own_key


def counts_of_chat(provider: str, usage: dict[str, Any]) -> dict[str, int]:
    sent = usage.get("prompt_tokens_details") or {}
    made = usage.get("completion_tokens_details") or {}
    prompt, completion = number(usage.get("prompt_tokens")), number(usage.get("completion_tokens"))
    reasoning = number(made.get("reasoning_tokens"))
    total = number(usage.get("total_tokens"))
    if provider in ("xai", "gemini") and total > prompt + completion:
        reasoning = reasoning or total - prompt - completion
        completion = total - prompt
    audio = number(sent.get("audio_tokens"))
    if audio and total == prompt + completion + audio:
        prompt += audio
    cached = next(
        (
            number(value)
            for value in (
                sent.get("cached_tokens"),
                usage.get("cached_tokens"),
                usage.get("prompt_cache_hit_tokens"),
                usage.get("num_cached_tokens"),
            )
            if value is not None
        ),
        0,
    )
    return {
        "prompt": prompt,
        "completion": completion,
        "cached": cached,
        "write": number(sent.get("cache_write_tokens")),
        "reasoning": reasoning,
        "audio_sent": audio,
        "audio_made": number(made.get("audio_tokens")),
    }


def counts_of_anthropic(usage: dict[str, Any]) -> dict[str, int]:
    cached = number(usage.get("cache_read_input_tokens"))
    write = number(usage.get("cache_creation_input_tokens"))
    return {
        "prompt": number(usage.get("input_tokens")) + cached + write,
        "completion": number(usage.get("output_tokens")),
        "cached": cached,
        "write": write,
        "long": number((usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens")),
        "reasoning": number((usage.get("output_tokens_details") or {}).get("thinking_tokens")),
        "searches": number((usage.get("server_tool_use") or {}).get("web_search_requests")),
    }


def counts_of_gemini(usage: dict[str, Any]) -> dict[str, int]:
    def of(details: str, modality: str) -> int:
        parts = usage.get(details) or []
        return sum(part["tokenCount"] for part in parts if part.get("modality") == modality)

    reasoning = number(usage.get("thoughtsTokenCount"))
    sent = number(usage.get("promptTokenCount")) + number(usage.get("toolUsePromptTokenCount"))
    return {
        "prompt": sent,
        "completion": number(usage.get("candidatesTokenCount")) + reasoning,
        "cached": number(usage.get("cachedContentTokenCount")),
        "reasoning": reasoning,
        "audio_sent": of("promptTokensDetails", "AUDIO"),
        "image_sent": of("promptTokensDetails", "IMAGE"),
        "video_sent": of("promptTokensDetails", "VIDEO"),
        "image_made": of("candidatesTokensDetails", "IMAGE"),
        "audio_made": of("candidatesTokensDetails", "AUDIO"),
    }


def prices_of(row: dict[str, Any], prompt: int, tier: str) -> dict[str, Decimal]:
    """The prices of a moment: the last hours that hold, the tiers in order, the mode above all."""
    plain = row
    for window in row.get("hours", ()):
        start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (window["from"], window["to"]))
        inside = start <= MINUTE < end if start <= end else start <= MINUTE or end > MINUTE
        plain = window if inside else plain
    prices: dict[str, Decimal] = {}
    for table in (plain, row.get("modes", {}).get(tier, {})):
        reached = [step for step in table.get("tiers", ()) if prompt > step["above"]]
        for part in (table, *sorted(reached, key=lambda step: step["above"])):
            for name, value in part.items():
                if isinstance(value, str) and value.replace(".", "").isdigit():
                    prices[name] = Decimal(value)
    return prices


def calculated(row: dict[str, Any], counts: dict[str, int], tier: str) -> Decimal | None:
    """By the definition: each kind of token at its price, the rest of the prompt as plain input."""
    prices = prices_of(row, counts["prompt"], tier)
    first = prices.get("input"), prices.get("output")
    sums: list[tuple[int, Decimal | None]] = []
    left = counts["prompt"]

    def part(count: int, *names: str) -> int:
        price = next((prices[name] for name in names if name in prices), None)
        sums.append((count, price))
        return count

    left -= part(min(counts.get("cached", 0), left), "cache_read", "input")
    long = min(counts.get("long", 0), counts.get("write", 0))
    left -= part(min(long, left), "cache_write_1h", "cache_write", "input")
    left -= part(min(counts.get("write", 0) - long, left), "cache_write", "input")
    for kind in ("audio", "image", "video"):
        if f"{kind}_input" in prices:
            left -= part(min(counts.get(f"{kind}_sent", 0), left), f"{kind}_input")
    part(left, "input")
    made = counts["completion"]
    for kind in ("audio", "image"):
        if f"{kind}_output" in prices:
            made -= part(min(counts.get(f"{kind}_made", 0), made), f"{kind}_output")
    made -= part(min(counts.get("reasoning", 0), made), "reasoning", "output")
    part(made, "output")
    if any(count and price is None for count, price in sums):
        return None
    total = sum((count * price for count, price in sums if price is not None), Decimal(0)) / 10**6
    searches = counts.get("searches", 0)
    if searches and "web_search" not in prices:
        return None
    assert first is not None
    return total + searches * prices.get("web_search", Decimal(0)) + prices.get("request", 0)


def counts_of(exchange: Exchange, usage: dict[str, Any]) -> dict[str, int]:
    if exchange.api in ANTHROPIC_APIS:
        return counts_of_anthropic(usage)
    if exchange.api in GEMINI_APIS:
        return counts_of_gemini(usage)
    return counts_of_chat(exchange.provider, usage)


def answer_of(exchange: Exchange) -> Any:
    try:
        return llmgate.testing.parse(
            exchange.provider,
            [exchange.payload],
            format=exchange.format,
            status=exchange.status,
            headers=exchange.headers,
            stream=exchange.is_stream,
        )
    except llmgate.LLMGateError:
        return None  # its own test says why


def model_of(exchange: Exchange, answer: Any) -> str:
    """As the engine does: what answered, where it is known, else what was asked."""
    return next(
        (
            name
            for name in (answer.model, exchange.model)
            if name and llmgate._core.model_facts(name, exchange.provider, "") is not None
        ),
        exchange.model,
    )


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=dict))


@pytest.mark.filterwarnings("ignore:the cost of")
@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.id)
def test_a_recorded_call_costs_what_the_table_says(exchange: Exchange) -> None:
    answer = answer_of(exchange)
    if answer is None or not answer.usage or not answer.native_usage:
        pytest.skip("no usage")
    usage = plain(answer.native_usage)
    tier = answer.service_tier
    cost = price_usage(
        model_of(exchange, answer),
        answer.usage,
        provider=exchange.provider,
        service_tier=tier if isinstance(tier, str) else None,
        time=AT,
    )
    own = told(exchange.provider, usage)
    if own is not None:
        assert cost is not None
        assert (cost.total, cost.source) == (own, "provider")
        return
    facts = llmgate._core.model_facts(model_of(exchange, answer), exchange.provider, "")
    row = ROWS[json.loads(facts)["key"]] if facts else {}
    tier = usage.get("service_tier") or usage.get("serviceTier") or tier or ""
    expected = calculated(row, counts_of(exchange, usage), tier) if "by" in row else None
    if expected is None:
        assert cost is None
        return
    assert cost is not None
    assert cost.total == expected
    assert sum(cost.parts.values()) == expected
    assert (cost.source, cost.date, cost.model) == ("table", row["date"], json.loads(facts)["key"])


def test_most_recorded_calls_have_a_known_cost() -> None:
    """Those of the hosted providers; local ones and made-up models have none."""
    known = total = 0
    for exchange in EXCHANGES:
        answer = answer_of(exchange)
        if answer is None or not answer.usage or exchange.provider in ("vllm", "llamacpp"):
            continue
        total += 1
        name = model_of(exchange, answer)
        known += llmgate._core.model_facts(name, exchange.provider, "") is not None
    assert known / total > 0.8
