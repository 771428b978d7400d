"""Conversations sent back to who issued them, unchanged, and handed on in the middle of a loop."""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from format_clients import CLAUDE_HEADERS, CLAUDE_PATH, claude_body, gemini, send
from three_formats import CALLS, NAMES, TOOLS, Side, losses, message_of, results_for, side_of

import llmgate
from llmgate.testing import Citation, Reasoning, Reply, ServerTool, Text, ToolCall

# What is lost on the way is read from the dispositions here.
pytestmark = pytest.mark.filterwarnings("ignore::llmgate.LLMGateWarning")

USER = {"role": "user", "content": "What is the weather in Zürich?"}
PAIRS = list(itertools.permutations(NAMES, 2))
THINKS = Reply(reasoning="Where? In Zürich.", text="One moment.", tool_calls=CALLS)

KEPT: dict[str, Callable[[Any], Any]] = {
    "the message itself": lambda message: message,
    "model_dump": lambda message: message.model_dump(),
    "json": lambda message: json.loads(json.dumps(message.model_dump())),
    "model_dump_json": lambda message: json.loads(message.model_dump_json()),
    "pickle": lambda message: pickle.loads(pickle.dumps(message)),
    "deepcopy": lambda message: copy.deepcopy(message),
}


@pytest.fixture(params=["plain", "stream", "built"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextlib.contextmanager
def sides() -> Iterator[dict[str, Side]]:
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(side_of(name)) for name in NAMES}


def take_turn(side: Side, way: str, messages: Any, reply: Reply | str, **more: Any) -> Any:
    """The side's answer to a conversation."""
    return side.answer(way, messages, reply, tools=TOOLS, **more)


def called(number: str, place: int) -> list[ToolCall]:
    return [ToolCall(call.name, call.arguments, f"{number}_{place}_{call.name}") for call in CALLS]


# Turns that OpenAI's message cannot say whole, with ids of their own so that all answers are equal.
CLAUDE_TURNS: dict[str, list[Any]] = {
    "thinking": [Reasoning("Hm."), "One moment.", *called("toolu", 1)],
    "a signature alone": [Reasoning("", "c2lnbmVk"), *called("toolu", 2)],
    "redacted": [Reasoning("ZGF0YQ", redacted=True), "Well.", *called("toolu", 3)],
    "thinking between": [
        Reasoning("a"),
        *called("toolu", 4)[:1],
        Reasoning("b"),
        ToolCall("now", id="t"),
    ],
    "a search": [
        ServerTool("web_search", {"query": "x"}, [{"type": "web_search_result"}], "srvtoolu_1"),
        Text("It rains.", [Citation("https://w.example", "W", "rain")]),
        " Let me look.",
        *called("toolu", 5),
    ],
    "a block nobody knows": [
        {"type": "container_upload", "file_id": "file_1", "deep": {"n": [1.5, None, "ü"]}},
        *called("toolu", 6),
    ],
    "members nobody knows": [
        {"type": "text", "text": "Hi.", "citations": None},
        {"type": "tool_use", "id": "t7", "name": "now", "input": {}, "caller": {"type": "direct"}},
    ],
}


def claude_content(side: Side) -> list[Any]:
    headers = {**CLAUDE_HEADERS, "x-api-key": "sk-of-the-tests"}
    return list(json.loads(send(side.fake, CLAUDE_PATH, headers, claude_body())[2])["content"])


@pytest.mark.parametrize("kept", list(KEPT.values()), ids=list(KEPT))
@pytest.mark.parametrize("blocks", list(CLAUDE_TURNS.values()), ids=list(CLAUDE_TURNS))
def test_anthropic_gets_its_turn_back_unchanged(
    blocks: list[Any], kept: Callable[[Any], Any], way: str
) -> None:
    with side_of("anthropic", Reply(blocks=blocks)) as side:
        issued = claude_content(side)
        message = message_of(take_turn(side, way, [USER], Reply(blocks=blocks)))
        messages = [USER, kept(message), *results_for(message)]
        assert message_of(side.ask(messages, "Done.", tools=TOOLS)).content == "Done."
        user, assistant, results = side.sent["messages"]
    assert (user["role"], assistant["role"], results["role"]) == ("user", "assistant", "user")
    assert assistant["content"] == issued
    answered = [block["tool_use_id"] for block in results["content"]]
    assert answered == [block["id"] for block in issued if block["type"] == "tool_use"]


GEMINI_TURNS: dict[str, list[Any]] = {
    "thinking": [Reasoning("Hm."), "One moment.", *CALLS],
    "ids of its own": called("call", 1),
    "a given signature": [Reasoning("", "c2ln"), *CALLS],
    "code": [
        ServerTool("code_execution", {"code": "print(6)"}, "6\n"),
        ToolCall("now"),
    ],
    "a part nobody knows": [{"text": "x", "partMetadata": {"n": [1.5, "ü"]}}, *CALLS],
    "an image": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}, *CALLS],
}


