"""What completion() puts on the wire: parameters, messages, headers and further members."""

from __future__ import annotations

import base64
import json
import warnings
from typing import Any

import pydantic
import pytest
import support
from support import ask, sent, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply, ToolCall

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        "strict": True,
    },
}
CUSTOM = {
    "type": "custom",
    "custom": {"name": "run", "format": {"type": "grammar", "grammar": {"syntax": "lark"}}},
}
PARAMETERS = {
    "audio": {"voice": "ash", "format": "mp3"},
    "frequency_penalty": -0.5,
    "function_call": "auto",
    "functions": [{"name": "f", "parameters": {"type": "object", "properties": {}}}],
    "logit_bias": {"50256": -100, "1": 2.5},
    "logprobs": True,
    "max_completion_tokens": 77,
    "max_tokens": 78,
    "modalities": ["text", "audio"],
    "moderation": {"mode": "strict"},
    "n": 1,
    "parallel_tool_calls": False,
    "prediction": {"type": "content", "content": "x"},
    "presence_penalty": 2,
    "prompt_cache_key": "cache",
    "prompt_cache_retention": "24h",
    "reasoning_effort": "minimal",
    "response_format": {"type": "json_object"},
    "safety_identifier": "someone",
    "seed": 2**40,
    "service_tier": "flex",
    "stop": ["a", "\u00e9\n"],
    "store": False,
    "temperature": 0.1,
    "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
    "tools": [WEATHER, CUSTOM],
    "top_logprobs": 3,
    "top_p": 1e-05,
    "user": "me",
    "verbosity": "low",
    "web_search_options": {"search_context_size": "low"},
}


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_each_parameter_reaches_the_wire_unchanged(fake: FakeProvider, name: str) -> None:
    ask(fake, **{name: PARAMETERS[name]})
    expected = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    assert sent(fake) == {**expected, name: PARAMETERS[name]}


def test_all_parameters_together_are_kept(fake: FakeProvider) -> None:
    response = ask(fake, **PARAMETERS)
    assert {name: sent(fake)[name] for name in PARAMETERS} == PARAMETERS
    actions = {entry.path: entry.action for entry in response.dispositions}
    assert {actions[f"$.{name}"] for name in PARAMETERS} == {"kept"}


def test_none_is_a_parameter_that_was_not_given(fake: FakeProvider) -> None:
    ask(fake, **dict.fromkeys([*PARAMETERS, "metadata", "deadline", "timeout", "extra_body"]))
    assert set(sent(fake)) == {"model", "messages"}


def test_stream_options_reach_the_wire(fake: FakeProvider) -> None:
    options = {"include_usage": True, "include_obfuscation": False}
    chunks = list(ask(fake, stream=True, stream_options=options))
    assert (sent(fake)["stream"], sent(fake)["stream_options"]) == (True, options)
    assert chunks[-1].usage.total_tokens > 0


def test_numbers_keep_their_value_and_their_kind(fake: FakeProvider) -> None:
    numbers = {"int": 10**30, "one": 1.0, "third": 1 / 3, "big": 1e300, "yes": True}
    ask(fake, extra_body=numbers, drop_params=True)
    assert b'"int":1000000000000000000000000000000,' in fake.requests[0].raw
    body = sent(fake)
    assert (body["third"], body["big"], body["yes"]) == (1 / 3, 1e300, True)
    assert isinstance(body["one"], float)


def test_text_of_every_kind_arrives(fake: FakeProvider) -> None:
    text = "".join(map(chr, range(0x20))) + '"\\/\x7f\u00e4\u20ac\u2028\U0001f600\ufeff\x00end'
    ask(fake, text)
    assert sent(fake)["messages"] == [{"role": "user", "content": text}]


def test_a_long_prompt_arrives_whole(fake: FakeProvider) -> None:
    text = "0123456789\u00e9" * 400_000
    ask(fake, text)
    assert sent(fake)["messages"][0]["content"] == text


def test_content_parts_of_every_type_arrive(fake: FakeProvider) -> None:
    data = base64.b64encode(bytes(range(256))).decode()
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
        {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": data}},
        {"type": "video_of_tomorrow", "video": {"frames": 3}},
    ]
    ask(fake, [{"role": "user", "content": parts}])
    assert sent(fake)["messages"] == [{"role": "user", "content": parts}]


def test_every_role_and_unknown_members_of_messages_arrive(fake: FakeProvider) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    custom = {"id": "c2", "type": "custom", "custom": {"name": "run", "input": "ls"}}
    messages = [
        {"role": "system", "content": "S", "cache_control": {"type": "ephemeral"}},
        {"role": "developer", "content": [{"type": "text", "text": "D"}]},
        {"role": "user", "content": "U", "name": "ann"},
        {"role": "assistant", "content": None, "tool_calls": [call, custom]},
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "2"}]},
        {"role": "assistant", "content": None, "refusal": "No."},
        {"role": "function", "name": "f", "content": "old"},
    ]
    ask(fake, tuple(messages), model="openrouter/m")
    assert sent(fake)["messages"] == messages


