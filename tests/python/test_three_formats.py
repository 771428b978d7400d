"""One call through Anthropic's, Gemini's and OpenAI's formats: the same in, the same out."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from three_formats import CALLS, MODELS, NAMES, TOOLS, Side, losses, message_of, side_of

import llmgate
from llmgate.testing import Citation, Reasoning, Reply, ServerTool, Text, ToolCall, Usage

PIXEL = "iVBORw0KGgo="
CITY = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "people": {"type": "integer", "minimum": 0}},
    "required": ["name", "people"],
}
WANTED = {"type": "json_schema", "json_schema": {"name": "city", "schema": CITY}}


@pytest.fixture(params=NAMES)
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    with side_of(request.param) as side:
        yield side


@pytest.fixture(params=["plain", "stream", "built"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def answer(side: Side, way: str, reply: Reply | str, messages: Any = "Hi", **more: Any) -> Any:
    if side.name == "openai" and way == "stream":
        more["stream_options"] = {"include_usage": True}
    return side.answer(way, messages, reply, **more)


def test_a_question_is_asked_and_answered(side: Side, way: str) -> None:
    response = answer(side, way, "Über 800 Flüsse 🏔️.", [
        {"role": "system", "content": "Answer shortly."},
        {"role": "user", "content": "How many rivers?"},
    ])  # fmt: skip
    assert message_of(response).content == "Über 800 Flüsse 🏔️."
    assert message_of(response).role == "assistant"
    assert response.choices[0].finish_reason == "stop"
    assert response.model == side.model
    request = json.dumps(side.sent)
    assert "Answer shortly." in request
    assert "How many rivers?" in request
    assert "llmgate" not in request


def test_a_simple_answer_needs_no_replay(side: Side, way: str) -> None:
    message = message_of(answer(side, way, Reply(text="Yes.")))
    assert "llmgate_replay" not in message.model_dump()


def test_chunks_come_as_they_are_sent(side: Side) -> None:
    chunks = side.stream("Hi", Reply(chunks=["one", " two", " three"]))
    texts = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert texts == ["one", " two", " three"]
    roles = [c.choices[0].delta.role for c in chunks if c.choices]
    assert roles[0] == "assistant"
    finishes = [c.choices[0].finish_reason for c in chunks if c.choices]
    assert [word for word in finishes if word] == ["stop"]
    assert len({chunk.id for chunk in chunks}) == 1


def test_the_same_call_can_be_awaited(side: Side) -> None:
    side.fake.script(["one two"])

    async def main() -> tuple[str, str]:
        plain = await llmgate.acompletion(messages="Hi", **side.arguments())
        pieces = ""
        async for chunk in await llmgate.acompletion(messages="Hi", **side.arguments(stream=True)):
            pieces += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        return message_of(plain).content, pieces

    assert asyncio.run(main()) == ("one two", "one two")


def test_tools_are_called(side: Side, way: str) -> None:
    reply = Reply(text="One moment.", tool_calls=CALLS)
    response = answer(side, way, reply, tools=TOOLS, tool_choice="required")
    message = message_of(response)
    assert message.content == "One moment."
    assert response.choices[0].finish_reason == "tool_calls"
    assert [call.function.name for call in message.tool_calls] == ["get_weather", "now"]
    arguments = [json.loads(call.function.arguments) for call in message.tool_calls]
    assert arguments == [{"city": "Zürich"}, {}]
    assert len({call.id for call in message.tool_calls}) == 2
    assert all(call.type == "function" for call in message.tool_calls)


TOOL_CHOICES: list[tuple[Any, dict[str, Any]]] = [
    ("auto", {"anthropic": {"type": "auto"}, "gemini": {"mode": "AUTO"}}),
    ("none", {"anthropic": {"type": "none"}, "gemini": {"mode": "NONE"}}),
    ("required", {"anthropic": {"type": "any"}, "gemini": {"mode": "ANY"}}),
    (
        {"type": "function", "function": {"name": "now"}},
        {
            "anthropic": {"type": "tool", "name": "now"},
            "gemini": {"mode": "ANY", "allowedFunctionNames": ["now"]},
        },
    ),
]


@pytest.mark.parametrize(("choice", "spoken"), TOOL_CHOICES)
def test_the_choice_of_a_tool_is_translated(
    side: Side, choice: Any, spoken: dict[str, Any]
) -> None:
    side.ask("Hi", "x", tools=TOOLS, tool_choice=choice)
    if side.name == "gemini":
        assert side.sent["toolConfig"]["functionCallingConfig"] == spoken["gemini"]
    else:
        assert side.sent["tool_choice"] == spoken.get(side.name, choice)


def test_images_are_sent(side: Side) -> None:
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/a.png"}},
    ]
    side.ask([{"role": "user", "content": parts}], "A pixel.")
    if side.name == "openai":
        assert side.sent["messages"][0]["content"] == parts
    elif side.name == "anthropic":
        assert side.sent["messages"][0]["content"][1:] == [
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": PIXEL},
            },
            {"type": "image", "source": {"type": "url", "url": "https://pictures.example/a.png"}},
        ]
    else:
        inline, linked = side.sent["contents"][0]["parts"][1:]
        assert inline == {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
        assert linked["fileData"]["fileUri"] == "https://pictures.example/a.png"


def test_structured_output_is_asked_for_and_read(side: Side, way: str) -> None:
    reply = Reply(json={"name": "Bern", "people": 137_000})
    response = answer(side, way, reply, response_format=WANTED)
    assert json.loads(message_of(response).content) == {"name": "Bern", "people": 137_000}
    if side.name == "gemini":
        assert side.sent["generationConfig"]["responseJsonSchema"] == CITY
    elif side.name == "anthropic":
        schema = side.sent["output_config"]["format"]["schema"]
        assert schema["additionalProperties"] is False
        assert "minimum" not in schema["properties"]["people"]
    else:
        assert side.sent["response_format"] == WANTED


def test_what_a_schema_loses_is_told() -> None:
    with side_of("anthropic", Reply(json={})) as side:
        told = losses(side.ask(response_format=WANTED))
    people = "$.response_format.json_schema.schema.properties.people.minimum"
    assert told[people] in ("mapped", "dropped")
    assert told["$.response_format.json_schema.schema.additionalProperties"] == "added"


def test_older_claudes_give_structured_output_through_a_tool(way: str) -> None:
    call = ToolCall("llmgate_structured_output", {"name": "Bern", "people": 1})
    with side_of("anthropic") as side:
        side.model = "claude-3-5-haiku-20241022"
        response = answer(side, way, Reply(tool_calls=[call]), response_format=WANTED)
        assert side.sent["tool_choice"]["name"] == call.name
    message = message_of(response)
    assert json.loads(message.content) == {"name": "Bern", "people": 1}
    assert not message.model_dump().get("tool_calls")
    assert response.choices[0].finish_reason == "stop"


def test_reasoning_is_asked_for_and_shown(side: Side, way: str) -> None:
    reply = Reply(reasoning="Let me count.", text="Four.")
    response = answer(side, way, reply, reasoning_effort="low", max_tokens=4000)
    assert message_of(response).reasoning_content == "Let me count."
    assert message_of(response).content == "Four."
    if side.name == "anthropic":
        assert side.sent["thinking"] == {"type": "enabled", "budget_tokens": 1024}
    elif side.name == "gemini":
        config = side.sent["generationConfig"]["thinkingConfig"]
        assert config == {"thinkingLevel": "low", "includeThoughts": True}
    else:
        assert side.sent["reasoning_effort"] == "low"


def test_usage_means_the_same_everywhere(side: Side, way: str) -> None:
    given = Usage(input=50, output=20, cached=30, reasoning=8)
    usage = answer(side, way, Reply(text="x", reasoning="y", usage=given)).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (50, 20, 70)
    assert usage.prompt_tokens_details.cached_tokens == 30
    assert usage.completion_tokens_details.reasoning_tokens == 8


def test_tokens_written_to_a_cache_are_counted(way: str) -> None:
    given = Usage(input=50, output=20, cached=10, cache_written=30)
    with side_of("anthropic") as side:
        usage = answer(side, way, Reply(text="x", usage=given)).usage
    assert (usage.prompt_tokens, usage.total_tokens) == (50, 70)
    assert usage.cache_creation_input_tokens == 30
    assert usage.prompt_tokens_details.cached_tokens == 10


@pytest.mark.parametrize("word", ["stop", "length", "content_filter"])
def test_finish_reasons_mean_the_same_everywhere(side: Side, way: str, word: str) -> None:
    response = answer(side, way, Reply(text="x", finish_reason=word))
    assert response.choices[0].finish_reason == word


@pytest.mark.parametrize(
    ("name", "word"), [("anthropic", "pause_turn"), ("gemini", "MALFORMED_FUNCTION_CALL")]
)
def test_a_finish_reason_that_openai_has_not_is_never_a_stop(
    name: str, word: str, way: str
) -> None:
    with side_of(name) as side:
        response = answer(side, way, Reply(text="x", finish_reason=word))
    assert response.choices[0].finish_reason == word


def test_citations_become_annotations(side: Side, way: str) -> None:
    cited = Text("Er entspringt in den Alpen.", [Citation("https://r.example", "Rhein", "Alpen")])
    message = message_of(answer(side, way, Reply(blocks=["Müsli. ", cited])))
    assert message.content == "Müsli. Er entspringt in den Alpen."
    place = message.model_dump()["annotations"][0]["url_citation"]
    assert (place["url"], place["title"]) == ("https://r.example", "Rhein")
    assert (place["start_index"], place["end_index"]) == (7, 34)


def test_tools_of_the_provider_are_no_tool_calls(side: Side, way: str) -> None:
    blocks = [ServerTool("web_search", {"query": "x"}, []), "Found."]
    response = answer(side, way, Reply(blocks=blocks))
    message = message_of(response).model_dump()
    assert message["content"] == "Found."
    assert not message.get("tool_calls")
    assert response.choices[0].finish_reason == "stop"


def test_refusals_are_told(side: Side, way: str) -> None:
    response = answer(side, way, Reply(refusal="I will not.", finish_reason="content_filter"))
    assert response.choices[0].finish_reason == "content_filter"


def test_a_blocked_prompt_of_gemini_is_an_error(way: str) -> None:
    with (
        side_of("gemini") as side,
        pytest.raises(llmgate.ContentPolicyViolationError, match="PROHIBITED_CONTENT") as caught,
    ):
        answer(side, way, Reply(block_reason="PROHIBITED_CONTENT"))
    assert caught.value.code == "PROHIBITED_CONTENT"


ERRORS: list[tuple[int, type[llmgate.APIError]]] = [
    (400, llmgate.BadRequestError),
    (401, llmgate.AuthenticationError),
    (403, llmgate.PermissionDeniedError),
    (404, llmgate.NotFoundError),
    (429, llmgate.RateLimitError),
    (500, llmgate.InternalServerError),
    (503, llmgate.ServiceUnavailableError),
]


@pytest.mark.parametrize(("status", "kind"), ERRORS)
def test_errors_are_of_one_tree(
    side: Side, way: str, status: int, kind: type[llmgate.APIError]
) -> None:
    with pytest.raises(kind, match="Not now") as caught:
        answer(side, way, Reply.error(status, message="Not now.", retry_after=7))
    assert type(caught.value) is kind
    assert caught.value.status_code == status
    assert caught.value.retry_after == 7


def test_an_overloaded_anthropic_is_unavailable(way: str) -> None:
    with side_of("anthropic") as side, pytest.raises(llmgate.ServiceUnavailableError) as caught:
        answer(side, way, Reply.error(529))
    assert caught.value.status_code == 529


def test_a_wrong_key_is_an_authentication_error(side: Side) -> None:
    with pytest.raises(llmgate.AuthenticationError) as caught:
        side.ask(api_key="sk-wrong")
    assert "sk-wrong" not in str(caught.value)


def test_an_error_in_the_middle_of_a_stream_keeps_what_came(side: Side) -> None:
    reply = Reply(text="one two three four", error_event_after=5)
    with pytest.raises(llmgate.APIError) as caught:
        side.stream("Hi", reply)
    assert not isinstance(caught.value, llmgate.StreamInterruptedError)
    assert message_of(caught.value.partial_response).content.startswith("one")


@pytest.mark.parametrize("after", [0, 200, 600, 900])
def test_a_cut_stream_is_never_whole(side: Side, after: int) -> None:
    text = "one two three four five six seven eight nine ten"
    chunks: list[Any] = []
    with pytest.raises(llmgate.StreamInterruptedError) as caught:
        side.read_into(chunks, Reply(text=text, cut_after=after))
    said = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text.startswith(said)
    assert said != text
    if said:
        assert message_of(caught.value.partial_response).content == said


def test_a_cut_plain_answer_is_an_error(side: Side) -> None:
    with pytest.raises(llmgate.APIConnectionError):
        side.ask("Hi", Reply(text="one two three", cut_after=60))


def test_streams_and_plain_answers_tell_the_same_turn(side: Side) -> None:
    blocks = [Reasoning("Hm. So."), "Well, ", *CALLS]
    messages = [
        message_of(answer(side, way, Reply(blocks=blocks), tools=TOOLS)).model_dump()
        for way in ("plain", "stream", "built")
    ]
    for message in messages:
        for call in message["tool_calls"]:
            call["arguments"] = json.loads(call["function"].pop("arguments"))
            call.pop("id")  # holds the number of the request
        message.pop("llmgate_replay", None)
        message.pop("refusal", None)  # OpenAI says null in plain answers only
    assert messages[0] == messages[1] == messages[2]


@pytest.mark.parametrize("name", NAMES)
def test_every_side_speaks_its_own_format(name: str) -> None:
    with side_of(name, "x") as side:
        side.ask()
        request = side.fake.requests[-1]
    paths = {
        "anthropic": "/v1/messages",
        "gemini": f"/v1beta/models/{MODELS['gemini'][0]}:generateContent",
        "openai": "/v1/chat/completions",
    }
    headers = {"anthropic": "x-api-key", "gemini": "x-goog-api-key", "openai": "authorization"}
    assert (request.path, request.key_header) == (paths[name], headers[name])


@pytest.mark.parametrize("name", ["anthropic", "gemini"])
def test_what_a_provider_cannot_take_is_told(name: str) -> None:
    with side_of(name, "x") as side, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        told = losses(side.ask(user="ada", seed=1, parallel_tool_calls=False, verbosity="low"))
    assert any("$.verbosity is dropped" in str(each.message) for each in caught)
    dropped = {path for path, action in told.items() if action == "dropped"}
    expected = {
        "anthropic": {"$.seed", "$.verbosity"},
        "gemini": {"$.user", "$.parallel_tool_calls", "$.verbosity"},
    }
    assert expected[name] <= dropped


def test_several_answers_are_kept_apart(way: str) -> None:
    for name in ("gemini", "openai"):
        with side_of(name) as side:
            response = answer(side, way, "one two", n=2)
            assert [choice.index for choice in response.choices] == [0, 1]
            assert [choice.message.content for choice in response.choices] == ["one two"] * 2
            assert [choice.finish_reason for choice in response.choices] == ["stop"] * 2


def test_a_result_with_a_picture_is_sent(side: Side) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "now", "arguments": "{}"}}
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    parts = [{"type": "text", "text": "Here."}, picture]
    messages = [
        {"role": "user", "content": "Show me."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": parts},
    ]
    assert message_of(side.ask(messages, "Nice.", tools=TOOLS)).content == "Nice."
    request = json.dumps(side.sent)
    assert "Here." in request
    assert PIXEL in request


def test_both_samplers_are_given_where_the_model_takes_both(side: Side) -> None:
    told = losses(side.ask("Hi", "x", temperature=0.5, top_p=0.9, drop_params=True))
    sent = side.sent.get("generationConfig", side.sent)
    assert sent["temperature"] == 0.5
    assert ("topP" in sent or "top_p" in sent) == (side.name != "anthropic")
    assert told.get("$.top_p") == {"anthropic": "dropped", "gemini": "mapped"}.get(side.name)
