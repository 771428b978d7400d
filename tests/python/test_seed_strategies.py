"""The articles' routing patterns and the lesson's exercises; see test_seeds.py."""

from __future__ import annotations

from typing import Any

import pytest
from seeds import FOLDER, World, json_of, outcomes_of, route_of, text_of
from support import text_of as answer_of

import llmgate
from llmgate import BadRequestError, NotFoundError, RateLimitError, Router, ServiceUnavailableError
from llmgate.testing import Reply, Usage

# ---- the lesson: chains, aliases, the outage


def test_the_chain_moves_on_after_5xx(world: World) -> None:
    router = world.router("012-fallback-chain.json")
    assert route_of(router.completion("primary", "Hello")) == ["openai"]
    for status in (500, 502, 503):
        fresh = world.router("012-fallback-chain.json")
        world.fails("openai", "anthropic", status=status)
        response = fresh.completion("primary", "Hello")
        assert route_of(response) == ["openai", "anthropic", "gemini"]
        assert answer_of(response) == "gemini"
    world.fails("gemini")
    with pytest.raises(ServiceUnavailableError) as caught:  # "refuse"
        world.router("012-fallback-chain.json").completion("primary", "Hello")
    assert [attempt.provider for attempt in caught.value.route] == ["openai", "anthropic", "gemini"]


@pytest.mark.parametrize(
    ("status", "kind"), [(429, RateLimitError), (401, llmgate.AuthenticationError)]
)
def test_the_chain_ends_at_what_is_no_5xx(
    world: World, status: int, kind: type[llmgate.APIError]
) -> None:
    world.fails("openai", status=status)
    router = world.router("012-fallback-chain.json")
    with pytest.raises(kind):
        router.completion("primary", "Hello")
    assert world.asked() == {"openai": 1}


def test_the_chain_as_it_is_printed_says_a_name_twice(world: World) -> None:
    lines = [line.split(": ") for line in text_of("012-fallback-chain.yaml").splitlines()[1:]]
    assert [target for _, target in lines[:-1]] == json_of("012-fallback-chain.json")["primary"][
        "targets"
    ]
    with pytest.raises(BadRequestError, match=r"line 4: the name \"on 5xx\" stands here a second"):
        Router.from_config(FOLDER / "012-fallback-chain.yaml")


def test_an_alias_is_a_list_in_order_of_priority(world: World) -> None:
    router = world.run("013-routes.py")["router"]
    assert router.aliases == ["our_fast_model", "our_smart_model"]
    for down in ([], ["anthropic"], ["anthropic", "openai"]):
        world.fails(*down)
        response = Router(router.config).completion("our_smart_model", "Hello")
        assert route_of(response) == ["anthropic", "openai", "gemini"][: len(down) + 1]
    assert world.sent("anthropic")["model"] == "claude-3-5-sonnet-20251022"


@pytest.mark.waits("costs")
def test_the_outage_lands_on_the_second_and_is_attributed_to_it(world: World) -> None:
    world.fails("openai")
    world.answers("anthropic", Reply(text="second", usage=Usage(input=1000, output=500)))
    names = world.run("014-outage.py")
    response = names["response"]
    assert outcomes_of(response) == [
        ("openai", "service_unavailable"),
        ("anthropic", "finished"),
    ]
    assert answer_of(response) == "second"
    assert not response.route[0].maybe_billed
    assert (response.turn.provider, response.model) == ("anthropic", "claude-3-5-sonnet")
    assert (response.usage.prompt_tokens, response.usage.completion_tokens) == (1000, 500)
    attempts = {row.id: (row.attempts, row.failures) for row in names["router"].status()}
    assert [attempts[attempt.deployment] for attempt in response.route] == [(1, 1), (1, 0)]


def test_a_repeated_prompt_is_asked_once(world: World) -> None:
    router = world.router("015-cached-prompt.yaml")
    responses = [router.completion("our_smart_model", "The same") for _ in range(2)]
    assert [answer_of(response) for response in responses] == ["openai", "openai"]
    assert [response.cache_hit for response in responses] == [False, True]
    assert world.asked() == {"openai": 1}


