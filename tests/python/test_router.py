"""Calls through a Router: plain, asynchronous and streamed ones, and what each may ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from router_support import Three, server_of, three_providers, told
from support import KEY, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply


@pytest.fixture
def three() -> Iterator[Three]:
    with three_providers() as providers:
        yield providers


def plain(router: llmgate.Router, model: str, **more: Any) -> Any:
    return router.completion(model, "Hi", **more)


def streamed(router: llmgate.Router, model: str, **more: Any) -> Any:
    stream: Any = router.completion(model, "Hi", stream=True, **more)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    return stream.response


def awaited(router: llmgate.Router, model: str, **more: Any) -> Any:
    return asyncio.run(router.acompletion(model, "Hi", **more))


def streamed_asynchronously(router: llmgate.Router, model: str, **more: Any) -> Any:
    async def read() -> Any:
        stream: Any = await router.acompletion(model, "Hi", stream=True, **more)
        async for _ in stream:
            pass
        return stream.response

    return asyncio.run(read())


WAYS = [plain, streamed, awaited, streamed_asynchronously]


@pytest.mark.parametrize("ask", [plain, streamed, streamed_asynchronously])
def test_a_warning_is_told_where_the_router_is_called(
    ask: Callable[..., Any], three: Three
) -> None:
    unknown = f"temprature_{ask.__name__}"
    with pytest.warns(llmgate.LLMGateWarning, match=unknown) as seen:
        ask(three.router(), "chat", **{unknown: 0.5})
    assert [warning.filename for warning in seen] == [__file__]


@pytest.mark.parametrize("ask", WAYS)
def test_every_way_of_calling_falls_back_with_the_route_told(ask: Callable[..., Any]) -> None:
    with three_providers(a=[Reply.error(503)], b=[Reply.cut()], c=["I am here."]) as three:
        router = three.router(num_retries=0, fallbacks=[{"chat": ["large"]}])
        answer = ask(router, "chat")
        assert text_of(answer) == "I am here."
        assert told(answer) == [
            ("a", "service_unavailable"),
            ("b", "connection_lost"),
            ("c", "finished"),
        ]
        first, second, third = answer.route
        assert (first.status, second.status, third.status) == (503, None, 200)
        assert first.maybe_billed is False
        assert second.maybe_billed is True
        assert "fallback" in third.why
        assert three.counts == [1, 1, 1]


@pytest.mark.parametrize("ask", WAYS)
def test_every_way_of_calling_shares_health_and_limits(
    ask: Callable[..., Any], three: Three
) -> None:
    router = llmgate.Router(
        [three.deployment("a", order=1, rpm=1), three.deployment("b", order=2)],
        enable_pre_call_checks=True,
    )
    assert server_of(plain(router, "chat")) == "a"
    assert server_of(ask(router, "chat")) == "b"
    assert router.status()["a"].requests_per_minute == 1


def test_an_unknown_name_is_refused_with_the_nearest(three: Three) -> None:
    with pytest.raises(llmgate.BadRequestError, match='did you mean "large"') as caught:
        plain(three.router(), "lagre")
    assert caught.value.json_path == "$.model"
    assert three.counts == [0, 0, 0]


def test_a_call_says_how_often_it_is_retried() -> None:
    with three_providers(c=[Reply.error(500)]) as three:
        router = three.router(num_retries=2)
        for given, made in (({"num_retries": 0}, 1), ({"num_retries": 1}, 2), ({}, 3)):
            with pytest.raises(llmgate.InternalServerError) as caught:
                plain(router, "large", **given)
            assert told(caught.value) == [("c", "internal_server")] * made


def test_a_call_brings_fallbacks_of_its_own_or_wants_none() -> None:
    with three_providers(c=[Reply.error(500)]) as three:
        router = three.router(num_retries=0)
        assert server_of(plain(router, "large", fallbacks=["chat"])) == "a"
        configured = three.router(num_retries=0, fallbacks=[{"large": ["chat"]}])
        assert server_of(plain(configured, "large")) == "a"
        with pytest.raises(llmgate.InternalServerError) as caught:
            plain(configured, "large", disable_fallbacks=True)
        assert told(caught.value) == [("c", "internal_server")]
        with pytest.raises(llmgate.BadRequestError, match="does not know"):
            plain(router, "large", fallbacks=["nobody"])


def test_a_call_chooses_its_deployment(three: Three) -> None:
    router = three.router()
    assert server_of(plain(router, "chat", deployment="b")) == "b"
    assert server_of(plain(router, "chat", specific_deployment="b")) == "b"
    assert server_of(plain(router, "anthropic/b")) == "b"
    with pytest.raises(llmgate.BadRequestError, match="no deployment's id"):
        plain(router, "chat", deployment="z")


def test_tags_and_region_leave_out_deployments(three: Three) -> None:
    router = llmgate.Router(
        [
            three.deployment("a", tags=["free"], region_name="us"),
            three.deployment("b", tags=["paid"], region_name="eu"),
        ],
        enable_tag_filtering=True,
    )
    for _ in range(4):
        assert server_of(plain(router, "chat", tags=["paid"])) == "b"
        assert server_of(plain(router, "chat", metadata={"tags": ["free"]})) == "a"
        assert server_of(plain(router, "chat", region="eu")) == "b"
    with pytest.raises(llmgate.NotFoundError, match="no deployment takes this request"):
        plain(router, "chat", region="mars")


def test_a_session_stays_where_it_began(three: Three) -> None:
    router = llmgate.Router(
        {
            "chat": {
                "targets": [
                    {"model": "openai/a", "id": "a", "api_key": KEY, "api_base": three.a.url},
                    {"model": "anthropic/b", "id": "b", "api_key": KEY, "api_base": three.b.url},
                ],
                "strategy": "round_robin",
            },
            "policies": {"sticky_for": 60},
        }
    )
    for session in ("one", "two", "three"):
        first = server_of(plain(router, "chat", session_id=session))
        assert {server_of(plain(router, "chat", session_id=session)) for _ in range(4)} == {first}
    assert three.counts[0]
    assert three.counts[1]


def test_conditions_read_metadata_and_parameters(three: Three) -> None:
    def target(name: str, model: str, fake: FakeProvider) -> dict[str, Any]:
        return {
            "name": name,
            "provider": model.partition("/")[0],
            "api_key": KEY,
            "custom_host": fake.url,
            "override_params": {"model": model.partition("/")[2]},
        }

    client = llmgate.Client(
        config={
            "strategy": {
                "mode": "conditional",
                "conditions": [
                    {"query": {"metadata.plan": {"$eq": "paid"}}, "then": "good"},
                    {"query": {"params.max_tokens": {"$gt": 1000}}, "then": "good"},
                ],
                "default": "cheap",
            },
            "targets": [
                target("cheap", "openai/a", three.a),
                target("good", "anthropic/b", three.b),
            ],
        },
        metadata={"plan": "free"},
    )

    def provider_of(**more: Any) -> str:
        answer: Any = client.chat.completions.create(model="any", messages="Hi", **more)
        provider: str = answer.route[-1].provider
        return provider

    assert provider_of() == "openai"
    assert provider_of(metadata={"plan": "paid"}) == "anthropic"
    assert provider_of(max_tokens=2000) == "anthropic"
    assert three.counts == [1, 2, 0]


def test_deployments_at_their_limit_make_calls_wait_by_priority(three: Three) -> None:
    """The first call holds the only place; of those that wait, the urgent one goes first."""
    router = llmgate.Router([three.deployment("a", max_parallel_requests=1)], timeout=20)

    async def race() -> list[str]:
        done: list[str] = []

        async def call(name: str, priority: int) -> None:
            await router.acompletion("chat", name, priority=priority)
            done.append(name)

        calls = [call("holds the place", 0), call("idle", 5), call("middle", 3), call("urgent", 1)]
        await asyncio.gather(*calls)
        return done

    assert asyncio.run(race()) == ["holds the place", "urgent", "middle", "idle"]
    assert three.a.peak_in_flight == 1


def test_a_plain_call_takes_fallbacks_and_retries_without_a_router() -> None:
    with three_providers(a=[Reply.error(503)], b=["From b."]) as three:
        fallback = {"model": "anthropic/b", "api_base": three.b.url, "api_key": KEY}
        answer: Any = llmgate.completion(
            "openai/a",
            "Hi",
            api_base=three.a.url,
            api_key=KEY,
            num_retries=0,
            fallbacks=[fallback],
        )
        assert text_of(answer) == "From b."
        assert [attempt.provider for attempt in answer.route] == ["openai", "anthropic"]
        with pytest.raises(llmgate.BadRequestError, match="opnai"):
            llmgate.completion("openai/a", "Hi", api_key=KEY, fallbacks=["opnai/x"])
    with FakeProvider([Reply.error(500), Reply.error(500), "At last."]) as fake:
        answer = llmgate.completion("openai/a", "Hi", api_base=fake.url, api_key=KEY, num_retries=2)
        assert text_of(answer) == "At last."
        assert len(answer.route) == 3
