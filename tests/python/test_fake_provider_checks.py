"""What the scripted provider refuses as Anthropic and as Gemini, in their words."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from format_clients import (
    CLAUDE_HEADERS,
    CLAUDE_PATH,
    GEMINI_HEADERS,
    WEATHER,
    claude,
    claude_body,
    gemini,
    gemini_body,
    gemini_path,
    send,
)
from provider_client import ask, chat, post

from llmgate.testing import FakeProvider, Reasoning, Reply, ServerTool, ToolCall

CALLS = [ToolCall("get_weather", {"city": "Oslo"}), ToolCall("now")]
THINKS = Reply(reasoning="Which city? Oslo.", text="One moment.", tool_calls=CALLS)
USER = {"role": "user", "content": "Weather?"}
TOOL = {"name": "get_weather", "input_schema": WEATHER}


@pytest.fixture
def anthropic() -> Any:
    with FakeProvider([THINKS], format="anthropic.messages") as fake:
        yield fake


@pytest.fixture
def google() -> Any:
    with FakeProvider([THINKS], format="gemini.generateContent") as fake:
        yield fake


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "x-api-key header is required"),
        ({"authorization": "Bearer sk-ant-api"}, "Invalid bearer token"),
        ({"x-goog-api-key": "k"}, "x-api-key header is required"),
        ({"x-api-key": "wrong"}, "invalid x-api-key"),
    ],
)
def test_anthropic_wants_its_key_in_its_header(headers: dict[str, str], message: str) -> None:
    with FakeProvider(["x"], format="anthropic.messages", api_key="right") as fake:
        version = {"anthropic-version": "2023-06-01"}
        status, _, raw = send(fake, CLAUDE_PATH, {**headers, **version}, claude_body())
        assert status == 401
        assert json.loads(raw)["error"] == {"type": "authentication_error", "message": message}
        good = {"x-api-key": "right", **version}
        assert send(fake, CLAUDE_PATH, good, claude_body())[0] == 200
        assert (fake.requests[-1].api_key, fake.requests[-1].key_header) == ("right", "x-api-key")


def test_anthropic_takes_bearer_tokens_of_oauth_and_keys_of_azure() -> None:
    version = {"anthropic-version": "2023-06-01"}
    with FakeProvider(["x"], format="anthropic.messages") as fake:
        token = {"authorization": "Bearer sk-ant-oat01-x", **version}
        assert send(fake, CLAUDE_PATH, token, claude_body())[0] == 200
        for key in ({"api-key": "k"}, {"authorization": "Bearer entra"}):
            path = "/anthropic/v1/messages"
            assert send(fake, path, {**key, **version}, claude_body())[0] == 200


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({}, 403, None),
        ({"authorization": "Bearer k"}, 401, "ACCESS_TOKEN_TYPE_UNSUPPORTED"),
        ({"x-goog-api-key": "wrong"}, 400, "API_KEY_INVALID"),
    ],
)
def test_gemini_wants_its_key_in_its_header(
    headers: dict[str, str], status: int, reason: str | None
) -> None:
    with FakeProvider(["x"], format="gemini.generateContent", api_key="right") as fake:
        got, _, raw = send(fake, gemini_path(), headers, gemini_body())
        error = json.loads(raw)["error"]
        assert got == error["code"] == status
        assert [detail["reason"] for detail in error.get("details", ())] == [reason] * bool(reason)
        good = {"x-goog-api-key": "right"}
        assert send(fake, gemini_path(), good, gemini_body())[0] == 200


def test_vertex_wants_an_access_token() -> None:
    path = "/v1/projects/p/locations/l/publishers/google/models/gemini-3-pro:generateContent"
    with FakeProvider(["x"], format="gemini.generateContent", api_key="right") as fake:
        statuses = [
            send(fake, path, headers, gemini_body())[0]
            for headers in (
                {"x-goog-api-key": "right"},
                {"authorization": "Bearer wrong"},
                {"authorization": "Bearer right"},
            )
        ]
    assert statuses == [401, 401, 200]


def test_other_paths_methods_and_versions_are_refused(
    anthropic: FakeProvider, google: FakeProvider
) -> None:
    status, _, raw = send(anthropic, "/v1/chat/completions", CLAUDE_HEADERS, claude_body())
    assert (status, json.loads(raw)["error"]["type"]) == (404, "not_found_error")
    assert send(anthropic, CLAUDE_PATH, CLAUDE_HEADERS, claude_body(), "GET")[0] == 405
    _, _, raw = send(anthropic, CLAUDE_PATH, {"x-api-key": "k"}, claude_body())
    assert json.loads(raw)["error"]["message"] == "anthropic-version: header is required"
    status, _, raw = send(google, "/v1beta/models/m:countTokens", GEMINI_HEADERS, gemini_body())
    assert (status, json.loads(raw)["error"]["status"]) == (404, "NOT_FOUND")
    assert send(google, gemini_path(), GEMINI_HEADERS, gemini_body(), "GET")[0] == 404


def think(**changes: Any) -> dict[str, Any]:
    return {"max_tokens": 4000, "thinking": {"type": "enabled", "budget_tokens": 1024}, **changes}


CLAUDE_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"max_tokens": ...}, "max_tokens: Field required"),
    ({"max_tokens": 0}, "max_tokens: must be greater than or equal to 1"),
    ({"max_tokens": "9"}, "max_tokens: Input should be a valid integer"),
    ({"model": ...}, "model: Field required"),
    ({"messages": []}, "messages: at least one message is required"),
    ({"messages": "Hi", "seed": 1}, "seed: Extra inputs are not permitted"),
    ({"system": 5}, "system: Input should be a valid list"),
    ({"temperature": 1.5}, "temperature: range: 0..1"),
    ({"temperature": 1, "top_p": 0.5}, "`temperature` and `top_p` cannot both be specified"),
    ({"temperature": "1"}, "A value has the wrong type"),
    (think(max_tokens=1024), "`max_tokens` must be greater than"),
    (think(thinking={"type": "enabled"}), "thinking.enabled.budget_tokens: Input should"),
    (think(temperature=0.5), "`temperature` may only be set to 1"),
    (think(top_k=5), "`top_k` must be unset"),
    (think(tool_choice={"type": "any"}), "Thinking may not be enabled when"),
    ({"tools": [{"name": "x"}]}, "tools.0.custom.input_schema: Field required"),
    ({"tools": [{**TOOL, "name": "a b"}]}, "tools.0.custom.name: String should match"),
    ({"tools": [{**TOOL, "parameters": {}}]}, "tools.0.custom.parameters: Extra inputs"),
    ({"tools": [{"name": "x", "input_schema": {}}]}, "tools.0.custom.input_schema.type: Field"),
    ({"messages": [{"role": "system", "content": "x"}]}, 'messages: Unexpected role "system"'),
    ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role: Input should be"),
    ({"messages": [{**USER, "name": "ada"}]}, "messages.0.name: Extra inputs"),
    ({"messages": [{"role": "user", "content": ""}]}, "messages.0: all messages must have"),
    ({"messages": [{"role": "assistant", "content": "x"}]}, "messages: first message must use"),
    (
        {"messages": [USER, {"role": "assistant", "content": "x "}]},
        "messages: final assistant content cannot end with trailing whitespace",
    ),
]


@pytest.mark.parametrize(("members", "message"), CLAUDE_FAULTS)
def test_anthropic_refuses(anthropic: FakeProvider, members: dict[str, Any], message: str) -> None:
    said = members.get("messages", "Hi")
    rest = {name: member for name, member in members.items() if name != "messages"}
    answer = claude(anthropic, said, **rest)
    assert answer["error"]["type"] == "invalid_request_error"
    assert answer["error"]["message"].startswith(message)


CLAUDE_BLOCK_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"text": "x"}, "messages.0.content.0.type: Field required"),
    ({"type": "text", "text": ""}, "messages: text content blocks must be non-empty"),
    ({"type": "text", "text": "x", "llmgate": 1}, "messages.0.content.0.text.llmgate: Extra"),
    ({"type": "tool_use", "id": "a", "name": "x", "input": "{}"}, "messages.0.content.0.tool_use"),
    (
        {"type": "tool_use", "id": "functions.x:0", "name": "x", "input": {}},
        "messages.0.content.0.tool_use.id: String should match",
    ),
    (
        {"type": "tool_result", "tool_use_id": "lost", "content": "x"},
        "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: lost.",
    ),
    (
        {"type": "thinking", "thinking": "x", "signature": "c2ln"},
        "messages.0.content.0: Invalid `signature` in `thinking` block",
    ),
]


@pytest.mark.parametrize(("block", "message"), CLAUDE_BLOCK_FAULTS)
def test_anthropic_refuses_a_block(
    anthropic: FakeProvider, block: dict[str, Any], message: str
) -> None:
    answer = claude(anthropic, [{"role": "user", "content": [block]}])
    assert answer["error"]["message"].startswith(message)


def test_anthropic_counts_breakpoints_but_not_those_in_texts(anthropic: FakeProvider) -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    texts = [{"type": "text", "text": json.dumps(mark), **mark} for _ in range(5)]
    assert "content" in claude(anthropic, [{"role": "user", "content": texts[:4]}])
    answer = claude(anthropic, [{"role": "user", "content": texts}])
    assert answer["error"]["message"].endswith("may be provided. Found 5.")


def results_for(content: list[Any]) -> dict[str, Any]:
    calls = [block for block in content if block["type"] == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": each["id"], "content": "7"} for each in calls]
    return {"role": "user", "content": results}


def claude_loop(fake: FakeProvider, change: Callable[[list[Any]], Any], **members: Any) -> Any:
    """The tool loop's second request, its assistant content changed, and what comes of it."""
    content = claude(fake)["content"]
    messages = [USER, {"role": "assistant", "content": content}, results_for(content)]
    change(messages)
    answer = claude(fake, messages, **members)
    return answer["error"]["message"] if "error" in answer else "taken"


