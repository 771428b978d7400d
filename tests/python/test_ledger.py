"""The ledger that processes share: usage merged, budgets held together, files that are no good."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support import child_environment, output_of

import llmgate
from llmgate.testing import FakeProvider, Reply, Usage

# gpt-4o: $2.50 and $10 for a million tokens.
SMALL = Usage(8, 100)  # $0.00102
PRICE = Decimal("0.00102")

# What every child begins with.
START = """
import json, os, sys, warnings
import llmgate
PATH, URL = sys.argv[1], sys.argv[2]
llmgate.enable_ledger(PATH)

def ask(**more):
    return llmgate.completion(
        "openai/gpt-4o", "Hi", api_base=URL, api_key="sk-1", num_retries=0, timeout=20, **more
    )
"""
SPEND = """
budget = llmgate.budget(usd=0.05, shared="all", name="ours")
went = 0
for _ in range(60):
    try:
        ask(max_tokens=100, budget=budget)
        went += 1
    except llmgate.BudgetExceededError:
        pass
print(went)
"""


@pytest.fixture
def path(tmp_path: Path) -> Iterator[str]:
    yield str(tmp_path / "usage.sqlite")
    llmgate.disable_ledger()


def ask(fake: FakeProvider, **arguments: Any) -> Any:
    return llmgate.completion(
        "openai/gpt-4o", "Hi", api_base=fake.url, api_key="sk-1", num_retries=0, **arguments
    )


def child(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Begins a script of its own process and does not wait for it."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", START + textwrap.dedent(script), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=child_environment(),
    )


def said_by(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    return output


def test_usage_of_several_processes_is_one(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    script = 'for _ in range(5): ask(user="u", metadata={"team": sys.argv[3]})'
    for process in [child(script, path, fake.url, team) for team in ("a", "b", "b")]:
        said_by(process)
    llmgate.enable_ledger(path)
    ask(fake, metadata={"team": "a"})
    rows = {row["team"]: row for row in llmgate.usage("team")}
    assert {team: row["calls"] for team, row in rows.items()} == {"a": 6, "b": 10}
    assert rows["b"]["cost"] == 10 * PRICE
    assert rows["a"]["prompt_tokens"] == 48
    assert rows["b"]["latency_p95_ms"] > 0
    (all_of_them,) = llmgate.usage()
    assert (all_of_them["calls"], all_of_them["cost"]) == (16, 16 * PRICE)


def test_a_file_is_read_without_being_enabled(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    llmgate.enable_ledger(path)
    ask(fake)
    assert [row["calls"] for row in llmgate.usage(ledger=path)] == [1]
    llmgate.disable_ledger()
    ask(fake)
    assert [row["calls"] for row in llmgate.usage(ledger=Path(path))] == [1]
    with pytest.raises(llmgate.BadRequestError, match="there is no ledger"):
        llmgate.usage(ledger=path + ".missing")
    assert not Path(path + ".missing").exists()


def test_another_file_takes_the_place_of_the_first(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    other = path + ".other"
    llmgate.enable_ledger(path)
    llmgate.enable_ledger(path)
    ask(fake)
    llmgate.enable_ledger(other)
    ask(fake)
    ask(fake)
    assert [row["calls"] for row in llmgate.usage()] == [2]
    assert [row["calls"] for row in llmgate.usage(ledger=path)] == [1]


def test_hits_of_a_cache_are_in_the_file(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    llmgate.enable_ledger(path)
    llmgate.enable_cache()
    try:
        for _ in range(3):
            ask(fake, user="ann")
    finally:
        llmgate.disable_cache()
    (row,) = llmgate.usage("user")
    assert (row["user"], row["calls"], row["cache_hits"]) == ("ann", 3, 2)
    assert (row["cost"], row["saved"]) == (PRICE, 2 * PRICE)


def test_processes_cannot_overspend_together(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    processes = [child(SPEND, path, fake.url) for _ in range(4)]
    went = sum(int(said_by(process)) for process in processes)
    llmgate.enable_ledger(path)
    budget = llmgate.budget(usd=0.05, shared="all")
    assert went == fake.count
    assert budget.spent == went * PRICE <= Decimal("0.05")
    assert went >= 47  # what is left is less than one call may need
    assert budget.reserved == 0


def test_threads_and_tasks_of_one_process_cannot_either(fake: FakeProvider, path: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    llmgate.enable_ledger(path)
    budget = llmgate.budget(usd=0.03, shared="threads")

    def one(_: int) -> bool:
        try:
            ask(fake, max_tokens=100, budget=budget)
        except llmgate.BudgetExceededError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        went = sum(pool.map(one, range(100)))
    assert budget.spent == went * PRICE <= Decimal("0.03")
    assert went == fake.count >= 15


def test_what_a_killed_process_had_reserved_counts_as_spent(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply.stall())
    script = 'ask(max_tokens=1000, budget=llmgate.budget(usd=1, shared="all"))'
    process = child(script, path, fake.url)
    while not fake.requests:  # it is sent behind its reservation
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    with pytest.warns(llmgate.LLMGateWarning, match="1 reservations of processes that died"):
        llmgate.enable_ledger(path)
    budget = llmgate.budget(usd=1, shared="all")
    assert budget.spent > Decimal("0.01")
    assert budget.reserved == 0
    assert budget.left == 1 - budget.spent


def test_a_process_that_lives_keeps_what_it_has_reserved(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply.stall())
    script = 'ask(max_tokens=1000, budget=llmgate.budget(usd=1, shared="all"))'
    process = child(script, path, fake.url)
    try:
        while not fake.requests:
            assert process.poll() is None, process.communicate()
        llmgate.enable_ledger(path)
        budget = llmgate.budget(usd=1, shared="all")
        assert budget.spent == 0
        assert budget.reserved > Decimal("0.01")
    finally:
        process.kill()
        process.communicate()


def test_a_fork_goes_on_with_the_ledger(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    script = """
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        budget = llmgate.budget(usd=1, shared="all")
        ask(max_tokens=100, budget=budget)
        for _ in range(5):
            child = os.fork()
            if child == 0:
                ask(max_tokens=100, budget=budget)
                assert llmgate.usage()[0]["calls"] >= 1
                sys.exit(0)
            ask(max_tokens=100, budget=budget)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        print(llmgate.usage()[0]["calls"], budget.spent, budget.reserved)
    """
    process = child(script, path, fake.url)
    assert said_by(process) == f"11 {11 * PRICE} 0\n"


def test_each_user_has_an_account_that_processes_share(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    script = """
        budget = llmgate.budget(usd=0.002, per="user", window="day", shared="users").enforce()
        ask(user=sys.argv[3], max_tokens=100)
        ask(max_tokens=100)
    """
    for user in ("ann", "bob"):
        said_by(child(script, path, fake.url, user))
    llmgate.enable_ledger(path)
    budget = llmgate.budget(usd=0.002, per="user", window="day", shared="users").enforce()
    try:
        with pytest.raises(llmgate.BudgetExceededError, match='of user "ann"') as caught:
            ask(fake, user="ann", max_tokens=100)
        assert caught.value.until is not None
        ask(fake, user="eve", max_tokens=100)
        assert {row["value"]: row["spent"] for row in budget.accounts()} == {
            "ann": PRICE,
            "bob": PRICE,
            "eve": PRICE,
        }
    finally:
        budget.lift()


def test_a_routers_budget_is_shared_too(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    llmgate.enable_ledger(path)
    target = {"api_base": fake.url, "api_key": "sk-1"}
    routers = [
        llmgate.Router(
            {
                "chat": [
                    {"model": "openai/gpt-4o", **target},
                    {"model": "openai/gpt-4o-mini", **target},
                ]
            },
            budget=llmgate.budget(usd=0.003, shared="routers", reroute=True),
        )
        for _ in range(2)
    ]
    models = [
        routers[number % 2].completion("chat", "Hi", max_tokens=100).route[-1].model
        for number in range(4)
    ]
    assert models == ["gpt-4o", "gpt-4o", "gpt-4o-mini", "gpt-4o-mini"]
    assert routers[0].budgets[0].spent == routers[1].budgets[0].spent > 2 * PRICE


def test_budgets_of_a_configuration_are_shared_by_name(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    llmgate.enable_ledger(path)
    params = {"model": "openai/gpt-4o", "api_base": fake.url, "api_key": "sk-1"}
    configuration = {
        "model_list": [{"model_name": "chat", "litellm_params": {**params, "max_budget": 5}}],
        "router_settings": {"provider_budget_config": {"openai": {"budget_limit": 7}}},
    }
    shared = [llmgate.Router(configuration, shared_budgets="prod") for _ in range(2)]
    own = llmgate.Router.from_config(configuration)
    for router in (*shared, own):
        router.completion("chat", "Hi", max_tokens=100)
    assert [budget.spent for budget in shared[0].budgets] == [2 * PRICE, 2 * PRICE]
    assert [budget.left for budget in shared[1].budgets] == [7 - 2 * PRICE, 5 - 2 * PRICE]
    assert [budget.spent for budget in own.budgets] == [PRICE, PRICE]


def test_streams_and_async_calls_wait_for_the_file_too(fake: FakeProvider, path: str) -> None:
    import asyncio

    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    llmgate.enable_ledger(path)
    budget = llmgate.budget(usd=1, shared="all")

    async def main() -> None:
        await asyncio.gather(
            *(
                llmgate.acompletion(
                    "openai/gpt-4o",
                    "Hi",
                    api_base=fake.url,
                    api_key="sk-1",
                    max_tokens=100,
                    budget=budget,
                )
                for _ in range(20)
            )
        )

    asyncio.run(main())
    list(ask(fake, stream=True, max_tokens=100, budget=budget))
    assert budget.spent == 21 * PRICE
    assert budget.reserved == 0


def test_a_shared_budget_needs_a_ledger(fake: FakeProvider) -> None:
    budget = llmgate.budget(usd=1, shared="all", name="ours")
    with pytest.raises(llmgate.BadRequestError, match=r'"ours" is shared .*enable_ledger'):
        ask(fake, budget=budget)
    with pytest.raises(llmgate.BadRequestError, match="enable_ledger"):
        budget.accounts()
    assert "shared as 'all'" in repr(budget)
    assert not fake.requests


def test_nothing_is_sent_unchecked(fake: FakeProvider, path: str) -> None:
    llmgate.enable_ledger(path)
    budget = llmgate.budget(usd=1, shared="all")
    ask(fake, budget=budget, max_tokens=100)
    assert budget.reserved == 0
    assert len(llmgate.usage()) == 1  # nothing is left to be written
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(llmgate.InternalError, match="cannot be checked, so nothing was sent"):
            ask(fake, budget=budget, max_tokens=100)
        other.execute("ROLLBACK")
    finally:
        other.close()
    ask(fake, budget=budget, max_tokens=100)
    assert fake.count == 2


def test_usage_that_cannot_be_written_is_one_warning(fake: FakeProvider, path: str) -> None:
    llmgate.enable_ledger(path)
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        ask(fake)
        with pytest.raises(llmgate.BadRequestError, match="locked"):
            llmgate.usage()
        with pytest.warns(llmgate.LLMGateWarning, match="cannot be written; .* is kept"):
            ask(fake)
        ask(fake)
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert [row["calls"] for row in llmgate.usage()] == [3]


@pytest.mark.parametrize("kind", ["text", "foreign", "newer", "folder"])
def test_a_file_that_is_no_ledger_is_refused_by_name(kind: str, path: str) -> None:
    if kind == "text":
        Path(path).write_text("no database at all, and long enough for a head of one" * 40)
    elif kind == "folder":
        Path(path).mkdir()
    else:
        connection = sqlite3.connect(path)
        with connection:
            if kind == "foreign":
                connection.execute("CREATE TABLE mine (x)")
            else:
                connection.execute("PRAGMA application_id = 0x4c474c47")
                connection.execute("PRAGMA user_version = 7")
        connection.close()
    with pytest.raises(ValueError, match=r"usage\.sqlite"):
        llmgate.enable_ledger(path)
    with pytest.raises(llmgate.BadRequestError, match=r"usage\.sqlite"):
        llmgate.usage(ledger=path)


def test_what_is_not_written_yet_is_written_at_the_end(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    said_by(child("ask()\nask(mock_response='no')", path, fake.url))
    assert [row["calls"] for row in llmgate.usage(ledger=path)] == [2]


def test_days_that_are_not_kept_are_deleted(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    llmgate.enable_ledger(path)
    ask(fake)
    llmgate.disable_ledger()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE usage SET day = day - 30")
    connection.close()
    llmgate.enable_ledger(path, keep_days=31)
    ask(fake)
    assert [row["calls"] for row in llmgate.usage()] == [2]
    llmgate.enable_ledger(path, keep_days=30)  # holds from the next writing on
    ask(fake)
    assert [row["calls"] for row in llmgate.usage()] == [2]
    with pytest.raises(ValueError, match="keep_days is 0; accepted"):
        llmgate.enable_ledger(path, keep_days=0)


def test_names_of_any_letters_are_kept(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    llmgate.enable_ledger(path)
    users = ["a\ud800b", "a\0b", "'; DROP TABLE usage; --", "\U0001f600", "x" * 10_000]
    for user in users:
        ask(fake, user=user, metadata={"team": user})
        ask(
            fake,
            user=user,
            max_tokens=100,
            budget=llmgate.budget(usd=1, per="user", shared="users"),
        )
    rows = llmgate.usage(["user", "team"])
    assert {row["team"] for row in rows if row["team"]} == set(users)
    assert sum(row["calls"] for row in rows) == 2 * len(users)
    rows.to_csv(path + ".csv")
    written = Path(path + ".csv").read_text()
    for shown in (written, repr(rows), rows._repr_html_()):
        assert "a\\ud800b" in shown
        assert "DROP TABLE" in shown


def test_the_file_is_private(path: str) -> None:
    llmgate.enable_ledger(path)
    assert os.stat(path).st_mode & 0o077 == 0


def test_the_ledger_of_the_parent_is_not_written_twice(fake: FakeProvider, path: str) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=SMALL))
    output = output_of(
        START
        + textwrap.dedent("""
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            for _ in range(10):
                ask()
            child = os.fork()
            if child == 0:
                sys.exit(0)
            os.waitpid(child, 0)
            print(json.dumps([row["calls"] for row in llmgate.usage()]))
        """),
        path,
        fake.url,
    )
    assert json.loads(output) == [10]
