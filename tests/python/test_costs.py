"""Costs asked for by name: exact, in parts, never zero because a price is not known."""

from __future__ import annotations

import copy
import json
import pickle
import warnings
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

import llmgate
from llmgate import _core, _models, _warnings
from llmgate.testing import FakeProvider

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    _core.reset_models()
    yield
    _core.reset_models()
    _warnings._warned.clear()


def test_a_cost_is_a_float_that_knows_the_exact_figure() -> None:
    cost = llmgate.completion_cost({"model": "gpt-4o", "usage": USAGE})
    assert isinstance(cost, float)
    assert cost == 0.0035
    assert cost.total == Decimal("0.0035")
    assert cost.parts == {"input": Decimal("0.0025"), "output": Decimal("0.001")}
    assert (cost.source, cost.model) == ("table", "openai/gpt-4o")
    assert cost.date is not None
    assert len(cost.date) == 10
    assert (f"{cost}", f"{cost:.2f}", str(cost)) == ("0.0035", "0.00", "0.0035")
    assert repr(cost) == f"Cost($0.0035, table, {cost.date})"
    assert "<td>output</td>" in cost._repr_html_()
    assert json.dumps({"cost": cost}) == '{"cost": 0.0035}'


def test_a_cost_survives_copies() -> None:
    cost = llmgate.estimate_cost("gpt-4o", "Hello", max_tokens=10)
    assert cost is not None
    for other in (pickle.loads(pickle.dumps(cost)), copy.deepcopy(cost), copy.copy(cost)):
        assert other == cost
        assert (other.total, other.parts, other.source) == (cost.total, cost.parts, cost.source)
        assert (other.date, other.model, other.upper_bound) == (
            cost.date,
            cost.model,
            cost.upper_bound,
        )


def test_tiny_costs_are_written_without_an_exponent() -> None:
    cost = llmgate.get_cost("gpt-4o-mini", {"prompt_tokens": 1, "completion_tokens": 0})
    assert str(cost) == "0.00000015"


def test_an_answer_may_be_of_any_make() -> None:
    exact = Decimal("0.0035")
    whole = {"model": "gpt-4o-2024-08-06", "usage": USAGE}
    for answer in (whole, SimpleNamespace(model="gpt-4o", usage=USAGE)):
        cost = llmgate.completion_cost(answer)
        assert cost is not None
        assert cost.total == exact
    for usage in (
        {"input_tokens": 900, "output_tokens": 100, "cache_read_input_tokens": 100},
        {"promptTokenCount": 1000, "candidatesTokenCount": 100, "totalTokenCount": 1100},
    ):
        cost = llmgate.completion_cost(usage, "openai/gpt-4o")
        assert cost is not None
        assert cost.parts["output"] == Decimal("0.001")


def test_our_own_answer_is_priced_by_where_it_came_from() -> None:
    with FakeProvider() as fake:
        response = llmgate.completion("openai/gpt-4o", "Hi", api_base=fake.url, api_key="k")
    usage = response.usage
    cost = llmgate.completion_cost(response)
    assert usage is not None
    assert cost is not None
    assert cost.model == "openai/gpt-4o"
    sent, made = usage.prompt_tokens or 0, usage.completion_tokens or 0
    assert cost.total == (Decimal("2.5") * sent + 10 * made) / 1_000_000 > 0


def test_an_answer_without_usage_has_no_known_cost() -> None:
    response = llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello!")
    with pytest.warns(llmgate.LLMGateWarning, match="cost of 'gpt-4o' is not known"):
        assert llmgate.completion_cost(response) is None


def test_texts_are_counted() -> None:
    cost = llmgate.completion_cost(model="gpt-4o", prompt="Hello, world!", completion="Hello!")
    assert cost is not None
    assert cost.parts["input"] == 4 * Decimal("0.0000025")
    chat = llmgate.completion_cost(model="gpt-4o", messages=[{"role": "user", "content": "Hi"}])
    assert chat is not None
    assert chat.total == 8 * Decimal("0.0000025")


def test_service_tiers_and_batches_have_their_prices() -> None:
    prices = {
        "input_cost_per_token": 2e-06,
        "input_cost_per_token_priority": 4e-06,
        "input_cost_per_token_batches": 1e-06,
    }
    llmgate.register_model({"openai/tiered": prices})
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    answer = {"model": "openai/tiered", "usage": usage}
    assert llmgate.completion_cost(answer) == 2
    assert llmgate.completion_cost(answer, service_tier="priority") == 4
    assert llmgate.completion_cost({**answer, "service_tier": "priority"}) == 4
    assert llmgate.completion_cost(answer, is_batch=True) == 1


def test_what_is_not_known_is_none_and_one_warning() -> None:
    with pytest.warns(llmgate.LLMGateWarning, match="cost of 'openai/nobody-knows-it'") as noted:
        costs = [llmgate.get_cost("openai/nobody-knows-it", USAGE) for _ in range(2)]
    assert costs == [None, None]
    assert [note.filename for note in noted] == [__file__]
    with pytest.raises(llmgate.NotFoundError, match="no price is known"):
        llmgate.cost_per_token("openai/nobody-knows-it", 1, 1)


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(llmgate.BadRequestError, match="needs a model"):
        llmgate.completion_cost({"usage": USAGE})
    with pytest.raises(llmgate.BadRequestError, match="nothing to count"):
        llmgate.completion_cost(model="gpt-4o")
    with pytest.raises(llmgate.BadRequestError, match="no counts of tokens"):
        llmgate.completion_cost({"usage": {"tokens": 5}}, "gpt-4o")
    with pytest.raises(llmgate.BadRequestError, match="either messages or text"):
        llmgate.estimate_cost("gpt-4o")


@pytest.mark.parametrize("count", [-5, 10**30, "7", 1e300, 2.5, True, float("nan")])
def test_a_count_that_is_none_is_refused(count: Any) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": 1}
    with pytest.raises(llmgate.BadRequestError, match="prompt_tokens"):
        llmgate.completion_cost({"model": "gpt-4o", "usage": usage})
    with pytest.raises(llmgate.BadRequestError, match="prompt_tokens"):
        llmgate.cost_per_token("gpt-4o", prompt_tokens=count)


@pytest.mark.parametrize("count", [-5, 10**30])
def test_an_estimate_for_an_impossible_answer_is_refused(count: int) -> None:
    with pytest.raises(llmgate.BadRequestError, match="max_tokens"):
        llmgate.estimate_cost("gpt-4o", "Hi", max_tokens=count)


def test_prices_may_be_given_for_one_call() -> None:
    prices = {"input_cost_per_token": "0.000001", "output_cost_per_token": Decimal("0.00001")}
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    for model in ("gpt-4o", "hosted_vllm/nobody-knows-it"):
        cost = llmgate.completion_cost({"usage": usage}, model, custom_cost_per_token=prices)
        assert cost is not None
        assert (cost.total, cost.source) == (Decimal("0.002"), "registered")
        each = llmgate.cost_per_token(model, 1000, 100, custom_cost_per_token=prices)
        assert each == (0.001, 0.001)
    assert llmgate.completion_cost({"usage": usage}, "gpt-4o") == 0.0035
    with pytest.raises(llmgate.BadRequestError, match=r"input_cost_per_token: -1"):
        llmgate.cost_per_token("gpt-4o", custom_cost_per_token={"input_cost_per_token": -1})


def test_cost_per_token_shares_out_the_whole() -> None:
    assert llmgate.cost_per_token("gpt-4o", 1000, 100) == (0.0025, 0.001)
    cached = llmgate.cost_per_token("gpt-4o", 1000, 0, cache_read_input_tokens=1000)
    assert cached == (0.00125, 0.0)
    written = llmgate.cost_per_token("claude-opus-4-7", 1000, 0, cache_creation_input_tokens=1000)
    assert written == (0.00625, 0.0)
    llmgate.set_price_changes(margins={"openai": 0.1})
    assert llmgate.cost_per_token("gpt-4o", 1000, 100) == (0.00275, 0.0011)


