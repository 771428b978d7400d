"""The cache: what shares an answer and what never does, and what a hit is like."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support import aask, ask, run_child, text_of

import llmgate
from llmgate.testing import FakeProvider, Reasoning, Reply, ToolCall


@pytest.fixture(autouse=True)
def cache() -> Iterator[llmgate.Cache]:
    llmgate.cache = llmgate.Cache()
    yield llmgate.cache
    llmgate.cache = None


@pytest.fixture
def counting() -> Iterator[FakeProvider]:
    """A provider that never says the same twice."""
    numbers = iter(range(10**9))
    with FakeProvider(lambda request: f"answer {next(numbers)}") as provider:
        yield provider


def words(stream: Any) -> str:
    return "".join(c.choices[0].delta.content or "" for c in stream if c.choices)


def test_without_a_cache_every_call_asks(counting: FakeProvider) -> None:
    llmgate.cache = None
    responses = [ask(counting) for _ in range(2)]
    assert [text_of(response) for response in responses] == ["answer 0", "answer 1"]
    assert [response.cache_hit for response in responses] == [False, False]
    assert responses[0].route[0].cache is None


def test_an_equal_call_is_answered_from_memory(counting: FakeProvider) -> None:
    first, second = ask(counting), ask(counting)
    assert counting.count == 1
    assert (first.cache_hit, second.cache_hit) == (False, True)
    assert first.model_dump() == second.model_dump()
    assert (first.cache_age, first.route[0].cache) == (None, "MISS")
    assert second.cache_age >= 0
    assert (second.route[0].cache, second.route[0].outcome) == ("HIT", "cached")
    assert second._hidden_params["cache_hit"] is True
    assert second.usage.total_tokens == first.usage.total_tokens


def test_two_credentials_never_share(counting: FakeProvider) -> None:
    ours, theirs = (ask(counting, api_key=f"sk-of-{who}-secret") for who in ("us", "them"))
    assert counting.count == 2
    assert text_of(ours) != text_of(theirs)
    assert text_of(ask(counting, api_key="sk-of-us-secret")) == text_of(ours)
    assert text_of(ask(counting, api_key="sk-of-them-secret")) == text_of(theirs)
    assert counting.count == 2


def test_two_addresses_never_share(counting: FakeProvider) -> None:
    with FakeProvider(lambda request: "elsewhere") as other:
        assert text_of(ask(counting)) == "answer 0"
        assert text_of(ask(other)) == "elsewhere"


def test_reordered_requests_share(counting: FakeProvider) -> None:
    message = {"role": "user", "content": "Hi"}
    tool = {"type": "function", "function": {"name": "f", "parameters": {"a": 1, "b": 2}}}
    other_tool = {"function": {"parameters": {"b": 2.0, "a": 1}, "name": "f"}, "type": "function"}
    ask(counting, [message], temperature=1, tools=[tool], top_p=0.5)
    again = ask(
        counting,
        [dict(reversed(message.items()))],
        top_p=0.5,
        tools=[other_tool],
        temperature=1.0,
    )
    assert again.cache_hit
    assert counting.count == 1


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.5},
        {"seed": 1},
        {"extra_body": {"vendor_knob": 1}, "drop_params": True},
        {"extra_headers": {"x-tenant": "b"}},
        {"model": "openai/other"},
        {"messages": "Ho"},
        {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "Hi"}]},
        {"cache": {"namespace": "b"}},
        {"strict": True},
    ],
)
def test_whatever_reaches_the_provider_counts(
    counting: FakeProvider, change: dict[str, Any]
) -> None:
    first = ask(counting)
    second = ask(counting, **change)
    assert not second.cache_hit
    assert text_of(first) != text_of(second)


@pytest.mark.parametrize(
    "change",
    [{"timeout": 7}, {"num_retries": 2}, {"deadline": 9}, {"metadata": {"trace": "t"}}],
)
def test_what_only_steers_the_call_does_not_count(
    counting: FakeProvider, change: dict[str, Any]
) -> None:
    ask(counting)
    assert ask(counting, **change).cache_hit


def test_streams_and_plain_calls_share_an_entry(counting: FakeProvider) -> None:
    stream = ask(counting, stream=True)
    assert words(stream) == "answer 0"
    plain = ask(counting)
    assert (plain.cache_hit, text_of(plain)) == (True, "answer 0")
    again = ask(counting, stream=True, stream_options={"include_usage": True})
    assert words(again) == "answer 0"
    assert again.response.cache_hit
    assert again.response.model_dump() == stream.response.model_dump()
    assert counting.count == 1


def test_asynchronous_calls_share_it_too(counting: FakeProvider) -> None:
    async def main() -> None:
        first = await aask(counting)
        second = await aask(counting)
        assert (second.cache_hit, text_of(second)) == (True, text_of(first))
        stream = await aask(counting, stream=True)
        pieces = [c.choices[0].delta.content or "" async for c in stream if c.choices]
        assert "".join(pieces) == "answer 0"
        assert stream.response.cache_hit

    asyncio.run(main())
    assert counting.count == 1
    assert ask(counting).cache_hit


REPLIES = {
    "tools": Reply(tool_calls=[ToolCall("weather", {"city": "Köln"}), ToolCall("time", {})]),
    "reasoning": Reply(blocks=[Reasoning("because", signature="sig=="), "so"]),
    "length": Reply(text="cut sh", finish_reason="length"),
}


@pytest.mark.parametrize("format", ["openai.chat", "anthropic.messages"])
@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("is_stream", [False, True])
def test_a_hit_equals_the_answer_that_was_stored(format: str, name: str, is_stream: bool) -> None:
    model = "openai/m" if format == "openai.chat" else "anthropic/m"
    with FakeProvider(lambda request: REPLIES[name], format=format) as fake:
        more: dict[str, Any] = {"model": model, "max_tokens": 99, "api_base": fake.url}
        if is_stream:
            stream = ask(fake, stream=True, **more)
            list(stream)
            stored = stream.response
        else:
            stored = ask(fake, **more)
        hit = ask(fake, **more)
        replayed = ask(fake, stream=True, **more)
        rebuilt = llmgate.stream_chunk_builder(list(replayed))
    assert hit.cache_hit
    assert fake.count == 1
    for equal in (hit, replayed.response):
        assert equal.model_dump() == stored.model_dump()
        assert equal.turn == stored.turn
        assert equal.dispositions == stored.dispositions
        assert equal.native_finish_reason == stored.native_finish_reason
    assert rebuilt.choices[0].message.model_dump() == stored.choices[0].message.model_dump()


def test_failures_and_filtered_answers_are_not_kept() -> None:
    replies = [
        Reply.error(500),
        Reply.error(429),
        Reply(text="bad", finish_reason="content_filter"),
        "good",
    ]
    with FakeProvider(replies) as fake:
        for error in (llmgate.InternalServerError, llmgate.RateLimitError):
            with pytest.raises(error):
                ask(fake)
        assert ask(fake).choices[0].finish_reason == "content_filter"
        assert text_of(ask(fake)) == "good"
        assert text_of(ask(fake)) == "good"
        assert fake.count == 4


def test_a_stream_that_is_left_is_not_kept() -> None:
    with FakeProvider(lambda request: Reply(text="a b c d e f g h", chunk_delay=0.05)) as fake:
        with ask(fake, stream=True) as stream:
            next(stream)
        assert not ask(fake).cache_hit


def test_what_a_call_says_to_the_cache(counting: FakeProvider, cache: llmgate.Cache) -> None:
    first = ask(counting)
    refreshed = ask(counting, cache={"no-cache": True})
    assert (text_of(refreshed), refreshed.route[0].cache) == ("answer 1", "REFRESH")
    assert text_of(ask(counting)) == "answer 1"
    assert text_of(first) == "answer 0"
    unstored = ask(counting, "other", cache={"no-store": True})
    assert unstored.route[0].cache == "MISS"
    assert not ask(counting, "other", cache={"no-store": True}).cache_hit
    off = ask(counting, caching=False)
    assert (off.cache_hit, off.route[0].cache) == (False, "DISABLED")
    too_old = ask(counting, cache={"s-maxage": 0})
    assert not too_old.cache_hit
    assert ask(counting, cache={"s-maxage": 3600}).cache_hit
    ask(counting, "short", cache={"ttl": 0.5})
    (entry,) = [e for e in cache.entries() if e.expires_at is not None]
    assert entry.expires_at - entry.stored_at == pytest.approx(0.5)


def test_namespaces_are_apart_and_cleared_apart(
    counting: FakeProvider, cache: llmgate.Cache
) -> None:
    for name in ("red", "blue"):
        ask(counting, cache={"namespace": name})
    assert counting.count == 2
    assert cache.clear("red") == 1
    assert not ask(counting, cache={"namespace": "red"}).cache_hit
    assert ask(counting, cache={"namespace": "blue"}).cache_hit


def test_a_cache_that_is_off_by_default_is_asked_for(counting: FakeProvider) -> None:
    llmgate.cache = llmgate.Cache(mode="default_off")
    ask(counting)
    assert not ask(counting, caching=True).cache_hit
    assert ask(counting, caching=True).cache_hit
    assert ask(counting, cache={"use-cache": True}).cache_hit
    assert not ask(counting).cache_hit


def test_only_what_is_deterministic(counting: FakeProvider) -> None:
    llmgate.cache = llmgate.Cache(only_deterministic=True)
    for _ in range(2):
        assert ask(counting, temperature=0.7).route[0].cache == "DISABLED"
        ask(counting)
    ask(counting, temperature=0)
    ask(counting, seed=7)
    assert counting.count == 6
    assert ask(counting, temperature=0).cache_hit
    assert ask(counting, seed=7).cache_hit


def test_entries_are_looked_at_deleted_and_exported(
    counting: FakeProvider, cache: llmgate.Cache, tmp_path: Path
) -> None:
    ask(counting, "One")
    response = ask(counting, "Two")
    assert len(cache) == 2
    ids = {cache.get(e.id).request.messages[0].content: e.id for e in cache.entries()}
    entry = cache.get(ids["Two"])
    assert entry.response.choices[0].message.content == text_of(response)
    assert (entry.provider, entry.model) == ("openai", response.model)
    assert ask(counting, "Two")._hidden_params["cache_key"] == ids["Two"]
    assert cache.export(tmp_path / "cache.jsonl") == 2
    lines = (tmp_path / "cache.jsonl").read_text().splitlines()
    assert {json.loads(line)["id"] for line in lines} == set(ids.values())
    assert "sk-" not in "".join(lines)
    assert cache.delete(ids["Two"])
    assert not cache.delete(ids["Two"])
    assert cache.get(ids["Two"]) is None
    assert not ask(counting, "Two").cache_hit
    assert ask(counting, "One").cache_hit
    assert cache.clear() == 2


def test_stats_count_what_was_saved(counting: FakeProvider, cache: llmgate.Cache) -> None:
    response = ask(counting)
    ask(counting)
    stats = cache.stats
    assert (stats.hits, stats.misses, stats.stores, stats.entries) == (1, 1, 1, 1)
    assert stats.saved_prompt_tokens == response.usage.prompt_tokens
    assert stats.saved_completion_tokens == response.usage.completion_tokens
    assert "1 hits" in repr(cache)


def test_enable_update_and_disable(cache: llmgate.Cache) -> None:
    llmgate.enable_cache()
    assert llmgate.cache is cache
    llmgate.update_cache(ttl=5)
    assert llmgate.cache is not cache
    llmgate.disable_cache()
    assert llmgate.cache is None
    llmgate.enable_cache(type="local")
    assert isinstance(llmgate.cache, llmgate.Cache)
    with pytest.raises(TypeError, match="accepted: Cache or None"):
        llmgate.cache = {"type": "local"}  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"namespce": "x"}, 'did you mean "namespace"'),
        ({"type": "locall"}, 'did you mean "local"'),
        ({"ttl": 0}, "accepted: seconds above 0"),
        ({"ttl": 1e12}, "accepted: a number"),
        ({"max_bytes": 5}, "accepted: a number from 65536"),
        ({"namespace": "a\nb"}, "control byte"),
        ({"type": "disk", "disk_cache_dir": "/proc/no"}, "/proc/no"),
        ({"type": "redis", "url": "http://h"}, "redis://"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(llmgate.BadRequestError, match=message):
        llmgate.Cache(**settings)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"cache": {"no-cash": True}}, 'did you mean "no-cache"'),
        ({"cache": {"ttl": "soon"}}, "is of type str; accepted: seconds"),
        ({"cache": {"ttl": -1}}, "accepted: seconds from 0"),
        ({"cache": {"namespace": "\x07"}}, "control byte"),
        ({"cache": {"no-store": 1}}, "accepted: bool"),
        ({"cache": True}, "accepted: a dict"),
        ({"caching": "yes"}, "accepted: bool"),
        ({"merge": 1}, "accepted: bool"),
    ],
)
def test_bad_words_to_the_cache_are_refused(
    counting: FakeProvider, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(llmgate.BadRequestError, match=message):
        ask(counting, **more)
    assert counting.count == 0


def test_asking_for_a_cache_that_is_not_there_is_refused(counting: FakeProvider) -> None:
    llmgate.cache = None
    with pytest.raises(llmgate.BadRequestError, match=r"llmgate\.cache = llmgate\.Cache"):
        ask(counting, caching=True)
    assert text_of(ask(counting, cache={"no-cache": True, "no-store": True})) == "answer 0"


def test_a_hit_needs_no_engine_and_no_provider(tmp_path: Path) -> None:
    script = """
        import llmgate
        from llmgate import _core
        llmgate.cache = llmgate.Cache(type="disk", disk_cache_dir={folder!r})
        response = llmgate.completion("openai/m", "Hi", mock_response="Hello!")
        print(response.cache_hit, response.choices[0].message.content)
    """
    outputs = [run_child(script.format(folder=str(tmp_path))).stdout for _ in range(2)]
    assert outputs == ["False Hello!\n", "True Hello!\n"]


def test_a_forked_child_has_the_parents_answers(tmp_path: Path) -> None:
    script = """
        import os, threading, llmgate
        llmgate.cache = llmgate.Cache(type="disk", disk_cache_dir={folder!r})
        def ask(i):
            return llmgate.completion("openai/m", f"Hi {{i}}", mock_response="Hello!").cache_hit
        ask(0)
        stop = threading.Event()
        def churn():
            i = 0
            while not stop.is_set():
                ask(i := i + 1)
        threads = [threading.Thread(target=churn) for _ in range(3)]
        for thread in threads: thread.start()
        for _ in range(10):
            child = os.fork()
            if child == 0:
                os._exit(0 if ask(0) and not ask(-os.getpid()) else 1)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), end=" ")
        stop.set()
        for thread in threads: thread.join()
    """
    assert run_child(script.format(folder=str(tmp_path))).stdout == "0 " * 10


@pytest.mark.filterwarnings("ignore::llmgate.LLMGateWarning")
def test_a_disk_that_vanishes_costs_no_call(counting: FakeProvider, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    llmgate.cache = llmgate.Cache(type="disk", disk_cache_dir=str(folder))
    ask(counting)
    for file in folder.glob("*.sqlite"):
        file.write_bytes(b"torn")
    assert text_of(ask(counting, "Two")) == "answer 1"
    assert ask(counting, "Two").cache_hit


def test_a_redis_that_is_down_costs_one_warning_and_no_call(counting: FakeProvider) -> None:
    with pytest.warns(llmgate.LLMGateWarning, match="cache: the Redis cache is off"):
        llmgate.cache = llmgate.Cache(type="redis", host="127.0.0.1", port=1)
    assert text_of(ask(counting)) == "answer 0"
    assert ask(counting).cache_hit
    (tier,) = llmgate.cache.stats.tiers
    assert (tier.name, tier.is_usable) == ("redis", False)


def test_a_thousand_equal_calls_are_one(cache: llmgate.Cache) -> None:
    with FakeProvider(lambda request: Reply(text="one for all", delay=0.3)) as fake:

        async def main() -> list[Any]:
            return await asyncio.gather(*(aask(fake, merge=True) for _ in range(1000)))

        responses = asyncio.run(main())
        assert fake.count == 1
    assert {text_of(response) for response in responses} == {"one for all"}


def test_threads_that_ask_at_once_are_one() -> None:
    with (
        FakeProvider(lambda request: Reply(text="one for all", delay=0.3)) as fake,
        ThreadPoolExecutor(16) as pool,
    ):
        answers = list(pool.map(lambda _: text_of(ask(fake, merge=True)), range(64)))
        assert set(answers) == {"one for all"}
        assert fake.count == 1


def test_samples_stay_samples_unless_merging_is_asked_for(counting: FakeProvider) -> None:
    llmgate.cache = None

    async def main() -> list[str]:
        return [text_of(r) for r in await asyncio.gather(*(aask(counting) for _ in range(10)))]

    assert len(set(asyncio.run(main()))) == 10


def test_merged_streams_say_the_same_to_all() -> None:
    llmgate.cache = None
    with FakeProvider(lambda request: Reply(text="a b c d e f", chunk_delay=0.02)) as fake:

        async def read() -> str:
            stream = await aask(fake, stream=True, merge=True)
            return "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])

        async def main() -> list[str]:
            first = asyncio.create_task(read())
            await asyncio.sleep(0.05)
            return [await first, *await asyncio.gather(*(read() for _ in range(5)))]

        async def together() -> list[str]:
            return list(await asyncio.gather(*(read() for _ in range(20))))

        assert set(asyncio.run(main())) == {"a b c d e f"}
        before = fake.count
        assert set(asyncio.run(together())) == {"a b c d e f"}
        assert fake.count == before + 1


def test_one_who_cancels_leaves_the_others(cache: llmgate.Cache) -> None:
    with FakeProvider(lambda request: Reply(text="late", delay=0.3)) as fake:

        async def main() -> tuple[Any, Any]:
            tasks = [asyncio.create_task(aask(fake, merge=True)) for _ in range(3)]
            await asyncio.sleep(0.1)
            tasks[0].cancel()
            return await tasks[1], await tasks[2]

        assert [text_of(response) for response in asyncio.run(main())] == ["late", "late"]
        assert fake.count == 1


def test_one_whose_time_is_up_leaves_the_others() -> None:
    with FakeProvider(lambda request: Reply(text="late", delay=0.6)) as fake:

        async def main() -> list[Any]:
            times: list[dict[str, Any]] = [{"timeout": 0.2}, {}, {"deadline": 0.1}, {"timeout": 30}]
            calls = (aask(fake, merge=True, **time) for time in times)
            return await asyncio.gather(*calls, return_exceptions=True)

        first, second, third, fourth = asyncio.run(main())
        assert isinstance(first, llmgate.Timeout)
        assert isinstance(third, llmgate.Timeout)
        assert [text_of(second), text_of(fourth)] == ["late", "late"]
        assert fake.count == 1


def test_a_merged_error_goes_to_all_and_is_not_kept() -> None:
    with FakeProvider([Reply(status=400, delay=0.2), "good"]) as fake:

        async def main() -> list[Any]:
            calls = (aask(fake, merge=True) for _ in range(5))
            return await asyncio.gather(*calls, return_exceptions=True)

        errors = asyncio.run(main())
        assert all(isinstance(error, llmgate.BadRequestError) for error in errors)
        assert text_of(ask(fake)) == "good"


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


class HashOfThePrompt:
    """The exercise of the lesson: "SHA256 of the prompt is a lookup key"."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}

    def ask(self, fake: FakeProvider, messages: Any, **more: Any) -> Any:
        prompt = messages if isinstance(messages, str) else messages[-1]["content"]
        key = hashlib.sha256(prompt.encode()).hexdigest()
        if key not in self.answers:
            self.answers[key] = ask(fake, messages, caching=False, **more)
        return self.answers[key]