@pytest.mark.parametrize("kept", list(KEPT.values()), ids=list(KEPT))
@pytest.mark.parametrize("blocks", list(GEMINI_TURNS.values()), ids=list(GEMINI_TURNS))
def test_gemini_gets_its_turn_back_unchanged(
    blocks: list[Any], kept: Callable[[Any], Any], way: str
) -> None:
    with side_of("gemini") as side:
        message = message_of(take_turn(side, way, [USER], Reply(blocks=blocks)))
        with side_of("gemini", Reply(blocks=blocks)) as other:
            other.fake._api_key = None
            issued = gemini(other.fake)["candidates"][0]["content"]
        messages = [USER, kept(message), *results_for(message)]
        assert message_of(side.ask(messages, "Done.", tools=TOOLS)).content == "Done."
        _, model, results = side.sent["contents"]
    assert model["parts"] == issued["parts"]
    calls = [part["functionCall"] for part in issued["parts"] if "functionCall" in part]
    answers = [part["functionResponse"] for part in results["parts"]]
    assert [answer["name"] for answer in answers] == [call["name"] for call in calls]
    assert [answer.get("id") for answer in answers] == [call.get("id") for call in calls]


def test_the_signature_of_a_streamed_text_goes_back_on_its_empty_part() -> None:
    with side_of("gemini") as side:
        message = message_of(
            take_turn(side, "stream", [USER], Reply(text="It rains.", signature="c2ln"))
        )
        side.ask([USER, message, {"role": "user", "content": "Thanks."}], "Bye.")
        parts = side.sent["contents"][1]["parts"]
    assert parts == [{"text": "It rains."}, {"text": "", "thoughtSignature": "c2ln"}]


@pytest.mark.parametrize("kept", list(KEPT.values()), ids=list(KEPT))
def test_openai_gets_its_turn_back_unchanged(kept: Callable[[Any], Any], way: str) -> None:
    with side_of("openai") as side:
        message = message_of(take_turn(side, way, [USER], THINKS))
        side.ask([USER, kept(message), *results_for(message)], "Done.", tools=TOOLS)
        sent = side.sent["messages"][1]
    assert sent["content"] == "One moment."
    assert sent["reasoning_content"] == "Where? In Zürich."
    assert [call["function"]["name"] for call in sent["tool_calls"]] == ["get_weather", "now"]
    assert "llmgate_replay" not in sent


@pytest.mark.parametrize("name", NAMES)
def test_a_turn_that_its_holder_changed_is_sent_as_changed(name: str) -> None:
    with side_of(name) as side:
        message = message_of(side.ask([USER], Reply(reasoning="Hm.", text="It rains.")))
        kept = {**message.model_dump(), "content": "It snows."}
        side.ask([USER, kept, {"role": "user", "content": "Sure?"}], "Yes.")
        request = json.dumps(side.sent)
    assert "It snows." in request
    assert "It rains." not in request


def signatures_in(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for element in value for found in signatures_in(element)]
    if not isinstance(value, dict):
        return []
    own = [value[name] for name in ("signature", "thoughtSignature") if name in value]
    return own + [found for member in value.values() for found in signatures_in(member)]


def calls_sent(side: Side) -> list[tuple[str, Any, Any]]:
    """Name, arguments and result of each call in the last request, whatever its format."""
    body = side.sent
    calls: list[tuple[Any, str, Any]] = []
    results: list[tuple[Any, Any]] = []
    for message in body.get("messages", ()):
        for call in message.get("tool_calls") or ():
            function = call["function"]
            calls.append((call["id"], function["name"], json.loads(function["arguments"])))
        if message["role"] == "tool":
            results.append((message["tool_call_id"], message["content"]))
        for block in message["content"] if isinstance(message["content"], list) else ():
            if block["type"] == "tool_use":
                calls.append((block["id"], block["name"], block["input"]))
            if block["type"] == "tool_result":
                results.append((block["tool_use_id"], block["content"]))
    for content in body.get("contents", ()):
        for part in content["parts"]:
            if "functionCall" in part:
                call = part["functionCall"]
                calls.append((call.get("id"), call["name"], call["args"]))
            if "functionResponse" in part:
                answer = part["functionResponse"]
                (result,) = answer["response"].values()
                results.append((answer.get("id"), result))
    # Gemini's own calls have no id: they are matched by their order.
    assert [id_ for id_, *_ in calls] == [id_ for id_, _ in results]
    return [(name, given, said) for (_, name, given), (_, said) in zip(calls, results, strict=True)]


