"""What the scripted provider says and remembers, tested with http.client alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from provider_client import PATH, ask, chat, joined, post, stream

from llmgate.testing import FakeProvider, ReceivedRequest, Reply, ToolCall


def test_default_reply_tells_what_was_asked(fake: FakeProvider) -> None:
    content = ask(fake, text="Where am I?")["choices"][0]["message"]["content"]
    assert "Where am I?" in content
    assert "model m" in content


def test_replies_come_in_order_and_the_last_one_repeats() -> None:
    with FakeProvider(["one", Reply(text="two")]) as fake:
        said = [ask(fake)["choices"][0]["message"]["content"] for _ in range(4)]
    assert said == ["one", "two", "two", "two"]


def test_a_callable_script_sees_the_request() -> None:
    def script(request: ReceivedRequest) -> str:
        return f"{request.number}:{request.body['messages'][0]['content']}"

    with FakeProvider(script) as fake:
        said = [ask(fake, text=t)["choices"][0]["message"]["content"] for t in ("a", "b")]
    assert said == ["1:a", "2:b"]


def test_an_error_in_a_callable_script_reaches_the_test() -> None:
    def script(request: ReceivedRequest) -> str:
        raise LookupError("no such reply")

    fake = FakeProvider(script)
    fake.start()
    status, _, body = post(fake, chat())
    assert status == 500
    assert b"no such reply" in body
    with pytest.raises(LookupError, match="no such reply"):
        fake.__exit__(None, None, None)


def test_script_can_be_replaced_while_running(fake: FakeProvider) -> None:
    fake.script(["first", "second"])
    assert ask(fake)["choices"][0]["message"]["content"] == "first"
    fake.script(["third"])
    assert ask(fake)["choices"][0]["message"]["content"] == "third"


def test_streamed_text_joins_to_the_plain_one() -> None:
    text = "  Two  words,\nand ünïcode 🎉 \n"
    with FakeProvider([Reply(text=text)]) as fake:
        events = stream(fake)
        assert ask(fake)["choices"][0]["message"]["content"] == text
    assert joined(events, "content") == text
    assert events[-1] == "[DONE]"
    assert [e["choices"][0]["finish_reason"] for e in events[:-1]].count("stop") == 1
    assert len({e["id"] for e in events[:-1]}) == 1


def test_chunks_divide_the_stream_exactly_as_given() -> None:
    with FakeProvider([Reply(chunks=["a", "b c", "d"])]) as fake:
        events = stream(fake)
        assert ask(fake)["choices"][0]["message"]["content"] == "ab cd"
    pieces = [e["choices"][0]["delta"].get("content") for e in events[:-1]]
    assert [piece for piece in pieces if piece] == ["a", "b c", "d"]


def test_tool_calls_are_whole_in_the_answer_and_in_pieces_in_the_stream() -> None:
    calls = [
        ToolCall("weather", {"city": "Zürich", "unit": "celsius"}),
        ToolCall("now", "{not json", id="call_7"),
    ]
    with FakeProvider([Reply(tool_calls=calls)]) as fake:
        choice = ask(fake)["choices"][0]
        events = stream(fake)
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    first, second = choice["message"]["tool_calls"]
    assert json.loads(first["function"]["arguments"]) == {"city": "Zürich", "unit": "celsius"}
    assert second["function"] == {"name": "now", "arguments": "{not json"}
    assert second["id"] == "call_7"
    assert first["id"] != second["id"]
    arguments = {0: "", 1: ""}
    for event in events[:-1]:
        for call in event["choices"][0]["delta"].get("tool_calls", ()):
            arguments[call["index"]] += call["function"]["arguments"]
    assert json.loads(arguments[0]) == {"city": "Zürich", "unit": "celsius"}
    assert arguments[1] == "{not json"
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"


def test_reasoning_and_refusal_travel_in_members_of_their_own() -> None:
    reply = Reply(reasoning="let me think", refusal="I will not.", finish_reason="content_filter")
    with FakeProvider([reply]) as fake:
        choice = ask(fake)["choices"][0]
        events = stream(fake)
    assert choice["message"]["reasoning_content"] == "let me think"
    assert choice["message"]["refusal"] == "I will not."
    assert choice["message"]["content"] is None
    assert choice["finish_reason"] == "content_filter"
    assert joined(events, "reasoning_content") == "let me think"
    assert joined(events, "refusal") == "I will not."


def test_json_is_the_text_of_a_structured_answer() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
    with FakeProvider([Reply(json={"city": "Bern", "count": 2})]) as fake:
        content = ask(fake, response_format=schema)["choices"][0]["message"]["content"]
        events = stream(fake, response_format=schema)
    assert json.loads(content) == {"city": "Bern", "count": 2}
    assert json.loads(joined(events, "content")) == {"city": "Bern", "count": 2}


def test_usage_counts_words_unless_scripted() -> None:
    with FakeProvider([Reply(text="a b c", reasoning="d e")]) as fake:
        usage = ask(fake, text="one two")["usage"]
        assert (usage["prompt_tokens"], usage["completion_tokens"]) == (2, 5)
        assert usage["total_tokens"] == 7
        assert usage["completion_tokens_details"] == {"reasoning_tokens": 2}
        fake.script([Reply(text="a", usage={"prompt_tokens": 99})])
        assert ask(fake)["usage"] == {"prompt_tokens": 99}
        fake.script([Reply(text="a", usage={})])
        assert "usage" not in ask(fake)


def test_streamed_usage_comes_only_when_asked_for(fake: FakeProvider) -> None:
    fake.script(["a b"])
    assert all("usage" not in event for event in stream(fake)[:-1])
    *chunks, last, done = stream(fake, stream_options={"include_usage": True})
    assert done == "[DONE]"
    assert last["choices"] == []
    assert last["usage"]["completion_tokens"] == 2
    assert [chunk["usage"] for chunk in chunks] == [None] * len(chunks)


def test_n_choices_each_have_text_and_finish() -> None:
    with FakeProvider(["x y"]) as fake:
        assert [c["index"] for c in ask(fake, n=3)["choices"]] == [0, 1, 2]
        events = stream(fake, n=2)
    assert joined(events, "content", 0) == joined(events, "content", 1) == "x y"


def test_logprobs_are_divided_over_the_pieces() -> None:
    entries = [{"token": t, "logprob": -0.5} for t in "abc"]
    with FakeProvider([Reply(chunks=["a", "bc"], logprobs=entries)]) as fake:
        assert ask(fake)["choices"][0]["logprobs"]["content"] == entries
        events = stream(fake)
    found = [e["choices"][0]["logprobs"] for e in events[:-1]]
    assert [len(each["content"]) for each in found if each] == [1, 2]


def test_stream_may_end_without_its_marker() -> None:
    with FakeProvider([Reply(text="a", marker=False)]) as fake:
        events = stream(fake)
    assert events[-1]["choices"][0]["finish_reason"] == "stop"


def test_error_reply_has_the_shape_of_the_provider() -> None:
    reply = Reply.error(429, code="slow_down", message="Too fast", retry_after=1.5)
    with FakeProvider([reply]) as fake:
        status, headers, body = post(fake, chat(stream=True))
    assert status == 429
    assert headers["retry-after"] == "1.5"
    assert headers["content-type"] == "application/json"
    error = json.loads(body)["error"]
    assert error["message"] == "Too fast"
    assert error["code"] == "slow_down"
    assert error["type"] == "requests"


def test_error_object_may_travel_under_status_200() -> None:
    reply = Reply(error_body={"code": 502, "message": "backend"})
    with FakeProvider([reply]) as fake:
        assert ask(fake)["error"]["code"] == 502


def test_error_event_ends_a_stream() -> None:
    reply = Reply(chunks=["a", "b", "c"], error_event_after=2, error_body={"message": "boom"})
    with FakeProvider([reply]) as fake:
        events = stream(fake)
    assert joined(events[:-1], "content") == "a"
    assert events[-1]["error"]["message"] == "boom"
    assert len(events) == 3


@pytest.mark.parametrize("body", [[], {"model": "m"}])
def test_a_body_the_provider_would_refuse_is_refused(fake: FakeProvider, body: Any) -> None:
    fake.script(["never"])
    assert post(fake, body)[0] == 400


def test_unknown_paths_are_404_unless_the_body_is_by_hand(fake: FakeProvider) -> None:
    assert post(fake, chat(), path="/v1/nothing")[0] == 404
    fake.script([Reply(body=b'{"data":[]}')])
    assert post(fake, chat(), path="/v1/models")[2] == b'{"data":[]}'


def test_wrong_key_is_401_and_takes_no_reply() -> None:
    with FakeProvider(["one"], api_key="sk-other") as fake:
        status, _, body = post(fake, chat())
        assert status == 401
        assert json.loads(body)["error"]["code"] == "invalid_api_key"
        fake._api_key = "sk-test"
        assert ask(fake)["choices"][0]["message"]["content"] == "one"


def test_contradicting_replies_are_refused() -> None:
    with pytest.raises(ValueError, match="stalls"):
        Reply(stall_after=1, cut_after=1)
    with pytest.raises(ValueError, match="pieces"):
        Reply(body=b"", pieces=[b""])
    with pytest.raises(ValueError, match="json"):
        Reply(json={}, text="x")


def test_requests_are_recorded_with_their_key_apart(fake: FakeProvider) -> None:
    ask(fake, text="remember")
    (request,) = fake.requests
    assert (request.method, request.path, request.number) == ("POST", PATH, 1)
    assert request.body["messages"][0]["content"] == "remember"
    assert json.loads(request.raw) == request.body
    assert request.api_key == "sk-test"
    assert request.headers["authorization"] == "REDACTED"
    assert "sk-test" not in repr(request) + repr(request.headers)


@pytest.mark.parametrize("header", ["x-api-key", "api-key", "x-goog-api-key"])
def test_key_is_found_in_other_headers(header: str) -> None:
    request = ReceivedRequest("POST", "/", {header: "secret"}, b"no json")
    assert request.api_key == "secret"
    assert request.headers == {header: "REDACTED"}
    assert request.body is None


def test_recording_can_be_turned_off() -> None:
    with FakeProvider(record=False) as fake:
        ask(fake)
        assert fake.requests == []
        assert fake.count == 1
