"""A Router on real sockets while its providers fail, by seed: what must hold for every call.

LLMGATE_FAULT_CALLS says how many calls are made: 2,000 by default, 10,000 for a long run.
LLMGATE_FAULT_SEED says which faults they meet.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator

import pytest
from router_faults import FAULTS, NAMES, PHASES, WORDS, Ended, Provider, Watch, run_calls

import llmgate

CALLS = int(os.environ.get("LLMGATE_FAULT_CALLS", "2000"))
SEED = int(os.environ.get("LLMGATE_FAULT_SEED", "7"))


class Run:
    """All calls of one run, and what the providers and the Router say of them."""

    def __init__(self, providers: dict[str, Provider]) -> None:
        self.providers = providers
        self.router = llmgate.Router(
            {
                "routes": {
                    "balanced": {
                        "targets": [provider.deployment for provider in providers.values()],
                        "strategy": "round_robin",
                        "retries": 8,
                    }
                },
                "timeout": 1.5,  # for stalls; nobody who is well takes a tenth of it
                "policies": {"breaker": {"open_for": 0.05, "longest_open": 0.2}},
            }
        )
        self.watch = Watch(self.router)
        self.ended: list[Ended] = []

    async def make_calls(self) -> None:
        for number, phase in enumerate(PHASES):
            for provider in self.providers.values():
                provider.faults = phase.get(provider.name, ())
            upto = CALLS * (number + 1) // len(PHASES)
            first = len(self.ended)
            self.ended += await run_calls(self.router, first, upto - first, self.watch)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    providers = {name: Provider(name, SEED) for name in NAMES}
    for provider in providers.values():
        provider.fake.start()
    try:
        run = Run(providers)
        asyncio.run(run.make_calls())
        yield run
    finally:
        for provider in providers.values():
            provider.fake.stop()


def test_every_kind_of_failure_was_met(run: Run) -> None:
    met = {fault for provider in run.providers.values() for _, fault in provider.log}
    assert met == {"", *FAULTS}
    assert run.watch.openings >= 3
    assert sum(len(ended.route) > 1 for ended in run.ended) >= 50


def test_every_call_has_exactly_one_end(run: Run) -> None:
    assert [ended.call for ended in sorted(run.ended, key=lambda ended: ended.call)] == list(
        range(CALLS)
    )
    assert {ended.endings for ended in run.ended} == {1}
    for ended in run.ended:
        outcomes = [attempt.outcome for attempt in ended.route]
        assert outcomes.count("finished") == (ended.error is None), outcomes
        assert (outcomes[-1] == "finished") == (ended.error is None), outcomes


def test_every_call_succeeds_whose_content_was_not_cut(run: Run) -> None:
    failed = [ended for ended in run.ended if ended.error is not None]
    lost = [
        (ended.call, ended.error, [(a.deployment, a.outcome, a.why) for a in ended.route])
        for ended in failed
        if not ended.text
    ]
    assert lost == []
    assert failed, "some streams were cut in their content"
    assert all(isinstance(ended.error, llmgate.StreamInterruptedError) for ended in failed)


def test_answers_are_whole_and_belong_to_their_calls(run: Run) -> None:
    for ended in run.ended:
        words = ended.text.split()
        assert words[0] == f"<{ended.route[-1].deployment}"
        assert words[1:2] in ([], [str(ended.call)])
        if ended.error is None:
            assert words[1] == str(ended.call)
            assert words[3:] == ["word"] * WORDS


def test_no_stream_starts_again_after_its_content(run: Run) -> None:
    for ended in run.ended:
        assert ended.text.count("<") == 1, ended
        if isinstance(ended.error, llmgate.StreamInterruptedError):
            assert ended.route[-1].first_content_ms is not None
            assert all(attempt.first_content_ms is None for attempt in ended.route[:-1])


def test_retries_at_the_same_provider_stay_within_their_budget(run: Run) -> None:
    asked: Counter[str] = Counter()
    retries: Counter[str] = Counter()
    for ended in run.ended:
        names = Counter(
            attempt.deployment
            for attempt in ended.route
            if "the kept-alive connection was dead" not in attempt.why
        )
        asked.update(names.keys())
        retries.update({name: count - 1 for name, count in names.items()})
    for name in NAMES:
        assert retries[name] <= 0.1 * asked[name] + 3, (name, retries, asked)


def test_nobody_is_called_while_its_breaker_is_open(run: Run) -> None:
    assert run.watch.offences == []


def test_routes_and_counts_agree_with_what_the_providers_saw(run: Run) -> None:
    rows = {row.id: row for row in run.router.status()}
    for name, provider in run.providers.items():
        told = [a for ended in run.ended for a in ended.route if a.deployment == name]
        assert rows[name].attempts == len(told)
        assert rows[name].in_flight == 0
        served = [a for a in told if a.outcome not in ("connection", "connection_lost")]
        assert len(served) <= len(provider.log) <= len(told)
        ended_well = sum(a.outcome == "finished" for a in told)
        assert ended_well == sum(
            ended.error is None and ended.route[-1].deployment == name for ended in run.ended
        )