def first_block(**members: Any) -> Callable[[list[Any]], Any]:
    return lambda messages: messages[1]["content"][0].update(members)


CLAUDE_LOOPS: list[tuple[str, Callable[[list[Any]], Any], str]] = [
    ("as it was", lambda messages: None, "taken"),
    (
        "thinking dropped",
        lambda messages: messages[1]["content"].pop(0),
        "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant "
        "message cannot be modified.",
    ),
    (
        "thinking moved",
        lambda messages: messages[1]["content"].insert(1, messages[1]["content"].pop(0)),
        "messages.1.content.0: `thinking` or `redacted_thinking` blocks",
    ),
    ("thinking changed", first_block(thinking="Bergen."), "messages.1.content.0: Invalid `sig"),
    ("signature changed", first_block(signature="c2ln"), "messages.1.content.0: Invalid `sig"),
    (
        "a result missing",
        lambda messages: messages[2]["content"].pop(),
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: ",
    ),
    ("no results at all", lambda messages: messages.pop(), "messages.1: `tool_use` ids were"),
    (
        "another id",
        lambda messages: messages[2]["content"][0].update(tool_use_id="other"),
        "messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: other.",
    ),
    (
        "thinking dropped after the loop",
        lambda messages: (
            messages[1]["content"].pop(0),
            messages.extend([{"role": "assistant", "content": "7."}, USER]),
        ),
        "taken",
    ),
]


