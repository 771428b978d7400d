"""What llmgate.usage() sums up, through the public package against a local provider."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal

import pytest

import llmgate
from llmgate.testing import FakeProvider, Reply, Usage


@pytest.fixture(autouse=True)
def _from_nothing() -> Iterator[None]:
    llmgate.reset_usage()
    yield
    llmgate.reset_usage()


def ask(fake: FakeProvider, model: str = "gpt-4o", **arguments: object) -> llmgate.ModelResponse:
    return llmgate.completion(
        f"openai/{model}",
        "Hi",
        api_base=fake.url,
        api_key="sk-1",
        **arguments,  # type: ignore[arg-type]
    )


def test_calls_tokens_and_money_are_summed(fake: FakeProvider) -> None:
    for _ in range(3):
        fake.script([Reply(text="Hello", usage=Usage(1000, 100))])
        ask(fake)
    (row,) = llmgate.usage()
    assert (row["calls"], row["errors"], row["attempts"]) == (3, 0, 3)
    assert (row["prompt_tokens"], row["completion_tokens"]) == (3000, 300)
    assert row["cost"] == 3 * (1000 * Decimal("2.5") + 100 * Decimal(10)) / 10**6
    assert row["unpriced_calls"] == 0
    assert row["latency_p50_ms"] > 0


def test_a_response_has_its_cost_in_parts(fake: FakeProvider) -> None:
    fake.script([Reply(text="Hello", usage=Usage(1000, 100))])
    response = ask(fake)
    assert response.cost is not None
    assert response.cost.total == Decimal("0.0035")
    assert response.cost.parts == {"input": Decimal("0.0025"), "output": Decimal("0.001")}
    assert response.cost.source == "table"
    assert response._hidden_params["response_cost"] == 0.0035
    assert response.route[0].cost == "0.0035"


def test_what_has_no_price_is_none_and_counted(fake: FakeProvider) -> None:
    response = ask(fake, "no-such-model")
    assert response.cost is None
    (row,) = llmgate.usage()
    assert row["unpriced_calls"] == 1
    assert row["cost"] == 0


def test_rows_are_by_what_calls_are_for(fake: FakeProvider) -> None:
    ask(fake, metadata={"team": "search", "tags": ["a", "b"], "project": "x"}, user="ann")
    ask(fake, "gpt-4", metadata={"team": "search"})
    ask(fake)
    assert [(row["team"], row["calls"]) for row in llmgate.usage("team")] == [
        (None, 1),
        ("search", 2),
    ]
    assert [row["tag"] for row in llmgate.usage("tag")] == [None, "a", "b"]
    assert [row["user"] for row in llmgate.usage(["user"])] == [None, "ann"]
    assert [row["metadata.project"] for row in llmgate.usage("metadata.project")] == [None, "x"]
    assert [row["model"] for row in llmgate.usage(["provider", "model"])] == ["gpt-4", "gpt-4o"]


def test_failures_are_calls_too(fake: FakeProvider) -> None:
    fake.script([Reply(status=500), "Hello"])
    with pytest.raises(llmgate.InternalServerError):
        ask(fake)
    ask(fake)
    (row,) = llmgate.usage()
    assert (row["calls"], row["errors"], row["error_rate"]) == (2, 1, 0.5)
    assert row["uncertain_attempts"] == 1


def test_a_stream_without_usage_is_counted_here(fake: FakeProvider) -> None:
    stream = llmgate.completion(
        "openai/gpt-4o", "Hi there", stream=True, api_base=fake.url, api_key="sk-1"
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    (row,) = llmgate.usage()
    expected = llmgate.token_counter("gpt-4o", messages="Hi there")
    assert row["prompt_tokens"] == expected
    assert row["completion_tokens"] == llmgate.token_counter("gpt-4o", text)
    assert row["cost"] > 0


def test_async_calls_are_summed(fake: FakeProvider) -> None:
    async def main() -> None:
        await asyncio.gather(
            *(
                llmgate.acompletion("openai/gpt-4o", "Hi", api_base=fake.url, api_key="sk-1")
                for _ in range(20)
            )
        )

    asyncio.run(main())
    assert llmgate.usage()[0]["calls"] == 20


def test_a_cached_answer_costs_nothing_and_says_what_it_saved(fake: FakeProvider) -> None:
    llmgate.enable_cache()
    try:
        fake.script([Reply(text="Hello", usage=Usage(1000, 100))])
        first = ask(fake, metadata={"team": "a"})
        second = ask(fake, metadata={"team": "a"})
    finally:
        llmgate.disable_cache()
    assert first.saved is None
    assert second.cost is not None
    assert second.cost.total == 0
    assert second.saved is not None
    assert second.saved.total == Decimal("0.0035")
    (row,) = llmgate.usage("team")
    assert (row["calls"], row["cache_hits"]) == (2, 1)
    assert row["cost"] == row["saved"] == Decimal("0.0035")


def test_days_are_chosen(fake: FakeProvider) -> None:
    ask(fake)
    (row,) = llmgate.usage("day")
    assert len(llmgate.usage("day", since=row["day"], until=row["day"])) == 1
    assert len(llmgate.usage("day", until="2020-01-01")) == 0
    with pytest.raises(ValueError, match="since is 'yesterday'; accepted"):
        llmgate.usage(since="yesterday")


def test_an_unknown_dimension_is_refused_by_name() -> None:
    with pytest.raises(llmgate.BadRequestError, match="colour"):
        llmgate.usage("colour")


def test_rows_become_csv_text_and_a_table(fake: FakeProvider) -> None:
    fake.script([Reply(text="Hello", usage=Usage(1000, 100))])
    ask(fake)
    table = llmgate.usage("model")
    head, line = table.to_csv().splitlines()
    assert head.startswith("model,calls,errors")
    assert line.startswith("gpt-4o,1,0")
    assert "0.0035" in line
    assert "0.0035" in repr(table)
    assert "<td>gpt-4o</td>" in table._repr_html_()
    nothing = llmgate.usage("model", until="2020-01-01")
    assert repr(nothing).startswith("model")
    assert nothing.to_csv() == head + "\n"


def test_a_cost_that_is_not_known_is_not_shown_as_nothing(fake: FakeProvider) -> None:
    reply = Reply(text="Hello", usage=Usage(1000, 100))
    for model, team in (("gpt-4o", "a"), ("no-such-model", "a"), ("no-such-model", "b")):
        fake.script([reply])
        ask(fake, model, metadata={"team": team})
    a, b = llmgate.usage("team")._cells()
    assert "> 0.0035" in a
    assert "?" in b


_KINDS = {"calls": "int64", "cost": "float64", "first_content_p50_ms": "float64"}


def test_rows_become_a_frame_of_pandas(fake: FakeProvider) -> None:
    pandas = pytest.importorskip("pandas")
    fake.script([Reply(text="Hello", usage=Usage(1000, 100)), Reply(status=400)])
    ask(fake, metadata={"team": "a"})
    with pytest.raises(llmgate.BadRequestError):
        ask(fake)
    table = llmgate.usage("team")
    frame = table.to_pandas()
    assert list(frame.columns) == list(table[0])
    assert frame["cost"].sum() == 0.0035
    assert frame["error_rate"].tolist() == [1.0, 0.0]
    assert frame["team"].isna().tolist() == [True, False]
    assert frame["team"][1] == "a"
    empty = llmgate.usage("team", until="2020-01-01").to_pandas()
    assert list(empty.columns) == list(frame.columns)
    for name, kind in _KINDS.items():
        assert frame[name].dtype == empty[name].dtype == pandas.Series(dtype=kind).dtype


def test_rows_become_a_frame_of_polars(fake: FakeProvider) -> None:
    polars = pytest.importorskip("polars")
    for user in range(120):  # more than polars looks at to guess a column's kind
        ask(fake, metadata={"n": str(user), **({"team": "z"} if user == 119 else {})})
    table = llmgate.usage(["metadata.n", "team"])
    frame = table.to_polars()
    assert frame.columns == list(table[0])
    assert frame["team"].drop_nulls().to_list() == ["z"]
    assert frame.schema["team"] == polars.String
    empty = llmgate.usage(["metadata.n", "team"], until="2020-01-01").to_polars()
    assert empty.schema == frame.schema
    assert frame.schema["first_content_p50_ms"] == polars.Float64
    assert frame["calls"].sum() == 120
