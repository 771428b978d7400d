"""A cache on a disk or a server that does not do what it should."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support import ask, output_of, run_child, text_of

import llmgate
from llmgate.testing import FakeProvider

pytestmark = pytest.mark.usefixtures("cache")


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


def database(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def written_by_a_later_version(path: Path) -> None:
    script = "import sys, llmgate; llmgate.Cache(type='disk', disk_cache_dir=sys.argv[1])"
    output_of(script, str(path.parent))
    database(path, "PRAGMA user_version = 999")


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b"no database at all" * 100),
        lambda path: database(path, "CREATE TABLE of_another_program (x)"),
        written_by_a_later_version,
        lambda path: path.mkdir(),
    ],
    ids=["text", "foreign", "later", "folder"],
)
def test_a_file_that_is_none_of_ours_is_told_at_set_up(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    path = tmp_path / "llmgate-cache.sqlite"
    write(path)
    with pytest.raises(llmgate.BadRequestError, match=r"llmgate-cache\.sqlite"):
        llmgate.Cache(type="disk", disk_cache_dir=str(tmp_path))


def test_a_path_that_cannot_be_written_is_told_at_set_up(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    for folder in (file, file / "below"):
        with pytest.raises(llmgate.BadRequestError, match=r"disk_cache_dir"):
            llmgate.Cache(type="disk", disk_cache_dir=str(folder))
    assert file.read_text() == "in the way"


def test_metadata_that_is_no_json_is_refused_and_nothing_is_kept(
    counting: FakeProvider, tmp_path: Path
) -> None:
    llmgate.cache = llmgate.Cache(type="disk", disk_cache_dir=str(tmp_path))
    with pytest.raises(llmgate.BadRequestError, match="metadata"):
        ask(counting, metadata={"when": object()})
    assert counting.count == 0
    assert text_of(ask(counting)) == "answer 0"
    assert ask(counting, metadata={"when": "now"}).cache_hit


@pytest.mark.filterwarnings("ignore::llmgate.LLMGateWarning")
@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 300])
def test_a_server_whose_name_cannot_be_resolved_costs_no_call(
    counting: FakeProvider, host: str
) -> None:
    llmgate.cache = llmgate.Cache(type="redis", host=host)
    assert text_of(ask(counting)) == "answer 0"
    assert ask(counting).cache_hit
    assert not llmgate.cache.stats.tiers[0].is_usable
