"""Budgets hold: through the public package against a local provider."""

from __future__ import annotations

import asyncio
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

import llmgate
from llmgate.testing import FakeProvider, Reply, Usage

# gpt-4o: $2.50 and $10 for a million tokens, answers of up to 16,384 tokens.
SMALL = Usage(8, 100)  # $0.00102


def ask(fake: FakeProvider, **arguments: object) -> llmgate.ModelResponse:
    return llmgate.completion(
        "openai/gpt-4o",
        "Hi",
        api_base=fake.url,
        api_key="sk-1",
        **arguments,  # type: ignore[arg-type]
    )


def always(fake: FakeProvider, usage: Usage) -> None:
    fake.script(lambda _: Reply(text="Hello", usage=usage))


def test_a_block_counts_what_is_spent_inside(fake: FakeProvider) -> None:
    always(fake, SMALL)
    with llmgate.budget(usd=1) as budget:
        ask(fake, max_tokens=100)
        ask(fake, max_tokens=100)
    ask(fake)
    assert budget.spent == Decimal("0.00204")
    assert budget.reserved == 0
    assert budget.left == Decimal("0.99796")


def test_nothing_is_sent_that_may_not_fit(fake: FakeProvider) -> None:
    with (
        llmgate.budget(usd=0.001, name="tiny"),
        pytest.raises(llmgate.BudgetExceededError) as caught,
    ):
        ask(fake, max_tokens=1000)
    assert not fake.requests
    assert 'budget "tiny": the call may need up to $0.01' in str(caught.value)
    assert caught.value.budget == "tiny"
    assert caught.value.max_budget == 0.001
    assert caught.value.until is None


