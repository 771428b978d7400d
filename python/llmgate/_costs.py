"""What calls cost: exact, in parts, with who says so; and what one would cost."""

from __future__ import annotations

from llmgate import _core
from llmgate._cost import Cost
from llmgate._errors import BadRequestError, NotFoundError
from llmgate._warnings import warn_unknown_cost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_INPUT = ("input", "cached_input", "cache_write", "cache_write_1h", "audio_input", "image_input")

_MOST_TOKENS = 10**15

_COUNTS = (
    *("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"),
    *("promptTokenCount", "totalTokenCount"),
)


def _field(holder: Any, name: str) -> Any:
    return holder.get(name) if hasattr(holder, "get") else getattr(holder, name, None)


def _is_usage(value: Any) -> bool:
    return any(_field(value, name) is not None for name in _COUNTS)


def _prices_text(prices: Mapping[str, Any] | None) -> str:
    import json

    return "" if prices is None else json.dumps(dict(prices), default=str)


def _now() -> int:
    import time

    return int(time.time())


def price_usage(
    model: str,
    usage: Any,
    *,
    provider: str | None = None,
    base_model: str | None = None,
    service_tier: str | None = None,
    is_batch: bool = False,
    time: int | None = None,
    prices: Mapping[str, Any] | None = None,
) -> Cost | None:
    """What a usage costs; None, and one warning for each model, where that is not known."""
    found = _core.price_usage(
        model,
        usage,
        provider or "",
        base_model or "",
        service_tier or "",
        is_batch,
        _now() if time is None else time,
        _prices_text(prices),
    )
    if found is None:
        warn_unknown_cost(model)
        return None
    return Cost(*found)


def _texts_as_usage(model: str, prompt: Any, messages: Any, completion: str) -> dict[str, int]:
    """A usage by our own count, where no provider has said one."""
    sent = 0
    if messages:
        sent = _core.count_chat(model, messages, None, None)[0]
    elif prompt:
        sent = _core.estimate_text(model, prompt)[0]
    made = _core.estimate_text(model, completion)[0] if completion else 0
    return {"prompt_tokens": sent, "completion_tokens": made}


def _asked(response: Any) -> tuple[str | None, str | None]:
    """Provider and model of the attempt that brought an answer of ours."""
    route = getattr(response, "route", None)
    return (route[-1].provider, route[-1].model) if route else (None, None)


def completion_cost(
    completion_response: Any = None,
    model: str | None = None,
    prompt: str = "",
    messages: Any = None,
    completion: str = "",
    *,
    custom_llm_provider: str | None = None,
    base_model: str | None = None,
    service_tier: str | None = None,
    is_batch: bool = False,
    custom_cost_per_token: Mapping[str, Any] | None = None,
) -> Cost | None:
    """What a call cost.

    Args:
        completion_response: an answer (ours, openai's or LiteLLM's objects, or a dict) with its
            ``usage``, or the usage itself.
        model: whose prices to take, if the answer does not say it or to overrule it.
        prompt, messages, completion: texts to be counted, in place of an answer.
        custom_llm_provider: whose the model is, if its name does not say it.
        base_model: the model behind a deployment of another name.
        service_tier: that the request was served with, if the answer does not say it.
        is_batch: the request was part of a batch.
        custom_cost_per_token: prices for this call alone, in LiteLLM's words:
            ``{"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}``.

    Returns:
        The cost. None where it is not known, with one warning: it is never zero for that.

    Raises:
        BadRequestError: no model is named, or there is neither an answer nor a text.

    Example:
        >>> import llmgate
        >>> usage = {"prompt_tokens": 1000, "completion_tokens": 100}
        >>> cost = llmgate.completion_cost({"model": "gpt-4o", "usage": usage})
        >>> cost.total, cost.parts["output"], cost.source
        (Decimal('0.0035'), Decimal('0.001'), 'table')
    """
    response = completion_response
    usage = None
    answered = None
    if response is not None:
        usage = response if _is_usage(response) else _field(response, "usage")
        answered = None if _is_usage(response) else _field(response, "model")
        asked_provider, asked_model = _asked(response)
        service_tier = service_tier or _field(response, "service_tier")
        if model is None and custom_llm_provider is None and asked_provider:
            custom_llm_provider = asked_provider
            known = _core.model_facts(answered or "", asked_provider, "")
            answered = answered if known is not None else asked_model
    name = model or answered
    if not name:
        raise BadRequestError("completion_cost() needs a model: neither argument nor answer has it")
    if usage is None:
        if response is not None and not (prompt or messages or completion):
            warn_unknown_cost(name)
            return None
        if not (prompt or messages or completion):
            raise BadRequestError("completion_cost() has nothing to count: no usage and no texts")
        usage = _texts_as_usage(name, prompt, messages, completion)
    return price_usage(
        name,
        usage,
        provider=custom_llm_provider,
        base_model=base_model,
        service_tier=service_tier,
        is_batch=is_batch,
        prices=custom_cost_per_token,
    )


