"""Routers filled from the facts about models."""

from __future__ import annotations

import pytest

import llmgate
from llmgate.testing import FakeProvider


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI", "ANTHROPIC"):
        monkeypatch.setenv(f"{name}_API_KEY", "test-key")


def test_patterns_become_deployments() -> None:
    router = llmgate.Router.from_models("anthropic/claude-opus-4*", "openai/gpt-4o*", alias="best")
    names = set(router.aliases)
    assert {"best", "openai/gpt-4o", "openai/gpt-4o-mini", "anthropic/claude-opus-4-7"} <= names
    assert not any("transcribe" in name or "tts" in name for name in names)
    assert all(name == "best" or name.startswith(("anthropic/", "openai/")) for name in names)


def test_a_call_goes_to_the_model_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeProvider() as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        router = llmgate.Router.from_models("gpt-4o", "openai/gpt-4o-mini", alias="any")
        router.completion("openai/gpt-4o-mini", "Hi")
        assert fake.requests[-1].body["model"] == "gpt-4o-mini"
        router.completion("any", "Hi")
        assert fake.requests[-1].body["model"] in ("gpt-4o", "gpt-4o-mini")


def test_the_cheapest_is_known_without_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeProvider() as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        router = llmgate.Router.from_models(
            "gpt-4o", "gpt-4o-mini", "gpt-4", alias="any", routing_strategy="cost-based-routing"
        )
        for _ in range(5):
            router.completion("any", "Hi")
        assert {request.body["model"] for request in fake.requests} == {"gpt-4o-mini"}


def test_what_nobody_knows_is_refused() -> None:
    with pytest.raises(llmgate.BadRequestError, match="no model that is known fits 'openai/x"):
        llmgate.Router.from_models("openai/x-nobody*")
    with pytest.raises(llmgate.BadRequestError, match="nothing is known about"):
        llmgate.Router.from_models("openai/nobody-knows-it")
