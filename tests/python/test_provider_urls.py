"""Where a call to each kind of provider goes, and with which headers: Anthropic, Gemini, Azure,
Vertex, and the list of all."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest
from support import KEY

import llmgate
from llmgate.testing import FakeProvider, ReceivedRequest

PROJECT = {"vertex_project": "p-1", "vertex_location": "us-east5"}
DATED = "2024-10-21"


def request_of(fake: FakeProvider, model: str, base: str = "", **more: Any) -> ReceivedRequest:
    """The request that a call makes; what is answered at its path does not matter here."""
    arguments = {"api_base": fake.origin + base, "api_key": KEY, "timeout": 20, **more}
    count = fake.count
    with contextlib.suppress(llmgate.APIError):
        llmgate.completion(model, "Hi", **arguments)
    assert fake.count == count + 1
    return fake.requests[-1]


@pytest.mark.parametrize(
    ("model", "base", "more", "path"),
    [
        ("anthropic/claude-m", "", {}, "/v1/messages"),
        ("anthropic/claude-m", "/v1", {}, "/v1/messages"),
        ("anthropic/claude-m", "/v1/messages", {}, "/v1/messages"),
        ("anthropic/claude-m", "/api/anthropic", {}, "/api/anthropic/v1/messages"),
        ("gemini/m", "", {}, "/v1beta/models/m:generateContent"),
        ("gemini/m", "/v1beta", {}, "/v1beta/models/m:generateContent"),
        ("gemini/m", "/v1beta/openai", {}, "/v1beta/openai/chat/completions"),
        ("azure/d", "", {}, "/openai/v1/chat/completions"),
        ("azure/d", "/openai/v1/", {}, "/openai/v1/chat/completions"),
        (
            "azure/d",
            "",
            {"api_version": DATED},
            f"/openai/deployments/d/chat/completions?api-version={DATED}",
        ),
        (
            "azure/d",
            f"/openai/deployments/e/chat/completions?api-version={DATED}",
            {},
            f"/openai/deployments/e/chat/completions?api-version={DATED}",
        ),
        (
            "azure_ai/m",
            "/models",
            {},
            "/models/chat/completions?api-version=2024-05-01-preview",
        ),
        ("azure/claude", "/anthropic", {}, "/anthropic/v1/messages"),
        (
            "vertex_ai/m",
            "",
            PROJECT,
            "/v1/projects/p-1/locations/us-east5/publishers/google/models/m:generateContent",
        ),
        (
            "vertex_ai/m",
            "/v1/projects/q/locations/l/publishers/google",
            {},
            "/v1/projects/q/locations/l/publishers/google/models/m:generateContent",
        ),
    ],
)
def test_urls(fake: FakeProvider, model: str, base: str, more: dict[str, Any], path: str) -> None:
    assert request_of(fake, model, base, **more).path == path


CARRIERS = {"authorization", "api-key", "x-api-key", "x-goog-api-key"}


@pytest.mark.parametrize(
    ("model", "key", "carrier"),
    [
        ("anthropic/m", "k", "x-api-key"),
        ("anthropic/m", "sk-ant-oat01-k", "authorization"),
        ("azure_anthropic/m", "k", "x-api-key"),
        ("gemini/m", "k", "x-goog-api-key"),
        ("gemini/m", "ya29.k", "authorization"),
        ("azure/m", "k", "api-key"),
        ("vertex_ai/m", "k", "authorization"),
        ("vertex_ai/m", "AIza-k", "x-goog-api-key"),
        ("openai/m", "k", "authorization"),
    ],
)
def test_keys(fake: FakeProvider, model: str, key: str, carrier: str) -> None:
    more = PROJECT if model.startswith("vertex_ai") else {}
    request = request_of(fake, model, api_key=key, **more)
    assert (request.api_key, CARRIERS & set(request.headers)) == (key, {carrier})


def test_anthropics_own_headers(fake: FakeProvider) -> None:
    headers = request_of(fake, "anthropic/m").headers
    assert headers["anthropic-version"] == "2023-06-01"
    assert "anthropic-beta" not in headers
    headers = request_of(fake, "anthropic/m", api_key="sk-ant-oat01-k").headers
    assert headers["anthropic-beta"] == "oauth-2025-04-20"
    more = {"extra_headers": {"anthropic-beta": "mine-1"}}
    headers = request_of(fake, "anthropic/m", api_key="sk-ant-oat01-k", **more).headers
    assert headers["anthropic-beta"] == "oauth-2025-04-20,mine-1"


def test_an_entra_token_is_a_bearer(fake: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_of(fake, "azure/m", api_key=None, azure_ad_token="entra-1")
    assert (request.api_key, CARRIERS & set(request.headers)) == ("entra-1", {"authorization"})
    monkeypatch.setenv("AZURE_AD_TOKEN", "entra-2")
    request = request_of(fake, "azure/m", api_key=None)
    assert (request.api_key, CARRIERS & set(request.headers)) == ("entra-2", {"authorization"})


def test_settings_come_from_the_environment(
    fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_API_VERSION", DATED)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p-2")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "europe-west4")
    assert request_of(fake, "azure/d").path.endswith(f"?api-version={DATED}")
    assert "/projects/p-2/locations/europe-west4/" in request_of(fake, "vertex_ai/m").path
    request = request_of(fake, "vertex_ai/m", vertex_ai_project="p-3", vertex_ai_location="global")
    assert "/projects/p-3/locations/global/" in request.path


def test_settings_never_reach_the_body(fake: FakeProvider) -> None:
    request = request_of(fake, "azure/d", api_key=None, azure_ad_token="entra-1", api_version=DATED)
    assert set(request.body) == {"model", "messages"}
    assert set(request_of(fake, "vertex_ai/m", **PROJECT).body) == {"contents"}


def test_settings_of_another_provider_are_reported(fake: FakeProvider) -> None:
    with pytest.warns(llmgate.LLMGateWarning, match=r"openai: \$\.vertex_project is dropped"):
        response = llmgate.completion(
            "openai/m", "Hi", api_base=fake.url, api_key=KEY, vertex_project="p"
        )
    (entry,) = [entry for entry in response.dispositions if entry.path == "$.vertex_project"]
    assert entry.action == "dropped"
    with pytest.raises(llmgate.UnsupportedParamsError, match="has no place for it"):
        llmgate.completion(
            "openai/m", "Hi", api_base=fake.url, api_key=KEY, vertex_project="p", strict=True
        )


@pytest.mark.parametrize(
    ("model", "more", "path"),
    [
        ("azure/d", {"api_version": "1&x=y"}, "$.api_version"),
        ("azure/a b", {"api_version": DATED}, "$.model"),
        ("azure/d", {"api_version": 3}, "$.api_version"),
        ("azure/d", {"azure_ad_token": "t"}, "$.azure_ad_token"),
        ("azure/d", {"azure_ad_token": "t\n", "api_key": None}, "$.api_key"),
        ("vertex_ai/m", {}, "$.vertex_project"),
        ("vertex_ai/m", {"vertex_project": "a/b"}, "$.vertex_project"),
        ("vertex_ai/m", {"vertex_project": "p", "vertex_location": "l/"}, "$.vertex_location"),
        ("vertex_ai/claude-opus-4-7", PROJECT, "$.model"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name(
    fake: FakeProvider, model: str, more: dict[str, Any], path: str
) -> None:
    arguments = {"api_base": fake.origin, "api_key": KEY, **more}
    with pytest.raises(llmgate.BadRequestError) as caught:
        llmgate.completion(model, "Hi", **arguments)
    assert caught.value.json_path == path
    assert fake.count == 0


@pytest.mark.parametrize(
    "name",
    [
        "vertex_credentials",
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "aws_profile_name",
        "client_secret",
        "azure_password",
    ],
)
def test_secrets_that_nothing_here_uses_are_refused(fake: FakeProvider, name: str) -> None:
    with pytest.raises(llmgate.BadRequestError, match="api_key") as caught:
        llmgate.completion(
            "openai/m", "Hi", api_base=fake.url, api_key=KEY, **{name: "very-secret"}
        )
    assert caught.value.json_path == f"$.{name}"
    assert "very-secret" not in str(caught.value)
    assert fake.count == 0


def test_a_missing_project_says_how_to_give_it() -> None:
    with pytest.raises(llmgate.BadRequestError) as caught:
        llmgate.completion("vertex_ai/gemini-2.5-pro", "Hi", api_key=KEY)
    for word in ("vertex_project", "VERTEXAI_PROJECT", "GOOGLE_CLOUD_PROJECT"):
        assert word in str(caught.value)


def test_asyncio_takes_the_same_arguments(fake: FakeProvider) -> None:
    async def main() -> None:
        await llmgate.acompletion(
            "azure/d", "Hi", api_base=fake.origin, api_key=KEY, api_version=DATED
        )

    asyncio.run(main())
    assert fake.requests[0].path == f"/openai/deployments/d/chat/completions?api-version={DATED}"


def test_a_vendors_slug_becomes_its_own_name(fake: FakeProvider) -> None:
    request = request_of(fake, "anthropic/claude-opus-4.7")
    assert request.body["model"] == "claude-opus-4-7"
    response = llmgate.completion(
        "anthropic/claude-opus-4.7", "Hi", mock_response="Hello!", strict=True
    )
    (entry,) = [entry for entry in response.dispositions if entry.path == "$.model"]
    assert (entry.action, entry.detail) == ("mapped", "claude-opus-4-7")
    request = request_of(fake, "openrouter/anthropic/claude-opus-4.7", "/v1")
    assert request.body["model"] == "anthropic/claude-opus-4.7"


@pytest.mark.parametrize(
    ("model", "variables", "path"),
    [
        ("claude-opus-4.7", ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"), "/v1/messages"),
        (
            "gemini-2.5-pro",
            ("GEMINI_API_BASE", "GEMINI_API_KEY"),
            "/v1beta/models/gemini-2.5-pro:generateContent",
        ),
    ],
)
def test_bare_names_go_to_their_vendors(
    fake: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
    model: str,
    variables: tuple[str, str],
    path: str,
) -> None:
    monkeypatch.setenv(variables[0], fake.origin)
    monkeypatch.setenv(variables[1], KEY)
    assert request_of(fake, model, api_base=None, api_key=None).path == path


# --- the list --------------------------------------------------------------------------------


def test_the_cards_tell_all_facts() -> None:
    cards = {card.name: card for card in llmgate.providers()}
    anthropic = cards["anthropic"]
    assert anthropic.format == "anthropic.messages"
    assert (anthropic.base_path, anthropic.key_header) == ("/v1", "x-api-key")
    assert anthropic.headers == {"anthropic-version": "2023-06-01"}
    assert anthropic.token_variables == ["ANTHROPIC_AUTH_TOKEN"]
    azure = cards["azure"]
    assert (azure.token_argument, azure.base_path) == ("azure_ad_token", None)
    assert azure.settings[0].argument == "api_version"
    assert azure.settings[0].variables == ["AZURE_API_VERSION", "OPENAI_API_VERSION"]
    vertex = cards["vertex_ai"]
    assert [setting.argument for setting in vertex.settings] == [
        "vertex_project",
        "vertex_location",
    ]
    assert "{vertex_project}" in vertex.base_url
    assert (vertex.is_markerless, azure.is_markerless) == (True, False)
    (rule,) = cards["openai"].rules
    assert (rule.action, rule.field, rule.to) == ("rename", "max_tokens", "max_completion_tokens")
    assert "gpt-5" in rule.models


def test_the_cards_are_json() -> None:
    cards = [card.model_dump() for card in llmgate.providers()]
    assert json.loads(json.dumps(cards)) == cards
