"""Every snippet and configuration of five articles, against local providers.

Each fixture of tests/fixtures/seeds is run here (the folder itself, LiteLLM's configurations and
calls), in test_seed_gateways.py or in test_seed_strategies.py, and held to what its article
promises. Tests of what waits for a later part are marked `waits` with its name; they assert what
works already, and that one warning says what waits.
"""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal
from pathlib import Path

import pytest
from seeds import (
    FOLDER,
    SERVED,
    World,
    json_of,
    literal,
    outcomes_of,
    route_of,
    text_of,
    warned,
)
from support import text_of as answer_of

from llmgate import Router, ServiceUnavailableError
from llmgate.testing import Reply

TITLES = (
    "A practical comparison of LLM routing tools - LiteLLM, Portkey, and OpenRouter",
    "LiteLLM vs OpenRouter vs Portkey: Best AI Gateway in 2026",
    "LLM Routing Layer — LiteLLM, OpenRouter, Portkey",
    "Best LLM Gateway and Router Tools: LiteLLM vs OpenRouter",
    "OpenRouter vs LiteLLM vs Portkey: Which LLM Gateway for Your AI MVP? (2026)",
)


def command_of(name: str) -> list[str]:
    return shlex.split(text_of(name).replace("\\\n", ""), comments=True)


# ---- the folder itself


def test_every_fixture_names_its_article_and_is_run() -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("*seed*.py"))
    fixtures = sorted(path for path in FOLDER.iterdir() if path.name != "README.md")
    assert [path.name for path in fixtures if f'"{path.name}"' not in tests] == []
    for path in fixtures:
        if path.suffix == ".json":
            assert f"| `{path.name}` |" in text_of("README.md")
            continue
        title = re.fullmatch(r'(?:#|//) From "(.*)"\.', path.read_text().splitlines()[0])
        assert title is not None, path.name
        assert title[1] in TITLES
    numbers = {int(path.name[:3]) for path in fixtures}
    assert numbers == set(range(1, len(numbers) + 1))


def test_json_beside_typescript_says_the_same() -> None:
    for name, opening in (
        ("003-nested-loadbalance.ts", "const config = {"),
        ("007-call-model.ts", "callModel({"),
        ("033-openrouter-models.ts", "create({"),
        ("036-cache-and-fallback.ts", "config: {"),
    ):
        assert literal(name, opening) == json_of(name.replace(".ts", ".json")), name


def test_json_beside_curl_says_the_same() -> None:
    words = command_of("028-route-preference.sh")
    assert words[:2] == ["curl", "https://openrouter.ai/api/v1/chat/completions"]
    assert json.loads(words[words.index("-d") + 1]) == json_of("028-route-preference.json")


# ---- LiteLLM's configurations


def test_usage_based_routing_survives_either_half(world: World) -> None:
    router = world.router("001-usage-based-routing.yaml", "gpt-3.5-turbo-16k")
    response = router.completion("gpt-4", "Hello")
    assert (route_of(response), answer_of(response)) == (["openai"], "openai")
    world.fails("openai", status=429)
    assert route_of(router.completion("gpt-4", "Hello"))[-1] == "azure"
    world.answers("openai")
    world.fails("azure")
    assert {route_of(router.completion("gpt-4", "Hello"))[-1] for _ in range(4)} == {"openai"}


def test_a_context_overflow_goes_to_the_larger_model(world: World) -> None:
    router = world.router("001-usage-based-routing.yaml", "gpt-3.5-turbo-16k")
    too_long = Reply.error(400, code="context_length_exceeded", message="Too long")
    world.fakes["openai"].script(
        lambda request: "large" if request.body["model"] == "gpt-3.5-turbo-16k" else too_long
    )
    world.answers("azure", too_long)
    response = router.completion("gpt-4", "Hello")
    assert answer_of(response) == "large"
    assert outcomes_of(response)[0][1] == "context_window_exceeded"
    assert response.route[-1].model == "gpt-3.5-turbo-16k"
    assert len(response.route) == 2  # the other gpt-4 is no larger, and is not asked


def test_smart_default_falls_back_to_a_model_that_is_no_group(world: World) -> None:
    router = world.router(
        "008-smart-default.yaml", "bedrock/claude-sonnet-4-6", "Redis cache", "waits for the server"
    )
    world.fails("anthropic", "openai", status=429)
    response = router.completion("smart-default", "Hello")
    assert answer_of(response) == "bedrock"
    assert sorted(route_of(response)[:2]) == ["anthropic", "openai"]
    assert response.route[-1].why == "fallback"
    assert world.sent("bedrock")["model"] == "claude-sonnet-4-6"


