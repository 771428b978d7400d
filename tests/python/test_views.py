"""Answers as Python objects: fields, copies, pickles, and what they look like."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from support import ask, output_of, sent

import llmgate
from llmgate.testing import FakeProvider, Reply, ToolCall

MESSAGE = {
    "role": "assistant",
    "content": "Hello",
    "refusal": None,
    "annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.example"}}],
}
BODY = {
    "id": "x",
    "object": "chat.completion",
    "created": 5,
    "model": "m",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop", "logprobs": None}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    "vendor": {"region": "eu", "list": [{"a": 1}, [2, {"b": None}]], "nothing": None},
}


def answer(fake: FakeProvider, body: Any = BODY) -> Any:
    fake.script([Reply(body=json.dumps(body).encode())])
    return ask(fake)


@pytest.fixture
def response(fake: FakeProvider) -> Any:
    return answer(fake)


def response_with(fake: FakeProvider, **members: Any) -> Any:
    choice = {"index": 0, "message": {**MESSAGE, **members}, "finish_reason": "stop"}
    return answer(fake, {**BODY, "choices": [choice]})


def test_the_classes(response: Any) -> None:
    assert type(response) is llmgate.ModelResponse
    assert type(response.choices[0]) is llmgate.Choice
    assert type(response.choices[0].message) is llmgate.Message
    assert type(response.usage) is llmgate.Usage
    assert type(response.vendor) is llmgate.Node
    assert type(response.choices) is list


def test_attributes_and_items_are_the_same_fields(response: Any) -> None:
    assert response["choices"] is response.choices
    assert response.choices[0]["message"]["content"] == "Hello"
    assert response["vendor"]["list"][1][1]["b"] is None
    with pytest.raises(KeyError):
        response["missing"]
    with pytest.raises(AttributeError, match="missing"):
        _ = response.missing
    with pytest.raises(AttributeError, match="missing"):
        _ = response.vendor.missing


def test_a_field_is_there_if_it_was_sent(response: Any) -> None:
    assert hasattr(response.vendor, "nothing")
    assert response.vendor.nothing is None
    assert not hasattr(response.vendor, "missing")
    assert not hasattr(response.choices[0].message, "reasoning_content")
    assert getattr(response.choices[0].message, "audio", "none") == "none"
    assert "refusal" in response.choices[0].message
    assert "tool_calls" not in response.choices[0].message
    assert response.choices[0].message.tool_calls is None
    assert response.service_tier is None


def test_a_node_is_a_mapping(response: Any) -> None:
    vendor = response.vendor
    assert list(vendor) == list(vendor.keys()) == ["region", "list", "nothing"]
    assert (len(vendor), vendor.get("region"), vendor.get("none", 7)) == (3, "eu", 7)
    assert dict(vendor)["region"] == "eu"
    assert {**vendor}.keys() == vendor.keys()
    assert next(iter(vendor.values())) == "eu"
    assert ("nothing", None) in vendor.items()
    assert bool(llmgate.Node())
    assert "choices" in response
    assert response.get("missing") is None


def test_an_untouched_response_is_a_mapping_too(fake: FakeProvider) -> None:
    assert set(answer(fake)) == set(BODY)
    assert len(answer(fake)) == len(BODY)
    assert "usage" in answer(fake)
    assert answer(fake) == answer(fake)


def test_model_dump_gives_plain_values(response: Any) -> None:
    dump = response.model_dump()
    assert dump == BODY
    assert type(dump["choices"][0]["message"]["annotations"][0]) is dict
    assert response.to_dict() == dump
    without = response.model_dump(exclude_none=True, mode="json", exclude_unset=True)
    assert "refusal" not in without["choices"][0]["message"]
    assert "nothing" not in without["vendor"]
    assert without["vendor"]["list"] == [{"a": 1}, [2, {}]]


def test_a_dump_is_no_window(response: Any) -> None:
    response.model_dump()["vendor"]["list"].append(1)
    assert len(response.vendor.list) == 2


def test_model_dump_json(response: Any) -> None:
    text = response.model_dump_json()
    assert json.loads(text) == BODY
    assert "\n" not in text
    assert ", " not in text
    assert json.loads(response.model_dump_json(indent=2)) == BODY
    assert response.model_dump_json(indent=2).startswith('{\n  "id"')
    assert '"nothing"' not in response.model_dump_json(exclude_none=True)
    assert json.loads(json.dumps(response.choices[0].message.model_dump())) == MESSAGE


def test_fields_may_be_assigned(response: Any) -> None:
    message = response.choices[0].message
    message.content = "Changed"
    message["extra"] = {"a": 1}
    assert response.choices[0].message.content == "Changed"
    assert response.model_dump()["choices"][0]["message"]["extra"] == {"a": 1}
    del message["extra"]
    del message.refusal
    assert "extra" not in message
    assert "refusal" not in message.model_dump()


def test_fields_of_an_untouched_response_may_be_assigned_and_deleted(fake: FakeProvider) -> None:
    response = answer(fake)
    response.model = "renamed"
    assert response.model_dump() == {**BODY, "model": "renamed"}
    response = answer(fake)
    response["model"] = "renamed"
    assert response.model == "renamed"
    response = answer(fake)
    del response.vendor
    assert "vendor" not in response.model_dump()
    response = answer(fake)
    del response["vendor"]
    assert "vendor" not in response.model_dump()


def test_vars_sees_the_fields(fake: FakeProvider) -> None:
    assert set(vars(answer(fake).vendor)) == set(BODY["vendor"])  # type: ignore[call-overload]


def test_what_was_read_once_is_the_same_object(response: Any) -> None:
    assert response.choices[0].message is response.choices[0].message
    assert response.turn is response.turn
    assert response.route is response.route


def test_equality(fake: FakeProvider) -> None:
    one, two = answer(fake), answer(fake)
    assert one == two
    assert one.choices[0].message == MESSAGE
    two.choices[0].message.content = "x"
    assert one != two
    assert one.usage != one.vendor
    assert llmgate.Node(a=1) != llmgate.Usage(a=1)
    with pytest.raises(TypeError):
        hash(one)


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle{n}": lambda v, n=n: pickle.loads(pickle.dumps(v, n)) for n in range(2, 6)},
}


@pytest.mark.parametrize("way", sorted(COPIES))
def test_copies_are_equal_and_whole(response: Any, way: str) -> None:
    for original in (response, response.choices[0].message, response.vendor, response.usage):
        twin = COPIES[way](original)
        assert twin == original
        assert type(twin) is type(original)
        assert twin is not original
        assert twin.model_dump() == original.model_dump()
    twin = COPIES[way](response)
    assert twin.request_id == response.request_id
    assert twin.route == response.route
    assert twin.turn == response.turn
    assert twin.dispositions == response.dispositions
    assert twin.native_finish_reason == "stop"
    assert twin.service_tier is None


@pytest.mark.parametrize("way", ["deepcopy", "pickle5"])
def test_a_deep_copy_has_objects_of_its_own(response: Any, way: str) -> None:
    twin = COPIES[way](response)
    twin.choices[0].message.content = "Changed"
    twin.vendor.list.append(1)
    assert response.model_dump() == BODY


def test_a_shallow_copy_shares(response: Any) -> None:
    twin = copy.copy(response)
    twin.model = "other"
    assert response.model == "m"
    assert twin.choices is response.choices


def test_an_untouched_response_can_be_copied_and_pickled(fake: FakeProvider) -> None:
    for make in COPIES.values():
        assert make(answer(fake)).model_dump() == BODY


def test_pickles_are_read_by_another_process(response: Any, tmp_path: Any) -> None:
    path = tmp_path / "pickle"
    path.write_bytes(pickle.dumps((response, response.choices[0].message)))
    script = """
        import pathlib, pickle, sys
        response, message = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())
        print(response.choices[0].message == message, message.content, response.request_id)
        print(response.model_dump_json())
    """
    first, second = output_of(script, str(path)).splitlines()
    assert first == f"True Hello {response.request_id}"
    assert json.loads(second) == BODY


def test_chunks_can_be_copied_and_pickled(fake: FakeProvider) -> None:
    fake.script([Reply(tool_calls=[ToolCall("f", {"a": 1})])])
    chunks = list(ask(fake, stream=True))
    assert pickle.loads(pickle.dumps(chunks)) == chunks == copy.deepcopy(chunks)
    assert type(chunks[0]) is llmgate.ModelResponseStream
    calls = [c.choices[0].delta.tool_calls for c in chunks if c.choices[0].delta.tool_calls]
    assert type(calls[0][0]) is llmgate.ToolCall
    assert calls[0][0].function.name == "f"
    assert calls[1][0].id is None


def test_a_copied_message_may_be_sent(fake: FakeProvider, response: Any) -> None:
    twin = pickle.loads(pickle.dumps(response.choices[0].message))
    ask(fake, [{"role": "user", "content": "Hi"}, twin])
    assert sent(fake)["messages"][1]["annotations"] == MESSAGE["annotations"]


def test_repr_is_one_short_line(fake: FakeProvider) -> None:
    choice = {"index": 0, "message": {"content": "long\n" * 1000}, "finish_reason": "stop"}
    response = answer(fake, {**BODY, "choices": [choice], "list": [1] * 1000})
    for value in (response, response.choices[0], response.choices[0].message, response.vendor):
        assert "\n" not in repr(value)
        assert len(repr(value)) < 400
        assert repr(value).startswith(type(value).__name__ + "(")
    assert "id='x'" in repr(response)
    assert "region='eu'" in repr(response.vendor)


def test_a_vendors_object_with_names_of_methods_is_a_dict(fake: FakeProvider) -> None:
    odd = {"items": [1], "get": "x", "keys": 2, "model_dump": None}
    response = answer(fake, {**BODY, "odd": odd})
    assert response.odd == odd
    assert type(response.odd) is dict
    assert response.model_dump()["odd"] == odd
    assert pickle.loads(pickle.dumps(response)).odd == odd


@pytest.mark.parametrize("name", ["items", "get", "keys", "values", "model_dump", "to_dict"])
def test_a_message_with_a_field_named_like_a_method(fake: FakeProvider, name: str) -> None:
    response = response_with(fake, **{name: {"a": 1}})
    message = response.choices[0].message
    assert message[name] == {"a": 1}
    assert copy.deepcopy(message) == message
    assert response.model_dump()["choices"][0]["message"][name] == {"a": 1}
    ask(fake, [{"role": "user", "content": "Hi"}, message])
    assert sent(fake)["messages"][1][name] == {"a": 1}


@pytest.mark.parametrize("name", ["turn", "raw", "route", "_pending", "__class__", "model_dump"])
def test_a_response_with_a_field_named_like_ours(fake: FakeProvider, name: str) -> None:
    response = answer(fake, {**BODY, name: "theirs"})
    assert response[name] == "theirs"
    assert response.route[0].outcome == "finished"
    assert llmgate.ModelResponse.model_dump(response)[name] == "theirs"
    assert pickle.loads(pickle.dumps(response))[name] == "theirs"
