"""The judgement on converted requests itself: it must see what is lost, and who has said so."""

from __future__ import annotations

from typing import Any

import pytest
from request_changes import Excuses, moved_texts, unexcused
from request_meanings import meaning_of


def said(action: str, path: str, detail: str = "") -> dict[str, str]:
    return {"action": action, "path": path, "detail": detail, "reason": "r"}


def request(**members: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "Hi"}], **members}


def lost(sent: Any, returned: Any, *dispositions: dict[str, str]) -> list[str]:
    return unexcused(sent, returned, [Excuses(sent, list(dispositions))])


@pytest.mark.parametrize(
    ("disposition", "is_excuse"),
    [
        (said("dropped", "$.top_k"), True),
        (said("clamped", "$.top_k"), True),
        (said("dropped", "$.top_p"), False),
        (said("kept", "$.top_k"), False),
        (said("unknown", "$.top_k"), False),  # forwarded: must come back
        (said("mapped", "$.top_k", "generationConfig.topK"), False),  # renamed: must come back
        (said("dropped", "$.messages[0].top_k"), False),
    ],
)
def test_only_a_report_of_the_value_excuses_its_loss(
    disposition: dict[str, str], is_excuse: bool
) -> None:
    assert lost(request(top_k=40), request()) == ["top_k = 40 (1x)"]
    assert (lost(request(top_k=40), request(), disposition) == []) is is_excuse
    assert (lost(request(top_k=40), request(top_k=41), disposition) == []) is is_excuse


def test_each_loss_needs_its_own_report() -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    sent = request(tools=[{"name": "f", **mark}, {"name": "g", **mark}])
    returned = request(tools=[{"name": "f"}, {"name": "g"}])
    one, other = (said("dropped", f"$.tools[{number}].cache_control") for number in (0, 1))
    assert lost(sent, returned, one) == ["type = ephemeral (2x)"]
    assert lost(sent, returned, one, other) == []


def test_values_under_other_names_and_inside_texts_are_found() -> None:
    canonical = request(
        stop=["END"], tool_calls=[{"function": {"arguments": '{"city": "Rome and Milan"}'}}]
    )
    excuses = [Excuses(canonical, [said("dropped", "$.stop"), said("dropped", "$.tool_calls[0]")])]
    native = {"stop_sequences": ["END"], "input": {"city": "Rome and Milan"}}
    assert unexcused(native, {}, excuses) == []
    assert unexcused({**native, "city": "Turin"}, {}, excuses) == ["city = turin (1x)"]


def test_mappings_that_cannot_come_back_excuse_what_they_are_listed_for() -> None:
    schema = {"properties": {"age": {"description": "in years", "minimum": 1}}}
    sent = request(response_format={"json_schema": {"name": "n", "schema": schema}})
    inside = "$.response_format.json_schema.schema.properties.age.minimum"
    changed = {"properties": {"age": {"description": "in years {minimum: 1}"}}}
    returned = request(response_format={"json_schema": {"name": "n", "schema": changed}})
    assert lost(sent, returned, said("mapped", inside, "description")) == []
    whole = said("mapped", "$.response_format", "output_config.format")
    assert lost(sent, request(response_format={"json_schema": {"schema": schema}}), whole) == []
    assert lost(sent, request(), whole) == ["description = in years (1x)", "minimum = 1 (1x)"]


def test_reports_of_a_replay_excuse_what_they_name() -> None:
    native = [
        {"type": "thinking", "thinking": "hm hm", "signature": "s=="},
        {"type": "text", "text": "Hello you"},
    ]
    turn = {"role": "assistant", "content": "Hello you", "llmgate_replay": {"native": native}}
    canonical = {"messages": [turn]}
    path = "$.messages[0].llmgate_replay"
    reasoning = [Excuses(canonical, [said("dropped", path, "reasoning")])]
    assert unexcused(native, native[1:], reasoning) == []
    assert unexcused(native, native[:1], reasoning) == ["text = Hello you (1x)", "type = text (1x)"]
    signature = [Excuses(canonical, [said("dropped", path, "thinking.signature")])]
    assert unexcused(native, [{**native[0], "signature": None}, native[1]], signature) == []
    assert unexcused(native, native[1:], signature) != []


def test_texts_that_move_to_an_earlier_turn_are_seen() -> None:
    texts = [f"the text of turn number {number}" for number in range(3)]
    assert moved_texts(texts, texts) == []
    assert moved_texts(texts, [texts[0], texts[2], texts[1]]) == [texts[2]]
    canonical = {"messages": [{"role": "user", "content": text} for text in texts]}
    excuses = Excuses(canonical, [said("mapped", "$.messages[2].role", "the end of system")])
    assert [excuses.excuse_move(text) for text in texts] == [False, False, True]


def test_meanings_are_equal_for_spellings_and_for_nothing_else() -> None:
    def gemini(**part: Any) -> dict[str, Any]:
        return meaning_of("gemini.generateContent", {"contents": [{"parts": [part]}]})

    assert gemini(inline_data={"mime_type": "a/b"}) == gemini(inlineData={"mimeType": "a/b"})
    assert gemini(text="a", thought=False) == gemini(text="a")
    assert gemini(text="a", thought=True) != gemini(text="a")

    def openai(*messages: dict[str, Any]) -> dict[str, Any]:
        return meaning_of("openai.chat", {"messages": list(messages)})

    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    one = {"role": "user", "content": parts}
    two = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    assert openai(one) == openai(*two)
    assert openai(one) != openai(*reversed(two))
    assert openai(two[0]) != openai({**two[0], "role": "assistant"})
