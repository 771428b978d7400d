"""Answers that hold more than OpenAI's message shows, sent back to who said them, and to others."""

from __future__ import annotations

import copy
import json
import pickle
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import ask, sent

import llmgate
from llmgate.testing import FakeProvider, Reply

THOUGHTFUL = Reply(text="4", reasoning="2 and 2 is 4.")
FORMS: dict[str, Callable[[Any], Any]] = {
    "object": lambda message: message,
    "model_dump": lambda message: message.model_dump(),
    "json": lambda message: json.loads(json.dumps(message.model_dump())),
    "model_dump_json": lambda message: json.loads(message.model_dump_json()),
    "pickle": lambda message: pickle.loads(pickle.dumps(message)),
    "deepcopy": copy.deepcopy,
}


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider([THOUGHTFUL, "Fine."]) as provider:
        yield provider


def conversation(message: Any) -> list[Any]:
    return [{"role": "user", "content": "2+2?"}, message, {"role": "user", "content": "Sure?"}]


def without_nulls(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if value is not None}


def lost(response: Any) -> dict[str, str]:
    return {
        entry.path: entry.reason for entry in response.dispositions if entry.action == "dropped"
    }


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("form", FORMS)
def test_an_issuer_gets_back_what_it_said(fake: FakeProvider, form: str, stream: bool) -> None:
    answer = ask(fake, model="deepseek/m", stream=stream)
    if stream:
        list(answer)
        answer = answer.response
    message = answer.choices[0].message
    response = ask(fake, conversation(FORMS[form](message)), model="deepseek/m", strict=True)
    assert without_nulls(sent(fake)["messages"][1]) == {
        "role": "assistant",
        "content": "4",
        "reasoning_content": "2 and 2 is 4.",
    }
    assert lost(response) == {}


def test_chunks_put_together_by_hand_hold_the_replay(fake: FakeProvider) -> None:
    chunks = list(ask(fake, model="deepseek/m", stream=True))
    rebuilt = llmgate.stream_chunk_builder(chunks)
    ask(fake, conversation(rebuilt.choices[0].message), model="deepseek/m", strict=True)
    assert sent(fake)["messages"][1]["reasoning_content"] == "2 and 2 is 4."


def test_another_provider_gets_what_it_can_read_and_the_caller_is_told(fake: FakeProvider) -> None:
    message = ask(fake, model="deepseek/m").choices[0].message
    with pytest.warns(llmgate.LLMGateWarning, match="reasoning"):
        response = ask(fake, conversation(message), model="fireworks/m")
    assert without_nulls(sent(fake)["messages"][1]) == {"role": "assistant", "content": "4"}
    (path,) = lost(response)
    assert path == "$.messages[1].llmgate_replay"


def test_strict_refuses_to_lose_it(fake: FakeProvider) -> None:
    message = ask(fake, model="deepseek/m").choices[0].message
    with pytest.raises(llmgate.UnsupportedParamsError) as caught:
        ask(fake, conversation(message), model="fireworks/m", strict=True)
    assert caught.value.json_path == "$.messages[1].llmgate_replay"
    assert fake.count == 1


def test_a_client_that_keeps_only_what_it_knows_is_told(fake: FakeProvider) -> None:
    message = ask(fake, model="deepseek/m").choices[0].message
    kept = {"role": message.role, "content": message.content}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        response = ask(fake, conversation(kept), model="deepseek/m", drop_params=True)
    assert sent(fake)["messages"][1] == kept
    assert "deepseek said more than came back" in lost(response)["$.messages[1]"]


def test_a_message_that_nobody_said_loses_nothing(fake: FakeProvider) -> None:
    ask(fake, model="deepseek/m")
    handmade = {"role": "assistant", "content": "5"}
    assert lost(ask(fake, conversation(handmade), model="deepseek/m", strict=True)) == {}


def test_a_plain_answer_has_no_replay() -> None:
    with FakeProvider(["Hi"]) as fake:
        message = ask(fake).choices[0].message
        assert "llmgate_replay" not in message.model_dump()