def test_a_teams_cap_is_kept(world: World) -> None:
    router = world.router("017-team-budgets.yaml")
    assert answer_of(router.completion("our_smart_model", "Hello", max_tokens=100)) == "openai"
    (cap,) = router.budgets
    assert (cap.usd, cap.window) == (100, "30d")
    assert 0 < cap.spent < 0.01


@pytest.mark.parametrize(
    ("prompt", "first", "second"),
    [
        ("code a function that reverses a list", "anthropic", "openai"),
        ("summarize this article: routing is fun", "openai", "gemini"),
        ("Hello", "openai", "gemini"),
    ],
)
def test_a_classifier_sends_prompts_to_different_aliases(
    world: World, prompt: str, first: str, second: str
) -> None:
    router = world.run("016-prompt-classifier.py")["router"]
    assert route_of(router.completion("auto", prompt)) == [first]
    world.fails(first)
    assert route_of(router.completion("auto", prompt)) == [first, second]


# ---- the lesson's five scenarios


@pytest.mark.parametrize(
    ("task", "model"),
    [("triage", "claude-3-haiku"), ("synthesis", "claude-3-5-sonnet"), (None, "claude-3-haiku")],
)
def test_the_task_of_a_request_chooses_its_price(
    world: World, task: str | None, model: str
) -> None:
    router = world.router("018-cost-per-request.yaml")
    metadata = {} if task is None else {"task": task}
    response = router.completion("request", "Hello", metadata=metadata)
    assert response.route[0].model == model
    assert world.sent("anthropic")["model"] == model


def test_a_bad_hour_of_one_provider_is_the_others(world: World) -> None:
    router = world.router("019-failover.yaml")
    world.fails("openai")
    answers = [answer_of(router.completion("chat", "Hello")) for _ in range(30)]
    assert answers == ["anthropic"] * 30
    assert world.asked()["openai"] < 30  # its breaker opened: not every call knocks there


def test_the_fastest_of_the_last_minutes_is_asked(world: World) -> None:
    world.slows(0.03, "openai", "gemini")
    router = world.router("020-latency.yaml")
    for _ in range(12):
        router.completion("chat", "warm-up")
    before = world.asked()
    assert set(before) == {"openai", "anthropic", "gemini"}
    assert {route_of(router.completion("chat", "Hello"))[0] for _ in range(3)} == {"anthropic"}


def test_eu_users_stay_in_eu_regions(world: World) -> None:
    router = world.router("021-compliance.yaml")
    asked = {route_of(router.completion("chat", "Hello", region="eu"))[0] for _ in range(6)}
    assert asked == {"anthropic", "gemini"}
    world.fails("anthropic", "gemini")
    with pytest.raises(ServiceUnavailableError):
        router.completion("chat", "Hello", region="eu", num_retries=0)
    assert "openai" not in world.asked()
    asked = {route_of(router.completion("chat", "Hello", region="us"))[0] for _ in range(3)}
    assert asked == {"openai"}


def test_a_users_bucket_is_stable(world: World) -> None:
    users = [f"user-{number}" for number in range(40)]

    def buckets() -> list[str]:
        router = world.router("022-experiment.yaml")
        return [answer_of(router.completion("experiment", "Hi", session_id=user)) for user in users]

    first = buckets()
    assert first == buckets()
    assert 8 <= first.count("openai") <= 32
    assert first.count("openai") + first.count("anthropic") == 40


def test_static_priority_and_balancing(world: World) -> None:
    router = world.router("023-routing-strategies.yaml")
    asked = {
        alias: [route_of(router.completion(alias, "Hello"))[0] for _ in range(40)]
        for alias in ("priority", "in_turn", "weighted")
    }
    assert set(asked["priority"]) == {"openai"}
    assert {asked["in_turn"][::2].count(name) for name in ("openai", "anthropic")} == {0, 20}
    assert asked["in_turn"].count("openai") == 20
    assert asked["weighted"].count("openai") > asked["weighted"].count("anthropic") > 0


