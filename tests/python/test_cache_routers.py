"""A Router's cache, and the caches of other dialects."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from support import ask, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply, Usage

pytestmark = pytest.mark.usefixtures("cache")


def router_of(
    fake: FakeProvider, key: str = "sk-router-secret", tags: Any = (), **settings: Any
) -> llmgate.Router:
    parameters = {"model": "openai/m", "api_base": fake.url, "api_key": key, "tags": list(tags)}
    return llmgate.Router([{"model_name": "m", "litellm_params": parameters}], **settings)


def test_a_router_caches_when_told_to(counting: FakeProvider) -> None:
    llmgate.cache = None
    plain = router_of(counting)
    caching = router_of(counting, cache_responses=True, cache_kwargs={"ttl": 60})
    for router, expected in ((plain, [False, False]), (caching, [False, True])):
        assert [router.completion("m", "Hi").cache_hit for _ in range(2)] == expected
    assert caching.cache is not None
    assert caching.cache.stats.hits == 1
    assert plain.cache is None


@pytest.mark.parametrize("settings", [True, {"ttl": 60}])
def test_a_dict_of_aliases_may_have_a_cache(counting: FakeProvider, settings: Any) -> None:
    llmgate.cache = None
    target = {"model": "openai/m", "api_base": counting.url, "api_key": "any"}
    router = llmgate.Router({"m": [target]}, cache=settings)
    assert [router.completion("m", "Hi").cache_hit for _ in range(2)] == [False, True]
    assert "cache" in router.to("native")
    with pytest.raises(llmgate.BadRequestError, match="tll"):
        llmgate.Router({"m": [target]}, cache={"tll": 60})


def test_a_router_uses_the_cache_of_all_calls(counting: FakeProvider) -> None:
    router = router_of(counting)
    assert [router.completion("m", "Hi").cache_hit for _ in range(2)] == [False, True]
    assert not ask(counting).cache_hit  # another scope
    assert not router_of(counting, key="sk-another-secret").completion("m", "Hi").cache_hit
    assert router_of(counting).completion("m", "Hi").cache_hit  # an equal plan


def test_tags_and_headers_of_a_routed_call_count(counting: FakeProvider) -> None:
    router = router_of(counting, tags=["a", "b"])
    router.completion("m", "Hi", tags=["a"])
    assert router.completion("m", "Hi", tags=["a"], priority=3, session_id="s").cache_hit
    assert not router.completion("m", "Hi", tags=["b"]).cache_hit
    assert not router.completion("m", "Hi", metadata={"tags": ["a"]}).cache_hit
    assert not router.completion("m", "Hi", extra_headers={"x-a": "b"}).cache_hit


def test_a_routers_calls_merge_when_told_to() -> None:
    llmgate.cache = None
    with FakeProvider(lambda request: Reply(text="one", delay=0.2)) as fake:
        router = router_of(fake, merge=True)

        async def main() -> list[Any]:
            return await asyncio.gather(*(router.acompletion("m", "Hi") for _ in range(50)))

        assert {text_of(response) for response in asyncio.run(main())} == {"one"}
        assert fake.count == 1


def test_a_portkey_cache_shows_its_status(counting: FakeProvider) -> None:
    llmgate.cache = None
    config = {
        "cache": {"mode": "simple", "max_age": 3600},
        "provider": "openai",
        "api_key": "sk-portkey-secret",
        "custom_host": counting.url,
    }
    client = llmgate.Client(config=config)
    statuses = [
        client.chat.completions.create(messages="Hi", model="m", **more).route[0].cache
        for more in ({}, {}, {"cache": {"no-cache": True}}, {"caching": False})
    ]
    assert statuses == ["MISS", "HIT", "REFRESH", "DISABLED"]


def test_a_hit_has_saved_what_its_own_deployment_asks_for() -> None:
    reply = Reply(text="Hello", usage=Usage(1000, 100))
    with FakeProvider(lambda request: reply) as fake:
        parameters = {"model": "openai/gpt-4o", "api_base": fake.url, "api_key": "sk-1"}
        prices = {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-5}
        router = llmgate.Router(
            [{"model_name": "m", "litellm_params": {**parameters, **prices}}], cache_responses=True
        )
        first, second = (router.completion("m", "Hi") for _ in range(2))
    assert first.cost.total == Decimal("0.002")
    assert second.saved.total == Decimal("0.002")