def answer_of(request: Any) -> str:
    """Says what it was asked, so that a wrong answer shows."""
    body = request.body
    system = [m["content"] for m in body["messages"] if m["role"] == "system"]
    return f"{body['model']} {system} {body.get('temperature')} {body['messages'][-1]['content']}"


def test_the_lessons_key_gives_wrong_answers_where_ours_gives_none() -> None:
    calls: list[dict[str, Any]] = [
        {"messages": "Capital of France?"},
        {"messages": "Capital of France?", "model": "openai/large"},
        {"messages": "Capital of France?", "temperature": 0.1},
        {
            "messages": [
                {"role": "system", "content": "Answer in French."},
                {"role": "user", "content": "Capital of France?"},
            ]
        },
    ]
    with FakeProvider(answer_of) as fake:
        right = [text_of(ask(fake, caching=False, **call)) for call in calls]
        lesson = HashOfThePrompt()
        theirs = [text_of(lesson.ask(fake, **call)) for call in calls]
        ours = [text_of(ask(fake, **call)) for call in calls + calls]
    assert [a == b for a, b in zip(theirs, right, strict=True)] == [True, False, False, False]
    assert ours == right + right


def test_no_answer_is_ever_another_requests() -> None:
    """A trace of few prompts by few callers, spelled in several ways."""
    chance = random.Random(5)
    llmgate.cache = llmgate.Cache(max_bytes=200_000)  # so small that entries leave
    with FakeProvider(answer_of) as fake:
        for _ in range(1500):
            prompt = f"prompt {min(int(chance.paretovariate(0.8)), 400)}"
            model = chance.choice(["a", "b"])
            more: dict[str, Any] = {"temperature": chance.choice([0, 1, 1.0])}
            if chance.random() < 0.5:
                more = {"n": 1, **more}
            response = ask(fake, prompt, model=f"openai/{model}", **more)
            said = text_of(response).split(" ", 3)
            assert (said[0], said[3]) == (model, prompt)
            assert float(said[2]) == more["temperature"]
        assert llmgate.cache.stats.hits > 300
        assert llmgate.cache.stats.evictions > 0
