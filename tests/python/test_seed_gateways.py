"""The articles' snippets of Portkey and OpenRouter; see test_seeds.py."""

from __future__ import annotations

from typing import Any

import pytest
from seeds import VIRTUAL_KEYS, World, json_of, outcomes_of, route_of, warned
from support import text_of as answer_of

import llmgate
from llmgate import BadRequestError, Router
from llmgate.testing import Reply

# ---- Portkey


def test_nested_targets_share_the_load_and_fall_back_inside(world: World) -> None:
    client = llmgate.Client(
        config=json_of("003-nested-loadbalance.json"), virtual_keys=VIRTUAL_KEYS
    )
    hello = [{"role": "user", "content": "Hello"}]

    def ask() -> Any:
        return client.chat.completions.create(messages=hello, model="gpt-4")

    assert {answer_of(ask()) for _ in range(30)} == {"anthropic", "openai"}
    assert world.sent("anthropic")["model"] == "claude-3-opus-20240229"
    assert world.sent("openai")["model"] == "gpt-4"
    world.fails("openai", status=429)
    responses = [ask() for _ in range(30)]
    assert {answer_of(response) for response in responses} == {"anthropic", "azure"}
    fallen = next(response for response in responses if answer_of(response) == "azure")
    assert outcomes_of(fallen)[-1] == ("azure", "finished")
    assert world.sent("azure")["model"] == "gpt-4"


@pytest.mark.parametrize("version", ["v1", "2024-10-21"])
def test_azure_takes_the_callers_model_in_either_api(
    world: World, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("AZURE_API_VERSION", version)
    fallback = json_of("003-nested-loadbalance.json")["targets"][1]
    client = llmgate.Client(config=fallback, virtual_keys=VIRTUAL_KEYS)
    world.fails("openai")
    response = client.chat.completions.create(messages="Hello", model="gpt-4")
    assert answer_of(response) == "azure"
    place = "deployments/gpt-4" if version != "v1" else "v1"
    assert f"/openai/{place}/chat/completions" in world.fakes["azure"].requests[-1].path


@pytest.mark.waits("cache")
@pytest.mark.parametrize(
    ("name", "first", "second", "model"),
    [
        ("004-semantic-cache.json", "openai", "anthropic", "gpt-4"),
        ("036-cache-and-fallback.json", "anthropic", "openai", ""),
    ],
)
def test_a_semantic_cache_is_an_exact_one_and_the_fallback_works(
    world: World, name: str, first: str, second: str, model: str
) -> None:
    client = llmgate.Client(config=json_of(name), api_key="pk")
    summarise = [{"role": "user", "content": "Summarise this invoice."}]
    with warned("semantic"):
        response = client.chat.completions.create(messages=summarise, model=model)
    assert outcomes_of(response) == [(first, "finished")]
    world.fails(first)
    again = client.chat.completions.create(messages=summarise, model=model)
    assert outcomes_of(again) == [(first, "cached")]
    response = client.chat.completions.create(
        messages=summarise, model=model, cache={"no-cache": True}
    )
    assert outcomes_of(response) == [(first, "service_unavailable"), (second, "finished")]
    assert answer_of(response) == second


def test_a_portkey_client_names_a_saved_config(world: World) -> None:
    names = world.run("011-portkey-config-by-id.py")
    assert outcomes_of(names["resp"]) == [("anthropic", "finished")]
    assert "metadata" not in world.sent("anthropic")  # it is for the caller's own books
    world.fails("anthropic")
    response = names["client"].chat.completions.create(
        messages="Summarize this support ticket.", model="claude-opus-4-7", caching=False
    )
    assert route_of(response) == ["anthropic", "anthropic", "openai"]
    assert world.sent("openai")["model"] == "gpt-5.1"


# ---- OpenRouter: forwarded to it, and obeyed over a Router's own targets


def test_a_call_to_openrouter_names_anyones_model(world: World) -> None:
    response = world.run("005-openai-client-of-openrouter.py")["response"]
    assert (answer_of(response), route_of(response)) == ("openrouter", ["openrouter"])
    assert world.sent("openrouter")["model"] == "anthropic/claude-3-opus"


def test_openrouters_fallbacks_are_forwarded(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.run("010-openrouter-models.py")
    assert capsys.readouterr().out == "openrouter\n"
    assert world.sent("openrouter") == {
        "model": "anthropic/claude-opus-4.7",
        "messages": [{"role": "user", "content": "Draft a release note for v2.4."}],
        "models": ["anthropic/claude-opus-4.7", "openai/gpt-5.1", "google/gemini-2.5-pro"],
        "route": "fallback",
        "provider": {"sort": "throughput"},
    }


def openrouter_requests(world: World) -> dict[str, dict[str, Any]]:
    """What four snippets would ask OpenRouter for, by the fixture's number."""
    with_models = dict(json_of("007-call-model.json"))
    with_models["messages"] = with_models.pop("input")
    with_models["model"] = with_models["models"][0]
    livekit = {**world.run("006-livekit-fallback-models.py")["llm"], "messages": "Hello"}
    world.run("010-openrouter-models.py")
    return {
        "006": livekit,
        "007": with_models,
        "010": world.sent("openrouter"),
        "033": json_of("033-openrouter-models.json"),
    }


@pytest.mark.parametrize("number", ["006", "007", "010", "033"])
def test_models_are_asked_in_order_without_repeats(world: World, number: str) -> None:
    request = openrouter_requests(world)[number]
    wanted = list(dict.fromkeys([request["model"], *request["models"]]))
    providers = [name.split("/")[0].replace("google", "gemini") for name in wanted]
    own = Router({"everything": sorted(wanted)})
    assert route_of(own.completion(**request)) == providers[:1]
    world.fails(*providers[:-1])
    if providers[-1] in providers[:-1]:  # one provider serves the first and the last
        world.fakes[providers[-1]].script(
            lambda asked: "last" if asked.body["model"] in wanted[-1] else Reply.error(503)
        )
    response = own.completion(**request)
    assert route_of(response) == providers
    assert not {"models", "route", "provider"} & set(world.sent(providers[-1]))


def test_a_route_preference_is_forwarded_and_obeyed(world: World) -> None:
    request = json_of("028-route-preference.json")
    with warned("route_preference is unknown"):  # the article has it, OpenRouter's pages do not
        llmgate.completion(**{**request, "model": "openrouter/auto"})
    assert world.sent("openrouter")["route_preference"] == "speed"
    world.slows(0.03, "openai")
    entries = [
        {"model_name": "chat", "litellm_params": {"model": model}}
        for model in ("openai/gpt-4o", "anthropic/claude-3-5-sonnet")
    ]
    own = Router(entries, routing_strategy="simple-shuffle")
    for _ in range(12):
        own.completion(**request)
    assert world.asked()["anthropic"] > world.asked()["openai"] >= 1
    assert "route_preference" not in world.sent("anthropic")
    with pytest.raises(BadRequestError, match="speed"):
        own.completion(**{**request, "route_preference": "sped"})
