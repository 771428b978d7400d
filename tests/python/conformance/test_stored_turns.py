"""Every recorded answer as the cache's slow tiers keep it: written, read again, nothing lost."""

from __future__ import annotations

import pytest
from recordings import ANTHROPIC_APIS, CHAT_APIS, GEMINI_APIS, Exchange, load_exchanges

import llmgate
import llmgate.testing
from llmgate import _core

EXCHANGES = load_exchanges((*CHAT_APIS, *ANTHROPIC_APIS, *GEMINI_APIS))
ANSWERS = [exchange for exchange in EXCHANGES if exchange.status < 300]


@pytest.mark.parametrize("exchange", ANSWERS, ids=lambda exchange: exchange.id)
def test_a_recorded_answer_comes_back_equal(exchange: Exchange) -> None:
    try:
        response = llmgate.testing.parse(
            exchange.provider,
            [exchange.payload],
            format=exchange.format,
            status=exchange.status,
            headers=exchange.headers,
            stream=exchange.is_stream,
        )
    except llmgate.APIError:
        pytest.skip("no whole answer")
    assert response._completion is not None
    again = llmgate.ModelResponse(_core.stored_copy(response._completion))
    assert again.model_dump() == response.model_dump()
    assert again.turn == response.turn


def test_there_are_recordings_of_every_format() -> None:
    assert len(ANSWERS) > 100
    assert len({exchange.format for exchange in ANSWERS}) == 3