TWO_CALLS = [("get_weather", {"city": "Zürich"}, "result 0"), ("now", {}, "result 1")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_tool_loop_is_handed_on(first: str, second: str, way: str) -> None:
    with side_of(first) as issuer, side_of(second) as taker:
        message = message_of(take_turn(issuer, way, [USER], THINKS))
        messages = [USER, message, *results_for(message)]
        response = take_turn(taker, "plain", messages, "It rains.")
        assert message_of(response).content == "It rains."
        assert calls_sent(taker) == TWO_CALLS
        request = json.dumps(taker.sent, ensure_ascii=False)
        assert "One moment." in request
        assert "llmgate" not in request.replace("lgcall", "")
        assert "Where?" not in request
        told = losses(response)
        assert told["$.messages[1].llmgate_replay"] == "dropped"
        if second == "gemini":
            assert signatures_in(taker.sent) == ["skip_thought_signature_validator"]
            assert told["$.messages[1].tool_calls[0]"] == "added"
        else:
            assert signatures_in(taker.sent) == []


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_loop_without_reasoning_is_handed_on_without_loss(first: str, second: str) -> None:
    with side_of(first) as issuer, side_of(second) as taker:
        issuer.model = {"gemini": "gemini-2.5-flash"}.get(first, issuer.model)
        calls = [ToolCall("get_weather", {"city": f"from {first} to {second}"})]
        message = message_of(take_turn(issuer, "plain", [USER], Reply(tool_calls=calls)))
        response = take_turn(taker, "plain", [USER, message, *results_for(message)], "It rains.")
        assert calls_sent(taker) == [("get_weather", calls[0].arguments, "result 0")]
    assert "dropped" not in losses(response).values()


@pytest.mark.parametrize("order", list(itertools.permutations(NAMES)))
def test_one_loop_goes_round_all_three_and_back(order: tuple[str, ...], way: str) -> None:
    messages: list[Any] = [USER]
    with sides() as by_name:
        for name in order:
            message = message_of(take_turn(by_name[name], way, messages, THINKS))
            messages += [message, *results_for(message)]
        first = by_name[order[0]]
        own = {"anthropic": "signature", "gemini": "thoughtSignature"}.get(order[0])
        response = take_turn(first, "stream", messages, "It rains.")
        assert message_of(response).content == "It rains."
        assert calls_sent(first) == TWO_CALLS * 3
        if own:
            turns = first.sent.get("messages") or first.sent["contents"]
            assert len(signatures_in(turns[1])) == 1
            assert "Where? In Zürich." in json.dumps(turns[1], ensure_ascii=False)
        told = losses(response)
    lost = [path for path in told if path.endswith("llmgate_replay")]
    # Messages 4 and 7 are the others' turns; the first's own is whole.
    assert lost == ["$.messages[4].llmgate_replay", "$.messages[7].llmgate_replay"]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_conversation_goes_on_at_the_other_after_the_loop(first: str, second: str) -> None:
    with side_of(first) as issuer, side_of(second) as taker:
        message = message_of(take_turn(issuer, "plain", [USER], THINKS))
        messages: list[Any] = [USER, message, *results_for(message)]
        messages.append(message_of(take_turn(taker, "plain", messages, THINKS)))
        messages += results_for(messages[-1])
        messages.append(message_of(take_turn(issuer, "plain", messages, "It rains.")))
        messages.append({"role": "user", "content": "And tomorrow?"})
        for side in (taker, issuer):
            assert message_of(take_turn(side, "plain", messages, "Snow.")).content == "Snow."
            assert calls_sent(side) == TWO_CALLS * 2


@pytest.mark.parametrize("name", ["anthropic", "gemini"])
def test_a_client_that_keeps_only_what_it_knows_is_told(name: str) -> None:
    with side_of(name) as side:
        message = message_of(take_turn(side, "plain", [USER], THINKS))
        known = ("role", "content", "tool_calls")
        kept = {member: message.model_dump()[member] for member in known}
        messages = [USER, kept, *results_for(message)]
        if name == "anthropic":
            with pytest.raises(llmgate.BadRequestError, match="cannot be modified"):
                take_turn(side, "plain", messages, "It rains.")
        else:
            response = take_turn(side, "plain", messages, "It rains.")
            assert losses(response)["$.messages[1].tool_calls[0]"] == "added"
        assert calls_sent(side) == TWO_CALLS


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_others_get_on_with_what_is_left(first: str, second: str) -> None:
    with side_of(first) as issuer, side_of(second) as taker:
        message = message_of(take_turn(issuer, "plain", [USER], THINKS))
        kept = {name: message.model_dump()[name] for name in ("role", "content", "tool_calls")}
        take_turn(taker, "plain", [USER, kept, *results_for(message)], "It rains.")
        assert calls_sent(taker) == TWO_CALLS


def test_a_response_keeps_its_replay_through_json_and_pickle() -> None:
    with side_of("anthropic") as side:
        response = take_turn(side, "plain", [USER], THINKS)
        for again in (pickle.loads(pickle.dumps(response)), copy.deepcopy(response)):
            assert again.model_dump() == response.model_dump()
            message = message_of(again)
            side.ask([USER, message, *results_for(message)], "Done.", tools=TOOLS)
            assert len(signatures_in(side.sent)) == 1


@pytest.mark.parametrize("first", NAMES)
def test_thinking_is_not_asked_for_where_anthropic_would_refuse_it(first: str) -> None:
    calls = Reply(tool_calls=CALLS)
    with side_of(first) as issuer, side_of("anthropic") as taker:
        message = message_of(take_turn(issuer, "plain", [USER], calls))
        messages = [USER, message, *results_for(message)]
        response = take_turn(taker, "plain", messages, "It rains.", reasoning_effort="low")
        assert "thinking" not in taker.sent
    assert losses(response)["$.reasoning_effort"] == "dropped"