def test_the_cheapest_that_is_good_enough_is_asked(world: World) -> None:
    router = world.router("023-routing-strategies.yaml")
    asked = {route_of(router.completion("cheapest", "Hello"))[0] for _ in range(5)}
    assert asked == {"openai"}  # flash is cheaper and not good enough, sonnet is dearer
    world.fails("openai")
    assert answer_of(router.completion("cheapest", "Hello")) == "anthropic"


# ---- patterns


@pytest.fixture
def any_gpt_4(world: World) -> Router:
    world.gateway = Router(
        {"any-gpt-4": ["openai/gpt-4", "azure/gpt-4"], "others": ["cohere/command-r-plus"]}
    )
    return world.gateway


def test_whichever_variant_is_available_answers(world: World, any_gpt_4: Router) -> None:
    get_completion = world.run("030-transparent-switching.py")["get_completion"]
    assert get_completion("Hello") == "openai"
    world.fails("openai")
    assert get_completion("Hello") == "azure"
    assert world.sent("azure")["messages"] == [{"role": "user", "content": "Hello"}]


def test_the_first_model_within_the_budget_is_asked(world: World) -> None:
    world.gateway = Router(
        {"all": ["openai/gpt-4", "anthropic/claude-3-sonnet", "cohere/command-r-plus"]}
    )
    get_completion = world.run("031-cost-aware.py")["get_completion"]
    assert answer_of(get_completion("Hello", budget=0.05)) == "openai"
    assert answer_of(get_completion("Hello", budget=0.003)) == "anthropic"
    assert get_completion("Hello", budget=0.001) is None
    assert world.asked() == {"openai": 1, "anthropic": 1}


def test_the_cheapest_within_the_budget_is_asked() -> None:
    prices = {"openai/gpt-4": 30.0, "anthropic/claude-3-sonnet": 3.0, "cohere/command-r-plus": 2.5}
    targets = [
        {"model": model, "prices": {"input": usd, "output": usd}, "mock_response": model}
        for model, usd in prices.items()
    ]
    router = Router({"all": {"strategy": "lowest_cost", "targets": targets}})

    def ask(budget: float) -> Any:
        return router.completion("all", "Hello", provider={"max_price": {"prompt": budget}})

    assert answer_of(ask(30)) == "cohere/command-r-plus"
    assert answer_of(ask(2.7)) == "cohere/command-r-plus"
    with pytest.raises(NotFoundError, match="price"):
        ask(1)


def test_a_slow_provider_is_left_behind_after_warm_up(world: World) -> None:
    messages = [{"role": "user", "content": "Hello"}]
    world.slows(0.03, "openai")
    names = world.run("032-latency-optimized.py", messages=messages)
    assert answer_of(names["response"]) in ("openai", "anthropic")
    # The article leaves out what LiteLLM measures latency for: its routing_strategy.
    router = Router(
        {
            **names["router"].config,
            "router_settings": {"routing_strategy": "latency-based-routing", "num_retries": 1},
        }
    )
    for _ in range(12):
        router.completion("gpt-4", messages)
    last = [route_of(router.completion("gpt-4", messages))[0] for _ in range(5)]
    assert last.count("anthropic") >= 4


def test_a_call_that_times_out_falls_back_to_claude(world: World) -> None:
    router = world.run("027-automatic-fallback.py")["router"]
    world.answers("openai", Reply(text="late", delay=60))
    openai, _ = [row.id for row in router.status()]
    response = router.completion("gpt-4", "Explain AI", deployment=openai, timeout=0.2)
    assert outcomes_of(response) == [("openai", "timeout"), ("anthropic", "finished")]


def test_langchains_models_are_aliases(world: World) -> None:
    assert 'OpenAI(model="gpt-4")' in text_of("029-langchain.py")
    assert 'Anthropic(model="claude-3-opus")' in text_of("029-langchain.py")
    router = world.router("029-langchain.json")
    assert answer_of(router.completion("llm1", "AI explanation")) == "openai"
    assert answer_of(router.completion("llm2", "AI explanation")) == "anthropic"
    assert world.sent("anthropic")["model"] == "claude-3-opus"
