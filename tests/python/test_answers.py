"""What an answer holds: every kind of content, usage, structured output, what stands beside."""

from __future__ import annotations

import json
from typing import Any

import pydantic
import pytest
from support import ask, sent, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply, ToolCall


def plain(fake: FakeProvider, message: Any, **more: Any) -> Any:
    """The answer to a reply whose message is given as it stands on the wire."""
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "x", "object": "chat.completion", "created": 5, "model": "m-1"}
    choices = more.pop("choices", [choice])
    fake.script([Reply(body=json.dumps({**body, "choices": choices, **more}).encode())])
    return ask(fake)


def test_a_plain_answer(fake: FakeProvider) -> None:
    fake.script(["Hello, \u00e4\U0001f600!"])
    response = ask(fake)
    assert text_of(response) == "Hello, \u00e4\U0001f600!"
    assert response.object == "chat.completion"
    assert (response.id, response.model) == ("chatcmpl-fake00000001", "m")
    assert (response.created, response.system_fingerprint) == (1_750_000_000, "fp_fake")
    choice = response.choices[0]
    assert (choice.index, choice.finish_reason, choice.message.role) == (0, "stop", "assistant")
    assert choice.message.tool_calls is None


def test_the_answering_model_is_the_one_that_the_provider_names(fake: FakeProvider) -> None:
    assert plain(fake, {"role": "assistant", "content": "x"}).model == "m-1"


def test_usage_with_its_details(fake: FakeProvider) -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 12, "accepted_prediction_tokens": 1},
        "queue_time": 0.25,
    }
    fake.script([Reply(text="x", usage=usage)])
    response = ask(fake)
    assert response.usage.prompt_tokens_details.cached_tokens == 64
    assert response.usage.completion_tokens_details.reasoning_tokens == 12
    assert response.usage.model_dump() == usage
    assert response.native_usage.model_dump() == usage


def test_usage_that_was_not_sent_is_none(fake: FakeProvider) -> None:
    fake.script([Reply(text="x", usage={})])
    response = ask(fake)
    assert response.usage is None
    assert response.native_usage is None
    assert "usage" not in response


def test_tool_calls_keep_their_arguments_as_text(fake: FakeProvider) -> None:
    calls = [ToolCall("f", '{"a":  1}', id="c1"), ToolCall("g", "not json", id="c2")]
    fake.script([Reply(tool_calls=calls)])
    response = ask(fake)
    message = response.choices[0].message
    assert message.content is None
    assert response.choices[0].finish_reason == "tool_calls"
    assert [(c.id, c.type, c.function.name) for c in message.tool_calls] == [
        ("c1", "function", "f"),
        ("c2", "function", "g"),
    ]
    assert [c.function.arguments for c in message.tool_calls] == ['{"a":  1}', "not json"]
    assert [b.malformed for b in response.turn.choices[0].blocks] == [False, True]


def test_custom_tool_calls(fake: FakeProvider) -> None:
    call = {"id": "c", "type": "custom", "custom": {"name": "run", "input": "ls -l"}}
    response = plain(fake, {"role": "assistant", "content": None, "tool_calls": [call]})
    (found,) = response.choices[0].message.tool_calls
    assert (found.type, found.custom.name, found.custom.input) == ("custom", "run", "ls -l")


def test_ids_that_are_numbers_are_texts(fake: FakeProvider) -> None:
    call = {"id": 123, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    response = plain(fake, message, id=2**70)
    assert response.id == str(2**70)
    assert response.choices[0].message.tool_calls[0].id == "123"
    assert response.turn.choices[0].blocks[0].id == "123"


def test_function_call_of_old(fake: FakeProvider) -> None:
    call = {"name": "f", "arguments": '{"x":1}'}
    message = plain(fake, {"role": "assistant", "content": None, "function_call": call})
    assert message.choices[0].message.function_call.model_dump() == call


def test_refusal(fake: FakeProvider) -> None:
    fake.script([Reply(refusal="I will not.")])
    message = ask(fake).choices[0].message
    assert (message.refusal, message.content) == ("I will not.", None)


def test_reasoning(fake: FakeProvider) -> None:
    fake.script([Reply(text="4", reasoning="2 and 2")])
    response = ask(fake)
    assert response.choices[0].message.reasoning_content == "2 and 2"
    kinds = [block.kind for block in response.turn.choices[0].blocks]
    assert sorted(kinds) == ["reasoning", "text"]


def test_several_choices(fake: FakeProvider) -> None:
    response = ask(fake, n=2)
    assert sent(fake)["n"] == 2
    assert [choice.index for choice in response.choices] == [0, 1]
    assert len({text_of(response), response.choices[1].message.content}) == 1


def test_logprobs(fake: FakeProvider) -> None:
    entry = {"token": "Hi", "logprob": -0.25, "bytes": [72, 105], "top_logprobs": []}
    fake.script([Reply(text="Hi", logprobs=[entry])])
    logprobs = ask(fake, logprobs=True).choices[0].logprobs
    assert logprobs.content[0].model_dump() == entry


def test_audio_out(fake: FakeProvider) -> None:
    audio = {"id": "a1", "data": "UklGRg==", "expires_at": 9, "transcript": "Hi"}
    response = plain(fake, {"role": "assistant", "content": None, "audio": audio})
    assert response.choices[0].message.audio.model_dump() == audio
    ask(fake, [{"role": "user", "content": "Hi"}, response.choices[0].message])
    assert sent(fake)["messages"][1]["audio"] == audio


def test_unknown_fields_survive_at_every_level(fake: FakeProvider) -> None:
    message = {"role": "assistant", "content": "x", "mood": {"level": [1, {"deep": None}]}}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "seen_by": ["a"]}
    response = plain(fake, message, choices=[choice], x_groq={"id": "g"}, odd=10**25)
    assert response.x_groq.id == "g"
    assert response.odd == 10**25
    assert response.choices[0].seen_by == ["a"]
    assert response.choices[0].message.mood.level[1].deep is None
    dump = response.model_dump()
    assert dump["choices"][0]["message"]["mood"] == message["mood"]
    assert (dump["x_groq"], dump["odd"]) == ({"id": "g"}, 10**25)


def test_numbers_out_of_the_ordinary_survive(fake: FakeProvider) -> None:
    body = b'{"id":"x","choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}]'
    fake.script([Reply(body=body + b',"big":1e400,"long":123456789012345678901234567890}')])
    response = ask(fake)
    assert response.long == 123456789012345678901234567890
    assert response.big == float("inf")
    assert b"1e400" in response.raw


def test_a_finish_reason_that_nobody_knows_is_kept(fake: FakeProvider) -> None:
    fake.script([Reply(text="x", finish_reason="tired")])
    response = ask(fake)
    assert response.choices[0].finish_reason == "tired"
    assert response.native_finish_reason == "tired"


@pytest.mark.parametrize(("word", "normal"), [("eos", "stop"), ("model_length", "length")])
def test_a_native_finish_reason_stands_beside_the_normal_one(
    fake: FakeProvider, word: str, normal: str
) -> None:
    fake.script([Reply(text="x", finish_reason=word)])
    response = ask(fake)
    assert response.native_finish_reason == word
    assert response.choices[0].finish_reason == normal


def test_what_stands_beside_the_answer(fake: FakeProvider) -> None:
    fake.script([Reply(text="x", headers={"X-Ratelimit-Remaining": "7"})])
    response = ask(fake)
    assert response.request_id == "req_fake00000001"
    assert response.headers["x-ratelimit-remaining"] == "7"
    assert json.loads(response.raw)["choices"][0]["message"]["content"] == "x"
    (attempt,) = response.route
    assert (attempt.provider, attempt.model, attempt.status) == ("openai", "m", 200)
    assert (attempt.base_url, attempt.outcome, attempt.why) == (fake.url, "finished", "first")
    assert attempt.request_id == response.request_id
    assert attempt.maybe_billed is False
    assert 0 <= attempt.started_ms <= attempt.total_ms
    assert (response.turn.provider, response.turn.format) == ("openai", "openai.chat")
    assert [b.text for b in response.turn.choices[0].blocks] == ["x"]


def test_lone_surrogates_come_back_as_they_were_sent(fake: FakeProvider) -> None:
    fake.script([Reply(text="cut \ud83d here")])
    response = ask(fake, "send \udc00 there")
    assert sent(fake)["messages"][0]["content"] == "send \udc00 there"
    assert text_of(response) == "cut \ud83d here"
    assert json.loads(response.model_dump_json())["choices"][0]["message"]["content"] == (
        "cut \ud83d here"
    )


class City(pydantic.BaseModel):
    """A structured answer."""

    name: str
    people: int | None = None


def test_a_pydantic_class_as_response_format(fake: FakeProvider) -> None:
    fake.script([Reply(json={"name": "Oslo", "people": 700_000})])
    message = ask(fake, response_format=City).choices[0].message
    assert message.parsed == City(name="Oslo", people=700_000)
    assert message.parsed is message.parsed
    wrapper = sent(fake)["response_format"]
    assert wrapper["type"] == "json_schema"
    assert (wrapper["json_schema"]["name"], wrapper["json_schema"]["strict"]) == ("City", True)
    schema = wrapper["json_schema"]["schema"]
    assert schema["required"] == ["name", "people"]
    assert schema["additionalProperties"] is False


def test_content_that_does_not_fit_the_class(fake: FakeProvider) -> None:
    fake.script([Reply(json={"people": 1})])
    response = ask(fake, response_format=City)
    with pytest.raises(llmgate.JSONSchemaValidationError, match="City"):
        _ = response.choices[0].message.parsed
    assert text_of(response) == '{"people": 1}'


def test_a_refusal_is_not_parsed(fake: FakeProvider) -> None:
    fake.script([Reply(refusal="No.")])
    message = ask(fake, response_format=City).choices[0].message
    assert (message.parsed, message.refusal) == (None, "No.")


def test_parsed_needs_a_class(fake: FakeProvider) -> None:
    with pytest.raises(AttributeError, match="response_format"):
        _ = ask(fake).choices[0].message.parsed


def test_a_bare_schema_is_wrapped(fake: FakeProvider) -> None:
    schema = {"type": "object", "title": "A city!", "properties": {"name": {"type": "string"}}}
    ask(fake, response_format=schema)
    assert sent(fake)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "A_city_", "schema": schema},
    }


def test_a_stream_is_parsed_too(fake: FakeProvider) -> None:
    fake.script([Reply(json={"name": "Oslo"})])
    stream = ask(fake, response_format=City, stream=True)
    for _ in stream:
        pass
    assert stream.response.choices[0].message.parsed == City(name="Oslo")