def test_an_answer_is_a_message_of_the_next_request(fake: FakeProvider) -> None:
    calls = [ToolCall("get_weather", {"city": c}, id=c) for c in ("Oslo", "Rome")]
    fake.script([Reply(tool_calls=calls, reasoning="Two cities."), "Both sunny."])
    messages: list[Any] = [{"role": "user", "content": "Weather?"}]
    message = ask(fake, messages, tools=[WEATHER]).choices[0].message
    messages.append(message)
    for call in message.tool_calls:
        city = json.loads(call.function.arguments)["city"]
        messages.append({"role": "tool", "tool_call_id": call.id, "content": f"{city}: sun"})
    assert text_of(ask(fake, messages, tools=[WEATHER])) == "Both sunny."
    user, assistant, first, second = sent(fake)["messages"]
    assert assistant["tool_calls"] == [
        {
            "id": city,
            "type": "function",
            "function": {"name": "get_weather", "arguments": json.dumps({"city": city})},
        }
        for city in ("Oslo", "Rome")
    ]
    assert assistant["reasoning_content"] == "Two cities."
    assert (assistant["role"], assistant["content"]) == ("assistant", None)
    assert (user["role"], first["tool_call_id"], second["tool_call_id"]) == ("user", "Oslo", "Rome")


def test_a_message_may_be_sent_as_its_dump(fake: FakeProvider) -> None:
    message = ask(fake).choices[0].message
    ask(fake, [{"role": "user", "content": "Hi"}, message.model_dump()])
    as_dict = sent(fake)["messages"]
    ask(fake, [{"role": "user", "content": "Hi"}, message])
    assert sent(fake)["messages"] == as_dict


class SdkMessage(pydantic.BaseModel):
    """A message as the vendors' SDKs model it: mostly fields that nobody set."""

    model_config = pydantic.ConfigDict(extra="allow")
    role: str
    content: Any = None
    refusal: str | None = None
    annotations: list[Any] | None = None


def test_pydantic_models_are_sent_without_what_was_not_set(fake: FakeProvider) -> None:
    ask(fake, [SdkMessage(role="user", content="Hi", extra={"a": [1]})])
    assert sent(fake)["messages"] == [{"role": "user", "content": "Hi", "extra": {"a": [1]}}]


def test_extra_headers_are_added_and_replace(fake: FakeProvider) -> None:
    ask(fake, extra_headers={"X-Team": "blue", "User-Agent": "mine/1"}, headers={"x-more": "1"})
    headers = fake.requests[0].headers
    assert (headers["x-team"], headers["user-agent"], headers["x-more"]) == ("blue", "mine/1", "1")
    assert headers["content-type"] == "application/json"


def test_extra_body_adds_members_and_wins_over_arguments(fake: FakeProvider) -> None:
    more = {"temperature": 1, "seed": 5, "guided": {"a": None}}
    ask(fake, temperature=0, extra_body=more, drop_params=True)
    body = fake.requests[0].raw
    assert body.count(b'"temperature"') == 1
    assert (sent(fake)["temperature"], sent(fake)["seed"]) == (1, 5)
    assert sent(fake)["guided"] == {"a": None}


def test_metadata_is_sent_only_with_store(fake: FakeProvider) -> None:
    ask(fake, metadata={"team": "blue"})
    assert "metadata" not in sent(fake)
    ask(fake, metadata={"team": "blue"}, store=True)
    assert sent(fake)["metadata"] == {"team": "blue"}


def test_unknown_argument_is_forwarded_with_one_warning(fake: FakeProvider) -> None:
    with pytest.warns(llmgate.LLMGateWarning, match=r"\$\.temprature.*'temperature'") as seen:
        response = ask(fake, temprature=0.5)
    ask(fake, temprature=0.5)  # where a warning would be an error
    assert [warning.filename for warning in seen] == [support.__file__]
    assert sent(fake)["temprature"] == 0.5
    (entry,) = (e for e in response.dispositions if e.path == "$.temprature")
    assert (entry.action, entry.detail) == ("unknown", "temperature")


def test_what_a_provider_does_not_take_is_dropped_with_one_warning(fake: FakeProvider) -> None:
    with pytest.warns(llmgate.LLMGateWarning, match=r"groq: \$\.logit_bias is dropped") as seen:
        response = ask(fake, model="groq/m", logit_bias={"1": 1})
    ask(fake, model="groq/m", logit_bias={"1": 1})
    assert len(seen) == 1
    assert "logit_bias" not in sent(fake)
    (entry,) = (e for e in response.dispositions if e.path == "$.logit_bias")
    assert entry.action == "dropped"
    assert entry.reason


def test_drop_params_drops_in_silence_but_not_unnoticed(fake: FakeProvider) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        response = ask(fake, model="cerebras/m", logit_bias={"1": 1}, drop_params=True)
    assert "dropped" in {entry.action for entry in response.dispositions}


@pytest.mark.parametrize("more", [{"temprature": 1}, {"logit_bias": {"1": 1}}])
def test_strict_refuses_losses_before_sending(fake: FakeProvider, more: Any) -> None:
    with pytest.raises(llmgate.UnsupportedParamsError) as caught:
        ask(fake, model="groq/m", strict=True, **more)
    assert caught.value.json_path == "$." + next(iter(more))
    assert fake.count == 0


def test_a_renamed_limit_is_mapped_and_no_loss(fake: FakeProvider) -> None:
    response = ask(fake, model="mistral/m", max_completion_tokens=9, seed=3, strict=True)
    assert sent(fake)["max_tokens"] == 9
    assert sent(fake)["random_seed"] == 3
    mapped = {e.path: e.detail for e in response.dispositions if e.action == "mapped"}
    assert mapped == {"$.max_completion_tokens": "max_tokens", "$.seed": "random_seed"}