def test_without_max_tokens_the_answer_is_clamped_to_what_is_left(fake: FakeProvider) -> None:
    always(fake, SMALL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", llmgate.LLMGateWarning)
        with llmgate.budget(usd=0.05):
            response = ask(fake)
    sent = fake.requests[-1].body["max_completion_tokens"]
    assert 4000 < sent < 5000
    (entry,) = [row for row in response.dispositions if row.action == "clamped"]
    assert entry.path == "$.max_completion_tokens"
    assert "budget" in entry.reason


def test_or_the_call_is_refused_by_choice(fake: FakeProvider) -> None:
    with (
        llmgate.budget(usd=0.05, when_over="refuse"),
        pytest.raises(llmgate.BudgetExceededError),
    ):
        ask(fake)


def test_a_model_without_a_price_is_refused(fake: FakeProvider) -> None:
    with (
        llmgate.budget(usd=100),
        pytest.raises(llmgate.BudgetExceededError, match="no known price"),
    ):
        llmgate.completion("openai/no-such-model", "Hi", api_base=fake.url, api_key="sk-1")


def test_threads_cannot_overspend_together(fake: FakeProvider) -> None:
    always(fake, SMALL)

    def one(_: int) -> bool:
        try:
            ask(fake, max_tokens=100)
        except llmgate.BudgetExceededError:
            return False
        return True

    with llmgate.budget(usd=0.05) as budget, ThreadPoolExecutor(16) as pool:
        went = sum(pool.map(one, range(200)))
    assert budget.spent == went * Decimal("0.00102") <= Decimal("0.05")
    assert went == len(fake.requests) >= 30
    assert budget.reserved == 0


def test_tasks_cannot_overspend_together(fake: FakeProvider) -> None:
    always(fake, SMALL)

    async def main() -> tuple[int, Decimal]:
        with llmgate.budget(usd=0.05) as budget:
            results = await asyncio.gather(
                *(
                    llmgate.acompletion(
                        "openai/gpt-4o", "Hi", max_tokens=100, api_base=fake.url, api_key="sk-1"
                    )
                    for _ in range(100)
                ),
                return_exceptions=True,
            )
        assert all(
            isinstance(result, (llmgate.ModelResponse, llmgate.BudgetExceededError))
            for result in results
        )
        return sum(isinstance(result, llmgate.ModelResponse) for result in results), budget.spent

    went, spent = asyncio.run(main())
    assert 0 < went < 100
    assert spent == went * Decimal("0.00102")


def test_blocks_of_different_tasks_are_apart(fake: FakeProvider) -> None:
    always(fake, SMALL)

    async def one(calls: int) -> Decimal:
        with llmgate.budget(usd=1) as budget:
            for _ in range(calls):
                await llmgate.acompletion(
                    "openai/gpt-4o", "Hi", max_tokens=100, api_base=fake.url, api_key="sk-1"
                )
        return budget.spent

    async def main() -> list[Decimal]:
        return await asyncio.gather(one(1), one(2), one(3))

    assert asyncio.run(main()) == [Decimal("0.00102") * n for n in (1, 2, 3)]


def test_blocks_inside_of_each_other_both_count(fake: FakeProvider) -> None:
    always(fake, SMALL)
    with llmgate.budget(usd=1) as outer:
        ask(fake, max_tokens=100)
        with llmgate.budget(usd=0.002) as inner:
            ask(fake, max_tokens=100)
            with pytest.raises(llmgate.BudgetExceededError):
                ask(fake, max_tokens=100)
    assert outer.spent == Decimal("0.00204")
    assert inner.spent == Decimal("0.00102")


def test_a_stream_is_settled_by_its_usage_which_is_not_shown(fake: FakeProvider) -> None:
    always(fake, SMALL)
    with llmgate.budget(usd=1) as budget:
        stream = llmgate.completion(
            "openai/gpt-4o",
            "Hi",
            stream=True,
            max_tokens=100,
            api_base=fake.url,
            api_key="sk-1",
        )
        chunks = list(stream)
    assert all(chunk.choices for chunk in chunks)
    assert fake.requests[-1].body["stream_options"] == {"include_usage": True}
    assert budget.spent == Decimal("0.00102")


def test_a_failure_that_may_be_billed_counts_with_its_bound(fake: FakeProvider) -> None:
    fake.script([Reply(status=500), Reply(status=503)])
    with llmgate.budget(usd=1) as budget:
        with pytest.raises(llmgate.InternalServerError):
            ask(fake, max_tokens=100)
        uncertain = budget.spent
        with pytest.raises(llmgate.ServiceUnavailableError):
            ask(fake, max_tokens=100)
    assert uncertain >= Decimal("0.001")
    assert budget.spent == uncertain


def test_max_cost_spans_all_attempts_of_a_call(fake: FakeProvider) -> None:
    fake.script([Reply(status=500), Reply(text="Hello", usage=SMALL)])
    with pytest.raises(llmgate.BudgetExceededError, match="max_cost"):
        ask(fake, max_tokens=100, max_cost=0.003, num_retries=2)
    assert len(fake.requests) == 1
    with pytest.raises(llmgate.BadRequestError, match=r"\$\.max_cost: is -1; accepted"):
        ask(fake, max_cost=-1)


def test_each_user_has_an_account(fake: FakeProvider) -> None:
    always(fake, SMALL)
    budget = llmgate.budget(usd=0.002, per="user", window="day").enforce()
    try:
        ask(fake, user="ann", max_tokens=100)
        ask(fake, user="bob", max_tokens=100)
        ask(fake, max_tokens=100)
        with pytest.raises(llmgate.BudgetExceededError, match='of user "ann"') as caught:
            ask(fake, user="ann", max_tokens=100)
        assert caught.value.until is not None
        assert caught.value.retry_after is not None
        assert {row["value"]: row["spent"] for row in budget.accounts()} == {
            "ann": Decimal("0.00102"),
            "bob": Decimal("0.00102"),
        }
    finally:
        budget.lift()
    ask(fake, user="ann", max_tokens=100)


def test_only_says_which_calls_it_is_for(fake: FakeProvider) -> None:
    budget = llmgate.budget(tokens=10, only={"team": "search"}).enforce()
    try:
        ask(fake)
        ask(fake, metadata={"team": "ads"})
        with pytest.raises(llmgate.BudgetExceededError, match="10 tokens"):
            ask(fake, metadata={"team": "search"}, max_tokens=100)
    finally:
        budget.lift()


def test_it_warns_at_a_share(fake: FakeProvider) -> None:
    always(fake, SMALL)
    with llmgate.budget(usd=0.005, warn_at=0.5, name="half"):
        ask(fake, max_tokens=100)
        with pytest.warns(llmgate.LLMGateWarning, match=r'"half" has reached 50 % of \$0.005'):
            ask(fake, max_tokens=100)


def test_a_router_asks_a_cheaper_target_instead(fake: FakeProvider) -> None:
    always(fake, SMALL)
    target = {"api_base": fake.url, "api_key": "sk-1"}
    router = llmgate.Router(
        {
            "chat": [
                {"model": "openai/gpt-4", **target},
                {"model": "openai/gpt-4o-mini", **target},
            ]
        }
    )
    budget = llmgate.budget(usd=0.02, reroute=True)
    response = router.completion("chat", "Hi", max_tokens=1000, budget=budget)
    assert [attempt.outcome for attempt in response.route] == ["budget_exceeded", "finished"]
    assert fake.requests[-1].body["model"] == "gpt-4o-mini"


def test_what_is_no_budget_is_refused() -> None:
    for arguments, message in (
        ({}, "at least one"),
        ({"usd": 0}, "above 0"),
        ({"usd": "nan"}, "above 0"),
        ({"tokens": -1}, "above 0"),
        ({"usd": 1, "window": "fortnight"}, "fortnight"),
        ({"usd": 1, "per": "colour"}, "colour"),
        ({"usd": 1, "warn_at": 2}, "from 0 to 1"),
    ):
        with pytest.raises(llmgate.BadRequestError, match=message):
            llmgate.budget(**arguments)  # type: ignore[arg-type]
    with pytest.raises(llmgate.BadRequestError, match="a Budget, or a list of them"):
        llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello", budget=3)  # type: ignore[call-overload]


def test_a_thread_with_a_block_of_its_own_is_not_in_another(fake: FakeProvider) -> None:
    always(fake, SMALL)
    spent: list[Decimal] = []
    inside = threading.Event()
    done = threading.Event()

    def other() -> None:
        with llmgate.budget(usd=1) as own:
            inside.set()
            assert done.wait(10)
            ask(fake, max_tokens=100)
        spent.append(own.spent)

    thread = threading.Thread(target=other)
    with llmgate.budget(usd=1) as budget:
        thread.start()
        assert inside.wait(10)
        ask(fake, max_tokens=100)
        done.set()
        thread.join()
    assert spent == [Decimal("0.00102")]
    assert budget.spent == Decimal("0.00102")


def test_budgets_of_a_litellm_configuration_pass_over_what_is_used_up(fake: FakeProvider) -> None:
    always(fake, SMALL)
    params = {"api_base": fake.url, "api_key": "sk-1"}
    router = llmgate.Router(
        model_list=[
            {
                "model_name": "chat",
                "litellm_params": {
                    "model": "openai/gpt-4o",
                    "order": 1,
                    "max_budget": 0.002,
                    "budget_duration": "1d",
                    **params,
                },
            },
            {
                "model_name": "chat",
                "litellm_params": {"model": "openai/gpt-4o-mini", "order": 2, **params},
            },
        ],
        provider_budget_config={"openai": {"budget_limit": 10, "time_period": "1d"}},
    )
    first = router.completion("chat", "Hi", max_tokens=100)
    second = router.completion("chat", "Hi", max_tokens=100)
    assert first.route[-1].model == "gpt-4o"
    assert second.route[-1].model == "gpt-4o-mini"
    assert [budget.name for budget in router.budgets] == [
        "provider openai",
        "deployment " + first.route[-1].deployment,
    ]
    assert router.budgets[0].spent > router.budgets[1].spent == Decimal("0.00102")
