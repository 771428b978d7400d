"""OpenRouter's members of a request, obeyed by a Router over its own deployments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from router_support import Three, server_of, three_providers, told

import llmgate
from llmgate.testing import Reply


@pytest.fixture
def three() -> Iterator[Three]:
    with three_providers() as providers:
        yield providers


def priced(three: Three, **settings: Any) -> llmgate.Router:
    """a is dear, b is cheap, c between them."""
    prices = {"a": 9e-6, "b": 1e-6, "c": 3e-6}
    return llmgate.Router(
        [
            three.deployment(name, input_cost_per_token=price, output_cost_per_token=price)
            for name, price in prices.items()
        ],
        **settings,
    )


def ask(router: llmgate.Router, model: str = "chat", **more: Any) -> Any:
    return router.completion(model, "Hi", **more)


def test_models_follow_the_model_without_repeats() -> None:
    with three_providers(a=[Reply.error(503)], b=[Reply.error(503)], c=["c"]) as three:
        router = three.router(num_retries=1)
        answer = ask(router, models=["chat", "large"])
        assert [name for name, _ in told(answer)] == ["a", "b", "c"]
        assert "models" not in three.c.requests[-1].body


@pytest.mark.parametrize(
    ("provider", "who"),
    [
        ({"only": ["anthropic"]}, {"b"}),
        ({"ignore": ["openai", "gemini"]}, {"b"}),
        ({"order": ["gemini", "anthropic"]}, {"c"}),
        ({"sort": "price"}, {"b"}),
        ({"max_price": {"prompt": 2, "completion": 2}}, {"b"}),
        ({"max_price": {"prompt": 5}, "ignore": ["anthropic"]}, {"c"}),
    ],
)
def test_provider_preferences_pick_the_deployment(
    provider: dict[str, Any], who: set[str], three: Three
) -> None:
    router = priced(three)
    assert {server_of(ask(router, provider=provider)) for _ in range(6)} == who


def test_a_provider_that_allows_no_fallbacks_is_asked_alone() -> None:
    with three_providers(b=[Reply.error(500)]) as three:
        router = priced(three, num_retries=0, fallbacks=[{"chat": ["openai/a"]}])
        provider = {"order": ["anthropic"], "allow_fallbacks": False}
        with pytest.raises(llmgate.InternalServerError) as caught:
            ask(router, provider=provider)
        assert told(caught.value) == [("b", "internal_server")]


def test_floor_is_the_cheapest_and_a_route_preference_says_what_matters(three: Three) -> None:
    router = priced(three)
    assert {server_of(ask(router, "chat:floor")) for _ in range(6)} == {"b"}
    assert {server_of(ask(router, route_preference="cost")) for _ in range(6)} == {"b"}
    assert three.b.requests[-1].body["model"] == "b"


def test_nitro_is_the_one_with_the_highest_throughput() -> None:
    slow = Reply(text="word " * 20, delay=0.05)
    with three_providers(a=[slow], c=[slow], b=["word " * 20]) as three:
        router = three.balanced("simple-shuffle")
        for name in ("a", "b", "c"):
            assert server_of(ask(router, deployment=name)) == name
        assert {server_of(ask(router, "chat:nitro")) for _ in range(4)} == {"b"}


def test_what_no_deployment_meets_is_an_error_that_names_them(three: Three) -> None:
    with pytest.raises(llmgate.NotFoundError, match=r"a: .*b: .*c: ") as caught:
        ask(priced(three), provider={"max_price": {"prompt": 0.1}})
    assert "price" in str(caught.value)
    assert three.counts == [0, 0, 0]


@pytest.mark.parametrize(
    ("more", "place", "words"),
    [
        ({"provider": {"sort": "prize"}}, "$.provider.sort", '"price"'),
        ({"provider": {"onyl": ["x"]}}, "$.provider.onyl", '"only"'),
        ({"route_preference": "cheap"}, "$.route_preference", '"cost"'),
        ({"models": ["nobody"]}, "$.model", "does not know"),
    ],
)
def test_a_mistake_is_refused_with_its_place(
    more: dict[str, Any], place: str, words: str, three: Three
) -> None:
    with pytest.raises(llmgate.BadRequestError) as caught:
        ask(three.router(), **more)
    assert caught.value.json_path == place
    assert words in str(caught.value)


def test_auto_asks_the_classifier(three: Three) -> None:
    router = three.router(classifier={"code": "large", "default": "chat"})
    code = "Write a Python function that reverses a linked list.\n```python\ndef f(): ...\n```"
    answer: Any = router.completion("auto", code)
    assert server_of(answer) == "c"
    assert server_of(router.completion("auto", "Hello!")) == "a"
    own = three.router(classifier=lambda messages: "large" if "poem" in messages else "chat")
    assert server_of(own.completion("auto", "A poem, please.")) == "c"
    assert server_of(own.completion("auto", "Hello!")) == "a"


def test_a_classifier_of_unknown_words_is_refused(three: Three) -> None:
    with pytest.raises(ValueError, match="'cod' is no task or tier"):
        three.router(classifier={"cod": "large"})
    with pytest.raises(ValueError, match="'larg' is no alias"):
        three.router(classifier={"code": "larg"})
    with pytest.raises(llmgate.BadRequestError, match="auto"):
        ask(three.router(), "auto")
