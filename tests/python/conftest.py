"""Fixtures of the tests of public behaviour."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from seeds import World

import llmgate
from llmgate.testing import FakeProvider

# What steers a call from outside: keys, addresses, proxies, certificates, and what the cards name.
STEERING = re.compile(r".*_(API_KEY|API_BASE|BASE_URL|PROXY|CERT_FILE|CA_BUNDLE)", re.IGNORECASE)
NAMED_BY_CARDS = {
    variable
    for card in llmgate.providers()
    for names in (
        card.key_variables,
        card.token_variables,
        card.base_variables,
        *(setting.variables for setting in card.settings),
    )
    for variable in names
}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if STEERING.fullmatch(name) or name in NAMED_BY_CARDS:
            monkeypatch.delenv(name)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A scripted provider for each one that the articles name."""
    with ExitStack() as stack:
        yield World(monkeypatch, stack)


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


@pytest.fixture
def cache() -> Iterator[llmgate.Cache]:
    """What all calls of the test use."""
    llmgate.cache = llmgate.Cache()
    yield llmgate.cache
    llmgate.cache = None


@pytest.fixture
def counting() -> Iterator[FakeProvider]:
    """A provider that never says the same twice."""
    numbers = iter(range(10**9))
    with FakeProvider(lambda request: f"answer {next(numbers)}") as provider:
        yield provider
