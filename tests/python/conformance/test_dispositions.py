"""What is said of the fields of recorded requests is what the formats' own tables say.

The tables of losses in the docs are made of the same rows: what happens to real requests must not
be missing there.
"""

from __future__ import annotations

import pytest
from native_requests import read_canonical
from recordings import ANTHROPIC_APIS, CHAT_APIS, GEMINI_APIS, load_exchanges
from speakers import SPEAKERS, render

import llmgate
from llmgate import _core

EXCHANGES = load_exchanges(CHAT_APIS + ANTHROPIC_APIS + GEMINI_APIS)
ROWS = {
    each["name"]: {(row["action"], row["reason"]) for row in each["conversions"]}
    for each in _core.formats()
}

# Rules of providers that speak a format, not of the format.
OF_PROVIDERS = {("mapped", "reasoning models refuse max_tokens")}


@pytest.mark.parametrize("format", SPEAKERS)
def test_every_disposition_is_a_row_of_the_formats_table(format: str) -> None:
    found = 0
    for exchange in EXCHANGES:
        if exchange.request_body is None:
            continue
        model = exchange.model if exchange.format == format else None
        try:
            _, dispositions = render(format, read_canonical(exchange), model)
        except llmgate.BadRequestError:
            continue
        for each in dispositions:
            # Names that nobody knows and what only an issuer knows are in no table.
            if each["action"] in ("kept", "unknown") or each["path"].endswith(".llmgate_replay"):
                continue
            said = (each["action"], each["reason"])
            assert said in ROWS[format] | OF_PROVIDERS, (exchange.id, each)
            found += 1
    assert found > 50