def test_an_estimate_has_a_bound() -> None:
    cost = llmgate.estimate_cost("gpt-4o", "Hello", max_tokens=100)
    assert cost is not None
    assert cost.upper_bound is not None
    assert cost.upper_bound >= cost.total > Decimal("0.001")
    longest = llmgate.estimate_cost("gpt-4o", text="Hello")
    assert longest is not None
    assert longest.parts["output"] == 16384 * Decimal("0.00001")
    guessed = llmgate.estimate_cost("claude-opus-4-7", "Hello there", max_tokens=10)
    assert guessed is not None
    assert guessed.upper_bound is not None
    assert guessed.upper_bound > guessed.total
    with pytest.warns(llmgate.LLMGateWarning):
        assert llmgate.estimate_cost("openai/nobody-knows-it", "Hi") is None


def test_the_providers_own_figure_comes_first() -> None:
    usage: dict[str, Any] = {**USAGE, "cost": 0.000145}
    cost = llmgate.get_cost("openrouter/openai/gpt-4o", usage)
    assert cost is not None
    assert (cost.total, cost.source, cost.date) == (Decimal("0.000145"), "provider", None)
    assert llmgate.get_cost("openai/gpt-4o", usage) == 0.0035


def test_mark_ups_and_discounts() -> None:
    llmgate.set_price_changes(
        changes={"openai/gpt-4o": {"factor": "0.5", "per_request": "0.001"}},
        discounts={"anthropic": 0.1},
    )
    cost = llmgate.get_cost("gpt-4o", USAGE)
    assert cost is not None
    assert cost.total == Decimal("0.00275")
    assert sum(cost.parts.values()) == cost.total
    assert llmgate.cost_per_token("claude-opus-4-7", 1000)[0] == 0.0045
    llmgate.set_price_changes()
    assert llmgate.get_cost("gpt-4o", USAGE) == 0.0035
    with pytest.raises(llmgate.BadRequestError, match="did you mean 'factor'"):
        llmgate.set_price_changes(changes={"openai": {"factr": 2}})


def test_registered_facts_count_at_once() -> None:
    llmgate.register_model({"gpt-4o": {"input_cost_per_token": 1e-06}})
    cost = llmgate.get_cost("openai/gpt-4o", USAGE)
    assert cost is not None
    assert (cost.total, cost.source, cost.date) == (Decimal("0.002"), "registered", None)
    assert llmgate.get_max_tokens("gpt-4o") == 16384
    for bad in (-1e-06, "nan", 15, True):
        with pytest.raises(llmgate.BadRequestError, match=r"input_cost_per_token"):
            llmgate.register_model({"gpt-4o": {"input_cost_per_token": bad}})
    with pytest.raises(llmgate.BadRequestError):
        llmgate.register_model({"gpt-4o": {"input_cost_per_token": float("nan")}})
    with pytest.warns(llmgate.LLMGateWarning, match=r"input_cost_per_tokn \(input_cost_per_token"):
        llmgate.register_model({"gpt-4o": {"input_cost_per_tokn": 1e-06}})


def test_facts_are_found_by_every_name() -> None:
    facts = llmgate.get_model_info("gpt-4o")
    assert facts["litellm_provider"] == "openai"
    assert facts["max_input_tokens"] == 128_000
    assert facts["input_cost_per_token"] == 2.5e-06
    assert facts["supports_vision"] is True
    for name in ("openai/gpt-4o", "openai:gpt-4o", "gpt-4o-2099-12-31", "openai/GPT-4o"):
        assert llmgate.get_model_info(name)["key"] == "openai/gpt-4o"
    assert llmgate.get_model_info("gpt-4o", "azure")["key"] == "azure/gpt-4o"
    with pytest.raises(llmgate.NotFoundError, match="nothing is known"):
        llmgate.get_model_info("openai/nobody-knows-it")
    with pytest.raises(llmgate.NotFoundError):
        llmgate.get_max_tokens("openai/nobody-knows-it")