@pytest.mark.parametrize(("change", "outcome"), [loop[1:] for loop in CLAUDE_LOOPS])
def test_anthropic_wants_its_turn_back(
    anthropic: FakeProvider, change: Callable[[list[Any]], Any], outcome: str
) -> None:
    assert claude_loop(anthropic, change).startswith(outcome)


def test_anthropic_wants_redacted_thinking_and_given_signatures_back() -> None:
    blocks = [Reasoning("ZGF0YQ", redacted=True), Reasoning("", "c2ln"), *CALLS]
    with FakeProvider([Reply(blocks=blocks)], format="anthropic.messages") as fake:
        assert claude_loop(fake, lambda messages: None) == "taken"
        assert "cannot be modified" in claude_loop(fake, first_block(data="ZGF0Yg"))


def test_anthropic_wants_a_loop_that_thinks_to_begin_with_thinking() -> None:
    with FakeProvider([Reply(tool_calls=CALLS)], format="anthropic.messages") as fake:
        taken = claude_loop(fake, lambda messages: None)
        refused = claude_loop(fake, lambda messages: None, **think())
        adaptive = claude_loop(fake, lambda messages: None, thinking={"type": "adaptive"})
    assert (taken, adaptive) == ("taken", "taken")
    assert refused.startswith("messages.1.content.0.type: Expected `thinking` or")


def test_another_provider_of_the_format_knows_the_signatures(anthropic: FakeProvider) -> None:
    content = claude(anthropic)["content"]
    messages = [USER, {"role": "assistant", "content": content}, results_for(content)]
    with FakeProvider(["7."], format="anthropic.messages") as other:
        assert claude(other, messages)["content"][0]["text"] == "7."