def cost_per_token(
    model: str,
    prompt_tokens: int = 0,
    completion_tokens: int = 0,
    *,
    custom_llm_provider: str | None = None,
    cache_creation_input_tokens: int = 0,
    cache_read_input_tokens: int = 0,
    usage_object: Any = None,
    service_tier: str | None = None,
    custom_cost_per_token: Mapping[str, Any] | None = None,
) -> tuple[float, float]:
    """What a prompt and an answer of so many tokens cost, each in US dollars.

    Args:
        model: any name that ``completion()`` takes.
        prompt_tokens: with the cached ones.
        completion_tokens: with reasoning.
        custom_llm_provider: whose the model is, if its name does not say it.
        cache_creation_input_tokens, cache_read_input_tokens: how many of the prompt's are so.
        usage_object: a provider's usage, in place of the counts.
        service_tier: as the provider names it.
        custom_cost_per_token: as for :func:`completion_cost`.

    Raises:
        NotFoundError: no price is known; it is never taken as zero.

    Example:
        >>> import llmgate
        >>> llmgate.cost_per_token("gpt-4o", prompt_tokens=1000, completion_tokens=100)
        (0.0025, 0.001)
    """
    usage = usage_object or {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "prompt_tokens_details": {
            "cached_tokens": cache_read_input_tokens,
            "cache_write_tokens": cache_creation_input_tokens,
        },
    }
    prices = _prices_text(custom_cost_per_token)
    found = _core.price_usage(
        model, usage, custom_llm_provider or "", "", service_tier or "", False, _now(), prices
    )
    if found is None:
        raise NotFoundError(f"no price is known for the model {model!r}", model=model)
    cost = Cost(*found)
    sent = sum(cost.parts.get(name, 0) for name in _INPUT)
    # What is added or taken off for all of it is shared out as the rest is.
    change = cost.parts.get("change", 0)
    plain = cost.total - change
    share = sent / plain if plain else 1
    return float(sent + change * share), float(plain - sent + change * (1 - share))


def get_cost(model: str, messages: Any = None) -> Cost | None:
    """What a usage, an answer or a prompt costs.

    Args:
        model: any name that ``completion()`` takes.
        messages: an answer, its ``usage``, or messages (then: what sending them costs).

    Returns:
        The cost; None, and one warning, where it is not known.

    Example:
        >>> import llmgate
        >>> llmgate.get_cost("gpt-4o", {"prompt_tokens": 1000, "completion_tokens": 100})
        Cost($0.0035, table, 2026-11-22)
    """
    if isinstance(messages, (str, list, tuple)):
        return completion_cost(None, model, messages=messages)
    return completion_cost(messages, model)


def estimate_cost(
    model: str,
    messages: Any = None,
    max_tokens: int | None = None,
    *,
    text: str | None = None,
    tools: Sequence[Any] | None = None,
    custom_llm_provider: str | None = None,
    service_tier: str | None = None,
) -> Cost | None:
    """What a call would cost, before it is sent.

    Args:
        model: any name that ``completion()`` takes.
        messages: as for ``completion()``.
        max_tokens: of the answer; None: as many as the model can give.
        text: a prompt alone, in place of messages.
        tools: tool definitions that are sent along.
        custom_llm_provider: whose the model is, if its name does not say it.
        service_tier: that the request asks for.

    Returns:
        The cost with an answer of ``max_tokens``, by the count of the prompt; ``upper_bound`` is
        what it can cost at most, tools that the provider runs aside. None, and one warning, where
        no price or no limit is known.

    Example:
        >>> import llmgate
        >>> cost = llmgate.estimate_cost("gpt-4o", "What is a gateway?", max_tokens=100)
        >>> cost.parts["output"], cost.upper_bound >= cost.total
        (Decimal('0.001'), True)
    """
    if (messages is None) == (text is None):
        raise BadRequestError("estimate_cost() takes either messages or text", model=model)
    if max_tokens is not None and not 0 <= max_tokens <= _MOST_TOKENS:
        raise BadRequestError(
            f"$.max_tokens: is {max_tokens}; accepted: a whole number from 0 to {_MOST_TOKENS}",
            model=model,
        )
    if text is not None:
        count, bound = _core.estimate_text(model, text)[:2]
    else:
        count, bound = _core.count_chat(model, messages, tools, None)[:2]
    if max_tokens is None:
        from llmgate._models import facts_of

        facts = facts_of(model, custom_llm_provider)
        max_tokens = facts["max_output"] if facts else None
    if max_tokens is None:
        warn_unknown_cost(model)
        return None
    usage = {"prompt_tokens": count, "completion_tokens": max_tokens}
    cost = price_usage(model, usage, provider=custom_llm_provider, service_tier=service_tier)
    if cost is not None:
        from decimal import Decimal

        highest = _core.bound_cost(
            model, bound, max_tokens, custom_llm_provider or "", "", service_tier or "", _now()
        )
        cost.upper_bound = None if highest is None else Decimal(highest)
    return cost
