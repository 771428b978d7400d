"""``Router.chaos()``: faults in the real calls of one Router."""

from __future__ import annotations

import pytest

import llmgate
from llmgate.testing import FakeProvider


def mocked(model: str, said: str) -> dict[str, object]:
    return {
        "model_name": model,
        "litellm_params": {"model": f"openai/{model}", "mock_response": said},
    }


@pytest.fixture
def router() -> llmgate.Router:
    return llmgate.Router([mocked("a", "first"), mocked("b", "second")], fallbacks=[{"a": ["b"]}])


def test_an_injected_outage_leads_to_the_fallback_and_is_told(router: llmgate.Router) -> None:
    with router.chaos({"faults": [{"on": "#1", "kind": "outage"}]}):
        response = router.completion("a", "Hi")
    assert response.choices[0].message.content == "second"
    assert response.route[0].injected == "outage"
    assert response.route[-1].injected is None


def test_it_ends_with_its_block_or_with_none(router: llmgate.Router) -> None:
    outage = {"faults": [{"on": "*", "kind": "outage"}]}
    with router.chaos(outage), pytest.raises(llmgate.LLMGateError):
        router.completion("a", "Hi", num_retries=0)
    router.chaos(outage)
    router.chaos(None)
    assert router.completion("b", "Hi").route[0].injected is None


def test_an_injected_429_has_its_status_and_its_hint() -> None:
    router = llmgate.Router([mocked("a", "first")], num_retries=0)
    fault = {"kind": "rate_limit", "retry_after": 7}
    with router.chaos({"faults": [fault]}), pytest.raises(llmgate.RateLimitError) as caught:
        router.completion("a", "Hi")
    assert caught.value.status_code == 429
    assert "injected rate_limit" in str(caught.value)


def test_a_named_scenario_begins_at_once(router: llmgate.Router) -> None:
    with router.chaos("outage"):
        assert router.completion("a", "Hi").route[0].injected == "outage"


def test_another_router_is_left_alone(router: llmgate.Router) -> None:
    other = llmgate.Router([mocked("a", "first")])
    with router.chaos({"faults": [{"kind": "outage"}]}):
        assert other.completion("a", "Hi").choices[0].message.content == "first"


def test_a_stream_is_cut_behind_its_first_content() -> None:
    with FakeProvider() as fake:
        router = llmgate.Router(
            [
                {
                    "model_name": "a",
                    "litellm_params": {
                        "model": "openai/m",
                        "api_base": f"{fake.url}",
                        "api_key": "any",
                    },
                }
            ]
        )
        with router.chaos({"faults": [{"kind": "cut_after_content"}]}):
            stream = router.completion("a", "Hi", stream=True)
            seen = []
            with pytest.raises(llmgate.StreamInterruptedError):
                seen.extend(stream)
    assert any(chunk.choices and chunk.choices[0].delta.content for chunk in seen)


def test_bad_scenarios_are_refused_and_nothing_changes(router: llmgate.Router) -> None:
    with pytest.raises(llmgate.BadRequestError, match="nearest"):
        router.chaos({"faults": [{"kind": "outage", "on": "opanai"}]})
    assert router.completion("a", "Hi").choices[0].message.content == "first"
