"""Fixtures of the tests of public behaviour."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from llmgate.testing import FakeProvider

# What steers a call from outside: keys, addresses, proxies, certificates.
STEERING = re.compile(r".*_(API_KEY|API_BASE|BASE_URL|PROXY|CERT_FILE|CA_BUNDLE)", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if STEERING.fullmatch(name):
            monkeypatch.delenv(name)


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider
