"""What one call says to the cache, how a cache is set up and looked into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import ask, text_of

import llmgate
from llmgate.testing import FakeProvider

pytestmark = pytest.mark.usefixtures("cache")


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
        ({"ttl": -1}, "accepted: a number from 0"),
        ({"ttl": float("nan")}, "ttl"),
        ({"ttl": float("inf")}, "ttl"),
        ({"ttl": "soon"}, "ttl"),
        ({"max_bytes": -1}, "accepted: a number from 65536"),
        ({"max_bytes": 1 << 70}, "accepted: a number from 65536"),
        ({"max_entry_bytes": -5}, "max_entry_bytes"),
        ({"type": "disk", "max_disk_bytes": 1}, "max_disk_bytes"),
        ({"type": "disk", "max_disk_bytes": 1 << 80}, "max_disk_bytes"),
        ({"namespace": "a\nb"}, "control byte"),
        ({"namespace": "x" * 300}, "300 bytes"),
        ({"type": "redis", "port": 99999}, "port"),
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