def test_model_cost_is_a_mapping() -> None:
    table = llmgate.model_cost
    assert table["gpt-4o"] == llmgate.get_model_info("gpt-4o")
    assert "gpt-4o" in table
    assert "nobody-knows-it" not in table
    assert 5 not in table
    assert table.get("nobody-knows-it") is None
    keys = list(table)
    assert len(keys) == len(table) > 5000
    assert keys == sorted(keys)
    assert table[keys[0]]["key"] == keys[0]
    with pytest.raises(KeyError):
        table["nobody-knows-it"]
    assert "models" in repr(table)


def test_what_it_prints_it_takes_back() -> None:
    before = llmgate.get_model_info("gemini/gemini-2.5-pro")
    taken = {name: value for name, value in before.items() if name not in ("key", "source_date")}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        llmgate.register_model({"openai/the-same": {**taken, "litellm_provider": "openai"}})
    after = llmgate.get_model_info("openai/the-same")
    prices = [name for name in before if "cost" in name]
    assert len(prices) > 10
    assert {name: after[name] for name in prices} == {name: before[name] for name in prices}


def test_abilities() -> None:
    assert llmgate.supports_vision("gpt-4o")
    assert llmgate.supports_function_calling("anthropic/claude-opus-4-7")
    assert not llmgate.supports_audio_output("gpt-4o")
    assert not llmgate.supports_reasoning("openai/nobody-knows-it")
    assert llmgate.supports_prompt_caching("gpt-4o", "openai")
    names = [name for name in llmgate.__all__ if name.startswith("supports_")]
    assert len(names) == 17
    some = ["gpt-4o", "claude-opus-4-7", "gemini-2.5-pro", "gemini/gemini-embedding-2-preview"]
    for name in names:
        answers = {getattr(llmgate, name)(model) for model in some}
        assert answers <= {True, False}


def test_every_ability_is_one_that_some_model_has() -> None:
    known = {
        ability
        for key in ("openai/*", "gemini/*", "anthropic/*", "bedrock/*", "vertex_ai/*")
        for model in _core.model_keys(key)
        for ability in _models.facts_of(model)["can"]
    }
    names = {name.removeprefix("supports_") for name in llmgate.__all__ if "supports_" in name}
    assert names <= known


def test_trimming_takes_the_models_context_window() -> None:
    llmgate.register_model({"openai/small-window": {"max_input_tokens": 40}})
    messages = [{"role": "user", "content": "word " * 30}, {"role": "user", "content": "Hi"}]
    assert llmgate.trim_messages(messages, "openai/small-window") == messages[1:]
    assert llmgate.trim_messages(messages, "gpt-4o") == messages
    with pytest.raises(llmgate.BadRequestError, match="context window"):
        llmgate.trim_messages(messages, "openai/nobody-knows-it")


def test_a_deployments_own_prices_are_what_its_calls_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")  # a converted configuration holds no keys
    with FakeProvider(["Yes."]) as provider:
        router = llmgate.Router(
            model_list=[
                {
                    "model_name": "chat",
                    "litellm_params": {
                        "model": "openai/gpt-4o",
                        "api_base": provider.url,
                        "api_key": "k",
                        "input_cost_per_token": 0.00000015,
                    },
                    "model_info": {"output_cost_per_token": 1.1e-06},
                }
            ]
        )
        answer = router.completion("chat", "Hi")
        usage = answer.usage
        own = usage.prompt_tokens * Decimal("0.00000015") + usage.completion_tokens * Decimal(
            "0.0000011"
        )
        assert answer.cost.total == own
        assert answer.cost.source == "registered"
        again = llmgate.Router.from_config(router.to("native"))
        assert again.completion("chat", "Hi").cost.total == own
        plain = llmgate.completion("openai/gpt-4o", "Hi", api_base=provider.url, api_key="k")
        assert plain.cost.source == "table"
        assert plain.cost.total != own


def test_absurd_prices_of_a_deployment_are_refused_with_their_place() -> None:
    deployment = {
        "model_name": "chat",
        "litellm_params": {"model": "openai/gpt-4o", "input_cost_per_token": -1},
    }
    with pytest.raises(llmgate.BadRequestError, match=r"model_list\[0\]"):
        llmgate.Router(model_list=[deployment])
