"""``Router.simulate()``: a configuration under faults, in virtual time."""

from __future__ import annotations

import re
import signal
from typing import Any
from xml.etree import ElementTree

import pytest

import llmgate

FALLBACK = {"chat": ["openai/gpt-4o", "anthropic/claude-opus-4-7"]}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "any")


@pytest.fixture
def router() -> llmgate.Router:
    return llmgate.Router(FALLBACK)


def priced(name: str, model: str, input_price: float) -> dict[str, Any]:
    return {
        "model_name": name,
        "litellm_params": {
            "model": model,
            "api_key": "any",
            "input_cost_per_token": input_price,
            "output_cost_per_token": 2 * input_price,
        },
    }


def test_an_outage_of_the_first_is_survived_on_the_second(router: llmgate.Router) -> None:
    result = router.simulate("outage", seed=1)
    first, second = result.deployments
    assert result.success_share == 1
    assert result.failures == {}
    assert result.worst_second is None
    assert first.breaker_openings >= 1
    assert result.breaker_openings == first.breaker_openings
    assert second.succeeded > result.calls / 3
    assert first.succeeded + second.succeeded == result.calls


def test_the_same_seed_gives_the_same_figures(router: llmgate.Router) -> None:
    assert router.simulate("everything", seed=3).to_dict() == (
        router.simulate("everything", seed=3).to_dict()
    )
    assert router.simulate("everything", seed=3).p50_ms != router.simulate("everything").p50_ms


def test_the_load_is_given_by_keyword(router: llmgate.Router) -> None:
    result = router.simulate("outage", calls_per_second=10, seconds=20, model="chat", stream=True)
    assert 140 < result.calls < 260
    assert len(result.timeline) <= 20
    assert sum(second["calls"] for second in result.timeline) == result.calls
    assert result.first_content_p50_ms is not None
    assert result.p50_ms is not None
    assert result.first_content_p50_ms < result.p50_ms


# One caller after another, and nothing takes long: the plan alone decides who is asked how often.
@pytest.mark.parametrize(
    "faults",
    [
        [],
        [{"on": "openai", "kind": "outage"}],
        [{"on": "openai", "kind": "outage"}, {"on": "anthropic", "kind": "rate_limit"}],
        [{"on": "openai", "kind": "errors"}, {"on": "anthropic", "kind": "outage"}],
    ],
)
def test_it_counts_what_real_calls_count(faults: list[dict[str, Any]]) -> None:
    models = ("openai/a", "anthropic/b", "gemini/c")
    router = llmgate.Router(
        [
            {"model_name": model, "litellm_params": {"model": model, "mock_response": "Hi!"}}
            for model in models
        ],
        fallbacks=[{models[0]: models[1:]}],
        num_retries=0,
    )
    scenario = {"faults": faults, "latency": {"median_ms": 1, "p99_ms": 1.2}}
    result = router.simulate(scenario, model=models[0], concurrency=1, seconds=1)
    attempts = dict.fromkeys((row.id for row in result.deployments), 0)
    succeeded = 0
    with router.chaos(scenario):
        for _ in range(result.calls):
            try:
                route = router.completion(models[0], "Hi").route
                succeeded += 1
            except llmgate.LLMGateError as error:
                route = error.route
            for attempt in route:
                attempts[attempt.deployment] += 1
    assert result.calls > 0
    assert attempts == {row.id: row.attempts for row in result.deployments}
    assert succeeded == result.succeeded


def test_ctrl_c_ends_a_long_simulation(router: llmgate.Router) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            router.simulate("outage", calls_per_second=100_000, seconds=10_000)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_callers_take_the_place_of_a_rate(router: llmgate.Router) -> None:
    scenario = {"faults": [], "load": {"calls_per_second": 1000}}
    assert router.simulate(scenario, concurrency=2, seconds=10).calls < 60


def test_nothing_is_left_where_everything_is_down() -> None:
    result = llmgate.Router({"chat": ["openai/gpt-4o"]}).simulate({"faults": [{"kind": "outage"}]})
    assert result.succeeded == 0
    assert sum(result.failures.values()) == result.calls
    assert result.p50_ms is None
    assert result.worst_second is not None
    assert result.worst_second["success_share"] == 0
    assert "0.0%" in repr(result)


def test_costs_come_from_the_configuration_or_the_table_and_are_else_unknown(
    router: llmgate.Router,
) -> None:
    assert llmgate.Router({"chat": ["openai/nobody-knows-it"]}).simulate().cost_usd is None
    assert (router.simulate().cost_usd or 0) > 0
    priced_router = llmgate.Router([priced("chat", "openai/a", 1e-6)])
    result = priced_router.simulate({"faults": [], "tokens": {"prompt": 1000, "output": 500}})
    assert result.cost_usd == pytest.approx(result.calls * 0.002)
    assert result.deployments[0].cost_usd == result.cost_usd


@pytest.mark.parametrize(
    ("scenario", "load", "said"),
    [
        ("outtage", {}, r"outage"),
        ({"faults": [{"kind": "stal"}]}, {}, r"stall"),
        ({"faults": [{"kind": "outage", "on": "opanai"}]}, {}, r"openai"),
        ("outage", {"second": 3}, r"seconds"),
        ("outage", {"model": "chta"}, r"chat"),
        ("outage", {"seconds": "long"}, r"a number"),
    ],
)
def test_bad_scenarios_are_refused_with_the_nearest_name(
    router: llmgate.Router, scenario: Any, load: dict[str, Any], said: str
) -> None:
    with pytest.raises(llmgate.BadRequestError, match=said):
        router.simulate(scenario, **load)


def test_it_reads_as_a_table(router: llmgate.Router) -> None:
    shown = repr(router.simulate("outage", seed=1))
    assert shown.startswith("outage on 'chat', seed 1: ")
    assert "100.0% succeeded" in shown
    assert re.search(r"^deployment +model +attempts +share", shown, re.MULTILINE)
    assert shown.splitlines()[-1].startswith("success over 60 s  █")


def test_what_is_not_quite_all_does_not_look_like_it() -> None:
    router = llmgate.Router({"chat": ["openai/gpt-4o"]})
    scenario = {
        "faults": [{"kind": "outage", "from": 10, "to": 10.1}],
        "load": {"calls_per_second": 500, "max_retries": 0},
    }
    result = router.simulate(scenario, seed=1)
    assert result.success_share is not None
    assert 0.9995 > result.success_share > 0.99
    assert "100.0% succeeded" not in repr(result)


def test_a_notebook_shows_a_table_and_a_timeline(router: llmgate.Router) -> None:
    html = router.simulate({"faults": [{"kind": "errors", "share": 0.5}]})._repr_html_()
    root = ElementTree.fromstring(html)
    assert [cell.text for cell in root.iter("th")][:2] == ["deployment", "model"]
    bars = [element for element in root.iter() if element.tag == "{http://www.w3.org/2000/svg}rect"]
    assert len(bars) == 2 * 60
    assert any(float(bar.attrib["height"]) > 0 for bar in bars[::2])