def test_smart_default_prefers_the_faster_of_two(world: World) -> None:
    world.slows(0.03, "anthropic")
    router = world.router(
        "008-smart-default.yaml", "bedrock/claude-sonnet-4-6", "Redis cache", "waits for the server"
    )
    for _ in range(12):
        router.completion("smart-default", "Hello", caching=False)
    assert world.asked()["openai"] > world.asked()["anthropic"] >= 1


def test_a_group_that_falls_back_to_itself_means_its_remaining_members(world: World) -> None:
    router = world.router("034-fallback-pool.yaml", "redis_host")
    for failing, left in (("anthropic", "openai"), ("openai", "anthropic")):
        for status in (401, 429, 503):
            world.answers(left)
            world.fails(failing, status=status)
            with warned("redis_host"):
                fresh = Router(router.config)  # its breakers know nothing yet
            answers = [fresh.completion("primary", "Hello") for _ in range(4)]
            assert {answer_of(response) for response in answers} == {left}
    assert world.sent("anthropic")["model"] == "claude-opus-4-8"


def test_target_options_and_max_retries_are_accepted(world: World) -> None:
    router = world.router("025-target-options.yaml", "target_options")
    world.answers("openai", Reply.error(503), Reply.error(503), "third time")
    response = router.completion("gpt-4", "Hello")
    assert answer_of(response) == "third time"
    assert {attempt.model for attempt in response.route} == {"gpt-4", "gpt-4-turbo"}
    world.fails("openai")
    with pytest.raises(ServiceUnavailableError) as caught:
        world.router("025-target-options.yaml", "target_options").completion("gpt-4", "Hello")
    assert len(caught.value.route) == 3


def test_the_fastest_of_the_target_options_is_asked(world: World) -> None:
    world.fakes["openai"].script(
        lambda request: Reply(text="x", delay=0.03 * (request.body["model"] == "gpt-4"))
    )
    router = world.router("025-target-options.yaml", "target_options")
    models = [router.completion("gpt-4", "Hello").route[0].model for _ in range(20)]
    assert models.count("gpt-4-turbo") > models.count("gpt-4") >= 1


def test_the_librarys_router_falls_back_from_openai_to_claude(world: World) -> None:
    world.fails("openai")
    names = world.run("027-automatic-fallback.py")
    assert answer_of(names["response"]) == "anthropic"
    assert route_of(names["response"])[-1] == "anthropic"
    router = names["router"]
    world.answers("openai")
    world.fails("anthropic")
    assert answer_of(router.completion("gpt-4", "Explain AI")) == "openai"


def test_a_plain_call_takes_its_key_from_the_environment(world: World) -> None:
    response = world.run("024-completion.py")["response"]
    assert (answer_of(response), world.asked()) == ("openai", {"openai": 1})
    assert world.sent("openai") == {
        "model": "gpt-3.5-turbo",
        "messages": [{"role": "user", "content": "What is AI?"}],
    }


def test_get_cost_prices_the_usage_of_an_answer(world: World) -> None:
    response = world.run("024-completion.py")["response"]
    cost = world.run("026-get-cost.py", response=response)["cost"]
    usage = response.usage
    exact = (30 * usage.prompt_tokens + 60 * usage.completion_tokens) * Decimal("1e-6")
    assert usage.total_tokens > 0
    assert (cost.total, cost.source) == (exact, "table")


# ---- a gateway's configuration, called through openai's client; the server itself comes later


@pytest.mark.waits("server")
def test_openais_client_asks_the_proxys_router(world: World) -> None:
    world.gateway = world.router("001-usage-based-routing.yaml", "gpt-3.5-turbo-16k")
    response = world.run("002-openai-client-of-the-proxy.py")["response"]
    assert (answer_of(response), world.sent("openai")["model"]) == ("openai", "gpt-4")


@pytest.mark.waits("server")
@pytest.mark.parametrize(
    ("start", "file", "expected"),
    [
        (
            "009-start-the-proxy.sh",
            "008-smart-default.yaml",
            ("bedrock", "Redis cache", "for the server"),
        ),
        ("035-start-the-proxy.sh", "034-fallback-pool.yaml", ("redis_host",)),
    ],
)
def test_what_the_proxy_would_be_started_with_loads(
    world: World, start: str, file: str, expected: tuple[str, ...]
) -> None:
    program, option, config, *port = command_of(start)
    assert (program, option, port) == ("litellm", "--config", ["--port", "4000"])
    assert f"# {config}\n" in text_of(file)
    router = world.router(file, *expected)
    assert answer_of(router.completion(router.aliases[0], "Hello")) in SERVED