GEMINI_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"contents": []}, "* GenerateContentRequest.contents: contents is not specified"),
    ({"user": "ada"}, 'Invalid JSON payload received. Unknown name "user": Cannot find field.'),
    (
        {"generationConfig": {"max_tokens": 5}},
        "Invalid JSON payload received. Unknown name \"maxTokens\" at 'generation_config'",
    ),
    ({"generationConfig": {"temperature": 3}}, "* GenerateContentRequest.generation_config.temp"),
    ({"generationConfig": {"topP": 2}}, "* GenerateContentRequest.generation_config.top_p"),
    ({"generationConfig": {"topP": "x"}}, "Invalid value: a value has the wrong type"),
    (
        {"generationConfig": {"stopSequences": list("abcdef")}},
        "* GenerateContentRequest.generation_config.stop_sequences",
    ),
    (
        {"generation_config": {"thinking_config": {"thinking_budget": 1, "thinkingLevel": "low"}}},
        "You can only set only one of thinking budget and thinking level.",
    ),
    (
        {"generationConfig": {"responseJsonSchema": {}}},
        "* GenerateContentRequest.generation_config.response_schema: only allowed",
    ),
    ({"tools": [{"type": "function"}]}, 'Invalid JSON payload received. Unknown name "type" at'),
    (
        {"tools": [{"functionDeclarations": [{"name": "x", "strict": True}]}]},
        'Invalid JSON payload received. Unknown name "strict" at \'tools[0].function_declarations',
    ),
    (
        {"tools": [{"functionDeclarations": [{"name": "a b"}]}]},
        "* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name",
    ),
    (
        {"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]},
        "Please use a valid role: user, model.",
    ),
    (
        {"contents": [{"role": "user", "parts": []}]},
        "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.",
    ),
    (
        {"contents": [{"parts": [{"text": "x", "cache_control": {}}]}]},
        "Invalid JSON payload received. Unknown name \"cacheControl\" at 'contents[0].parts[0]'",
    ),
    (
        {"contents": [{"parts": [{"thought": True}]}]},
        "* GenerateContentRequest.contents[0].parts[0].data: required oneof field 'data'",
    ),
    (
        {"contents": [{"parts": [{"functionResponse": {"name": "x", "response": {}}}]}]},
        "Please ensure that function response turn comes immediately after a function call turn.",
    ),
    (
        {"contents": [{"role": "model", "parts": [{"functionCall": {"name": "x"}}]}]},
        "Please ensure that function call turn comes immediately after a user turn",
    ),
]


@pytest.mark.parametrize(("members", "message"), GEMINI_FAULTS)
def test_gemini_refuses(google: FakeProvider, members: dict[str, Any], message: str) -> None:
    error = gemini(google, **{"contents": "Hi", **members})["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["message"].startswith(message)


def gemini_loop(fake: FakeProvider, change: Callable[[list[Any]], Any]) -> Any:
    """The tool loop's second request, its contents changed, and what comes of it."""
    said = {"role": "user", "parts": [{"text": "Weather?"}]}
    model = gemini(fake)["candidates"][0]["content"]
    calls = [part["functionCall"] for part in model["parts"] if "functionCall" in part]
    responses = [
        {"functionResponse": {**call, "response": {"result": 7}}} for call in copy.deepcopy(calls)
    ]
    for response in responses:
        del response["functionResponse"]["args"]
    contents = [said, model, {"role": "user", "parts": responses}]
    change(contents)
    answer = gemini(fake, contents)
    return answer["error"]["message"] if "error" in answer else "taken"


def url_safe(contents: list[Any]) -> None:
    part = contents[1]["parts"][2]
    part["thoughtSignature"] = part["thoughtSignature"].replace("+", "-").replace("/", "_")


GEMINI_LOOPS: list[tuple[str, Callable[[list[Any]], Any], str]] = [
    ("as it was", lambda contents: None, "taken"),
    ("in the other alphabet", url_safe, "taken"),
    (
        "a signature dropped",
        lambda contents: contents[1]["parts"][2].pop("thoughtSignature"),
        "Function call is missing a thought_signature in functionCall parts.",
    ),
    (
        "a signature moved",
        lambda contents: contents[1]["parts"][3].update(
            thoughtSignature=contents[1]["parts"][2].pop("thoughtSignature")
        ),
        "Thought signature is not valid.",
    ),
    (
        "a signature changed",
        lambda contents: contents[1]["parts"][2].update(thoughtSignature="c2ln"),
        "Corrupted thought signature.",
    ),
    (
        "arguments changed",
        lambda contents: contents[1]["parts"][2]["functionCall"].update(args={"city": "Rom"}),
        "Thought signature is not valid.",
    ),
    (
        "Google's words for a call of somebody else",
        lambda contents: contents[1]["parts"][2].update(
            thoughtSignature="skip_thought_signature_validator"
        ),
        "taken",
    ),
    (
        "a response missing",
        lambda contents: contents[2]["parts"].pop(),
        "Please ensure that the number of function response parts is equal",
    ),
    (
        "no response at all",
        lambda contents: contents.pop(),
        "Please ensure that the number of function response parts is equal",
    ),
    (
        "another name",
        lambda contents: contents[2]["parts"][0]["functionResponse"].update(name="other"),
        "* GenerateContentRequest.contents[2].parts: function response names do not match",
    ),
    (
        "an id of its own",
        lambda contents: contents[2]["parts"][0]["functionResponse"].update(id="call_1"),
        "* GenerateContentRequest.contents[2].parts: function response ids do not match",
    ),
    (
        "a text as response",
        lambda contents: contents[2]["parts"][0]["functionResponse"].update(response="7"),
        "* GenerateContentRequest.contents[2].parts.function_response.response: a Struct",
    ),
    (
        "a signature dropped in an earlier turn",
        lambda contents: (
            contents[1]["parts"][2].pop("thoughtSignature"),
            contents.append({"role": "model", "parts": [{"text": "7"}]}),
            contents.append({"role": "user", "parts": [{"text": "Thanks."}]}),
        ),
        "taken",
    ),
]


@pytest.mark.parametrize(("change", "outcome"), [loop[1:] for loop in GEMINI_LOOPS])
def test_gemini_wants_its_turn_back(
    google: FakeProvider, change: Callable[[list[Any]], Any], outcome: str
) -> None:
    assert gemini_loop(google, change).startswith(outcome)


def test_gemini_knows_the_signatures_that_a_script_gave() -> None:
    own = {"functionCall": {"name": "x", "args": {}}, "thoughtSignature": "b3du"}
    for reply in (Reply(blocks=[own]), Reply(signature="c2ln", tool_calls=CALLS)):
        with FakeProvider([reply], format="gemini.generateContent") as fake:
            assert gemini_loop(fake, lambda contents: None) == "taken"


def test_openai_wants_every_call_answered_and_every_result_asked_for() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "x", "arguments": "{}"}}
    asks = {"role": "assistant", "content": None, "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": "c1", "content": "7"}
    with FakeProvider(["7."]) as fake:
        for messages, words in (
            ([USER, asks], "did not have response messages: c1"),
            ([USER, asks, USER, result], "did not have response messages: c1"),
            ([USER, result], "must be a response to a preceeding message"),
        ):
            status, _, raw = post(fake, {**chat(), "messages": messages})
            assert (status, words in json.loads(raw)["error"]["message"]) == (400, True)
        answer = post(fake, {**chat(), "messages": [USER, asks, result]})
    assert answer[0] == 200


def test_checks_can_be_turned_off() -> None:
    with FakeProvider(format="anthropic.messages", checks=False, api_key="k") as fake:
        status, _, raw = send(fake, CLAUDE_PATH, {"authorization": "Bearer k"}, {"foo": 1})
        assert status == 200
        assert "(nothing)" in json.loads(raw)["content"][0]["text"]
        assert send(fake, CLAUDE_PATH, {"x-api-key": "wrong"}, {})[0] == 401
        assert send(fake, CLAUDE_PATH, {"x-api-key": "k"}, [1])[0] == 400
    with FakeProvider(format="gemini.generateContent", checks=False) as fake:
        assert send(fake, gemini_path(), {}, {})[0] == 200
    with FakeProvider(checks=False) as fake:
        assert ask(fake)["choices"]


def test_server_tools_come_back_without_being_demanded() -> None:
    search = ServerTool("web_search", {"query": "x"}, [])
    with FakeProvider([Reply(blocks=[search, *CALLS])], format="anthropic.messages") as fake:
        assert claude_loop(fake, lambda messages: None) == "taken"
