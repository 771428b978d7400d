"""What the scripted provider says as Anthropic and as Gemini, tested with http.client alone."""

from __future__ import annotations

import doctest
import http.client
import importlib
import json
import pkgutil
from typing import Any

import pytest
from format_clients import (
    CLAUDE_HEADERS,
    CLAUDE_PATH,
    GEMINI_HEADERS,
    claude,
    claude_body,
    claude_events,
    content_of,
    gemini,
    gemini_body,
    gemini_chunks,
    gemini_path,
    parts_in,
    send,
)
from provider_client import ask, joined, stream

import llmgate.testing
from llmgate.testing import (
    Citation,
    FakeProvider,
    Reasoning,
    Reply,
    ServerTool,
    Text,
    ToolCall,
    Usage,
)

CALL = ToolCall("get_weather", {"city": "Zürich"})
SEARCH = ServerTool("web_search", {"query": "Rhine"}, [{"type": "web_search_result", "url": "u"}])
TURN = Reply(
    reasoning="Let me look.", text="One moment.", tool_calls=[CALL], usage=Usage(50, 20, 30, 5, 8)
)


def claude_fake(*replies: Reply | str) -> FakeProvider:
    return FakeProvider(replies, format="anthropic.messages")


def gemini_fake(*replies: Reply | str) -> FakeProvider:
    return FakeProvider(replies, format="gemini.generateContent")


@pytest.mark.parametrize(
    "name", [each.name for each in pkgutil.iter_modules(llmgate.testing.__path__)]
)
def test_the_examples_in_the_docstrings_run(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(f"llmgate.testing.{name}"))
    assert failed == 0


def test_the_base_url_is_the_one_of_the_format() -> None:
    with claude_fake() as claude, gemini_fake() as gemini, FakeProvider() as openai:
        assert claude.url == claude.origin + "/v1"
        assert gemini.url == gemini.origin + "/v1beta"
        assert openai.url == openai.origin + "/v1"


def test_a_format_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no format 'x'; there are openai.chat, anthropic"):
        FakeProvider(format="x")  # type: ignore[arg-type]


def test_blocks_and_texts_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="either as blocks or as text"):
        Reply(blocks=["a"], text="b")
    with pytest.raises(ValueError, match="part of input"):
        Usage(input=1, cached=2)


def test_default_replies_tell_what_was_asked() -> None:
    with claude_fake() as fake:
        text = claude(fake, "Where am I?")["content"][0]["text"]
    assert "Where am I?" in text
    assert "model claude-sonnet-4-5" in text
    with gemini_fake() as fake:
        text = gemini(fake, "Where am I?")["candidates"][0]["content"]["parts"][0]["text"]
    assert "Where am I?" in text
    assert "model gemini-3-pro" in text


def test_anthropic_answers_in_blocks() -> None:
    with claude_fake(TURN) as fake:
        answer = claude(fake)
    thinking, text, call = answer.pop("content")
    assert thinking.pop("signature")
    assert thinking == {"type": "thinking", "thinking": "Let me look."}
    assert text == {"type": "text", "text": "One moment."}
    assert call.pop("id").startswith("toolu_")
    assert call == {"type": "tool_use", "name": "get_weather", "input": {"city": "Zürich"}}
    assert answer.pop("id").startswith("msg_")
    assert answer == {
        "model": "claude-sonnet-4-5",
        "type": "message",
        "role": "assistant",
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "stop_details": None,
        "usage": {
            "input_tokens": 15,
            "cache_creation_input_tokens": 5,
            "cache_read_input_tokens": 30,
            "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 20,
            "output_tokens_details": {"thinking_tokens": 8},
            "service_tier": "standard",
            "inference_geo": "not_available",
        },
    }


def test_anthropic_streams_in_events() -> None:
    with claude_fake(TURN) as fake:
        events = claude_events(fake)
        whole = claude(fake)
    kinds = [event["type"] for event in events]
    assert kinds[:4] == ["message_start", "content_block_start", "ping", "content_block_delta"]
    assert kinds.count("ping") == 1
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    start = events[0]["message"]
    assert (start["content"], start["stop_reason"]) == ([], None)
    assert start["usage"]["output_tokens"] == 1
    blocks = content_of(events)
    # The ids hold the number of the request.
    assert [{**block, "id": ""} for block in blocks] == [
        {**block, "id": ""} for block in whole["content"]
    ]
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert [delta["type"] for delta in deltas if "text" not in delta["type"]] == [
        *["thinking_delta"] * 3,
        "signature_delta",
        *["input_json_delta"] * 3,
    ]
    assert deltas[-3]["partial_json"] == ""
    end = events[-2]
    assert end["delta"] == {"stop_reason": "tool_use", "stop_sequence": None, "stop_details": None}
    assert end["usage"]["output_tokens"] == 20
    assert end["usage"]["output_tokens_details"] == {"thinking_tokens": 8}
    assert "service_tier" not in end["usage"]


def test_anthropic_pads_the_data_of_events() -> None:
    with claude_fake("a b c d e f g h i j") as fake:
        raw = send(fake, CLAUDE_PATH, CLAUDE_HEADERS, claude_body(stream=True))[2]
    assert b" }\n" in raw
    assert b"[DONE]" not in raw


def test_a_tool_without_arguments_streams_one_empty_piece() -> None:
    with claude_fake(Reply(tool_calls=[ToolCall("now")])) as fake:
        events = claude_events(fake)
    pieces = [
        event["delta"]["partial_json"] for event in events if "index" in event and "delta" in event
    ]
    assert pieces == [""]


def test_arguments_that_are_no_json_stream_as_they_are() -> None:
    with claude_fake(Reply(tool_calls=[ToolCall("now", "{not json")])) as fake:
        events = claude_events(fake)
        assert claude(fake)["content"][0]["input"] == "{not json"
    pieces = [
        event["delta"]["partial_json"] for event in events if "index" in event and "delta" in event
    ]
    assert "".join(pieces) == "{not json"


def test_a_block_of_redacted_thinking_comes_whole() -> None:
    with claude_fake(Reply(blocks=[Reasoning("c2VjcmV0", redacted=True), "Hi."])) as fake:
        events = claude_events(fake)
    assert events[1]["content_block"] == {"type": "redacted_thinking", "data": "c2VjcmV0"}
    assert [event["type"] for event in events[2:4]] == ["ping", "content_block_stop"]


def test_server_tools_and_citations_of_anthropic() -> None:
    cited = Text("It rises in the Alps.", [Citation("https://a.example", "A", "rises in")])
    with claude_fake(Reply(blocks=[SEARCH, cited])) as fake:
        call, result, text = claude(fake)["content"]
        streamed = content_of(claude_events(fake))
    assert (call["type"], call["name"]) == ("server_tool_use", "web_search")
    assert call["input"] == {"query": "Rhine"}
    assert result == {
        "type": "web_search_tool_result",
        "tool_use_id": call["id"],
        "content": SEARCH.result,
    }
    citation = text["citations"][0]
    assert citation.pop("encrypted_index")
    assert citation == {
        "type": "web_search_result_location",
        "cited_text": "rises in",
        "url": "https://a.example",
        "title": "A",
    }
    assert streamed[2]["text"] == "It rises in the Alps."
    assert streamed[2]["citations"][0]["url"] == "https://a.example"


def test_blocks_of_the_providers_own_are_sent_as_they_are() -> None:
    own = {"type": "container_upload", "file_id": "file_1", "more": [1]}
    part = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
    with claude_fake(Reply(blocks=[own])) as fake:
        assert claude(fake)["content"] == content_of(claude_events(fake)) == [own]
    with gemini_fake(Reply(blocks=[part])) as fake:
        assert gemini(fake)["candidates"][0]["content"]["parts"] == [part]
        assert parts_in(gemini_chunks(fake)) == [part]
    with FakeProvider([Reply(blocks=[own, "Hi."])]) as fake:
        assert ask(fake)["choices"][0]["message"]["content"] == "Hi."


@pytest.mark.parametrize(
    ("word", "claude_word", "gemini_word"),
    [
        ("stop", "end_turn", "STOP"),
        ("length", "max_tokens", "MAX_TOKENS"),
        ("tool_calls", "tool_use", "STOP"),
        ("content_filter", "refusal", "SAFETY"),
        ("pause_turn", "pause_turn", "pause_turn"),
    ],
)
def test_finish_reasons_are_the_providers_own(
    word: str, claude_word: str, gemini_word: str
) -> None:
    reply = Reply(text="x", finish_reason=word)
    with claude_fake(reply) as fake:
        assert claude(fake)["stop_reason"] == claude_word
    with gemini_fake(reply) as fake:
        assert gemini(fake)["candidates"][0]["finishReason"] == gemini_word
        finishes = [c["candidates"][0].get("finishReason") for c in gemini_chunks(fake)]
    assert finishes == [gemini_word]


def test_a_stop_sequence_is_named() -> None:
    with claude_fake(Reply(blocks=[], finish_reason="stop_sequence")) as fake:
        answer = claude(fake, stop_sequences=["###", "END"])
    assert (answer["content"], answer["stop_sequence"]) == ([], "###")


def test_refusals_and_blocked_prompts() -> None:
    refusal, blocked = Reply(refusal="I will not."), Reply(block_reason="PROHIBITED_CONTENT")
    with claude_fake(refusal, blocked) as fake:
        answer = claude(fake)
        assert (answer["content"][0]["text"], answer["stop_reason"]) == ("I will not.", "refusal")
        answer = claude(fake)
        assert (answer["content"], answer["stop_reason"]) == ([], "refusal")
    with gemini_fake(refusal, blocked, blocked) as fake:
        candidate = gemini(fake)["candidates"][0]
        assert (candidate["content"], candidate["finishReason"]) == ({}, "SAFETY")
        assert candidate["finishMessage"] == "I will not."
        for answer in (gemini(fake), *gemini_chunks(fake)):
            assert "candidates" not in answer
            assert answer["promptFeedback"] == {"blockReason": "PROHIBITED_CONTENT"}
            assert answer["usageMetadata"]["promptTokenCount"] == 1
    with FakeProvider([blocked]) as fake:
        choice = ask(fake)["choices"][0]
        assert (choice["message"]["content"], choice["finish_reason"]) == (None, "content_filter")
        assert joined(stream(fake), "content") == ""


def test_gemini_answers_in_parts() -> None:
    with gemini_fake(TURN) as fake:
        status, headers, raw = send(fake, gemini_path(), GEMINI_HEADERS, gemini_body())
    assert status == 200
    assert headers["content-type"] == "application/json; charset=UTF-8"
    answer = json.loads(raw)
    assert raw.startswith(b"{\n  ")
    thought, text, call = answer["candidates"][0]["content"]["parts"]
    assert thought == {"text": "Let me look.", "thought": True}
    assert text == {"text": "One moment."}
    assert call.pop("thoughtSignature")
    assert call == {"functionCall": {"name": "get_weather", "args": {"city": "Zürich"}}}
    assert answer["candidates"][0]["finishReason"] == "STOP"
    assert answer["candidates"][0]["finishMessage"] == "Model generated function call(s)."
    assert answer["usageMetadata"] == {
        "promptTokenCount": 50,
        "candidatesTokenCount": 12,
        "totalTokenCount": 70,
        "cachedContentTokenCount": 30,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 50}],
        "thoughtsTokenCount": 8,
    }
    assert (answer["modelVersion"], answer["responseId"]) == ("gemini-3-pro", "fake00000001")


def test_gemini_streams_whole_answers() -> None:
    with gemini_fake(TURN) as fake:
        chunks = gemini_chunks(fake)
        raw = send(
            fake, gemini_path(method="streamGenerateContent"), GEMINI_HEADERS, gemini_body()
        )[2]
    assert [next(iter(part)) for part in parts_in(chunks)] == [
        "text",
        "text",
        "text",
        "functionCall",
    ]
    assert parts_in(chunks)[0] == {"text": "Let me look.", "thought": True}
    assert "thoughtSignature" in parts_in(chunks)[-1]
    counts = [chunk["usageMetadata"].get("candidatesTokenCount", 0) for chunk in chunks]
    assert counts == sorted(counts)
    assert counts[-1] == 12
    assert all(chunk["responseId"] == "fake00000001" for chunk in chunks)
    assert b'{"candidates": [{"content": {"parts": [{"text": ' in raw
    assert b"[DONE]" not in raw


def test_gemini_signs_a_text_in_a_part_of_its_own_when_it_streams() -> None:
    with gemini_fake(Reply(text="Forty two.", signature="c2ln")) as fake:
        whole = gemini(fake)["candidates"][0]["content"]["parts"]
        pieces = parts_in(gemini_chunks(fake))
    assert whole == [{"text": "Forty two.", "thoughtSignature": "c2ln"}]
    assert pieces == [
        {"text": "Forty"},
        {"text": " two."},
        {"text": "", "thoughtSignature": "c2ln"},
    ]


def test_gemini_signs_the_first_of_parallel_calls_and_leaves_ids_out() -> None:
    calls = [CALL, ToolCall("now", id="call_7")]
    with gemini_fake(Reply(tool_calls=calls)) as fake:
        first, second = gemini(fake)["candidates"][0]["content"]["parts"]
        assert len(gemini_chunks(fake)) == 2
        old = json.loads(
            send(fake, gemini_path("gemini-2.5-flash"), GEMINI_HEADERS, gemini_body())[2]
        )
    assert "thoughtSignature" in first
    assert "id" not in first["functionCall"]
    assert second == {"functionCall": {"name": "now", "args": {}, "id": "call_7"}}
    assert "thoughtSignature" not in old["candidates"][0]["content"]["parts"][0]


def test_gemini_without_events_streams_one_array() -> None:
    with gemini_fake("a b") as fake:
        path = gemini_path(method="streamGenerateContent").removesuffix("?alt=sse")
        _, headers, raw = send(fake, path, GEMINI_HEADERS, gemini_body())
    assert headers["content-type"] == "application/json; charset=UTF-8"
    assert [part["text"] for part in parts_in(json.loads(raw))] == ["a", " b"]


def test_gemini_grounds_by_bytes_and_openai_annotates_by_characters() -> None:
    blocks = ["Zürich: ", Text("am See.", [Citation("https://z.example", "Z")])]
    with gemini_fake(Reply(blocks=blocks)) as fake:
        grounding = gemini(fake)["candidates"][0]["groundingMetadata"]
        assert gemini_chunks(fake)[-1]["candidates"][0]["groundingMetadata"] == grounding
    assert grounding["groundingChunks"] == [{"web": {"uri": "https://z.example", "title": "Z"}}]
    assert grounding["groundingSupports"] == [
        {
            "segment": {"startIndex": 9, "endIndex": 16, "text": "am See."},
            "groundingChunkIndices": [0],
        }
    ]
    with FakeProvider([Reply(blocks=blocks)]) as fake:
        annotation = ask(fake)["choices"][0]["message"]["annotations"][0]
        deltas = [event["choices"][0]["delta"] for event in stream(fake)[:-1]]
    assert annotation["url_citation"]["start_index"] == 8
    assert annotation["url_citation"]["end_index"] == 15
    assert [delta["annotations"] for delta in deltas if "annotations" in delta] == [[annotation]]


def test_gemini_runs_code_and_searches() -> None:
    code = ServerTool("code_execution", {"code": "print(6)"}, "6\n")
    with gemini_fake(Reply(blocks=[code, SEARCH, "Six."])) as fake:
        parts = gemini(fake)["candidates"][0]["content"]["parts"]
    assert parts[0] == {"executableCode": {"language": "PYTHON", "code": "print(6)"}}
    assert parts[1] == {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "6\n"}}
    assert parts[2]["toolCall"]["toolType"] == "GOOGLE_SEARCH_WEB"
    assert parts[3]["toolResponse"]["id"] == parts[2]["toolCall"]["id"]


def test_gemini_gives_candidates_and_log_probabilities() -> None:
    logprobs = [{"token": "a", "logprob": -0.5, "top_logprobs": [{"token": "b", "logprob": -2.0}]}]
    with gemini_fake(Reply(text="a", logprobs=logprobs)) as fake:
        answer = gemini(fake, generationConfig={"candidateCount": 2})
        chunks = gemini_chunks(fake, generationConfig={"candidateCount": 2})
    assert [each["index"] for each in answer["candidates"]] == [0, 1]
    assert [chunk["candidates"][0]["index"] for chunk in chunks] == [0, 1]
    assert answer["candidates"][0]["logprobsResult"] == {
        "topCandidates": [{"candidates": [{"token": "b", "logProbability": -2.0}]}],
        "chosenCandidates": [{"token": "a", "logProbability": -0.5}],
    }


def test_usage_is_counted_left_out_or_given() -> None:
    with claude_fake(Reply(text="a b", reasoning="c"), Reply(text="a", usage={})) as fake:
        usage = claude(fake, "one two", system="three")["usage"]
        assert (usage["input_tokens"], usage["output_tokens"]) == (3, 3)
        assert "usage" not in claude(fake)
        assert "usage" not in claude_events(fake)[0]["message"]
    with gemini_fake(Reply(text="a", usage={"promptTokenCount": 9})) as fake:
        assert gemini(fake)["usageMetadata"] == {"promptTokenCount": 9}
    with FakeProvider([TURN]) as fake:
        usage = ask(fake)["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (
        50,
        20,
        70,
    )
    assert usage["prompt_tokens_details"] == {"cached_tokens": 30}


ERRORS: list[tuple[int, str, str]] = [
    (400, "invalid_request_error", "INVALID_ARGUMENT"),
    (403, "permission_error", "PERMISSION_DENIED"),
    (404, "not_found_error", "NOT_FOUND"),
    (429, "rate_limit_error", "RESOURCE_EXHAUSTED"),
    (500, "api_error", "INTERNAL"),
]


@pytest.mark.parametrize(("status", "claude_type", "gemini_status"), ERRORS)
def test_errors_have_the_envelope_of_the_format(
    status: int, claude_type: str, gemini_status: str
) -> None:
    with claude_fake(Reply.error(status, message="No.")) as fake:
        got, headers, raw = send(fake, CLAUDE_PATH, CLAUDE_HEADERS, claude_body())
    assert got == status
    assert headers.get("x-should-retry") == (None if status in (429, 500) else "false")
    assert json.loads(raw) == {
        "type": "error",
        "error": {"type": claude_type, "message": "No."},
        "request_id": headers["request-id"],
    }
    with gemini_fake(Reply.error(status, message="No.")) as fake:
        got, _, raw = send(fake, gemini_path(), GEMINI_HEADERS, gemini_body())
    assert got == status
    error = {"code": status, "message": "No.", "status": gemini_status}
    assert json.loads(raw) == {"error": error}


def test_anthropic_is_overloaded_and_gemini_says_when_to_come_back() -> None:
    with claude_fake(Reply.error(529), Reply.error(429, retry_after=3)) as fake:
        assert claude(fake)["error"] == {"type": "overloaded_error", "message": "Overloaded"}
        assert send(fake, CLAUDE_PATH, CLAUDE_HEADERS, claude_body())[1]["retry-after"] == "3"
    with gemini_fake(Reply.error(429, retry_after=3)) as fake:
        _, headers, raw = send(fake, gemini_path(), GEMINI_HEADERS, gemini_body())
    assert "retry-after" not in headers
    error = json.loads(raw)["error"]
    assert error["message"].endswith("Please retry in 3s.")
    assert error["details"][0]["retryDelay"] == "3s"


def test_an_error_of_a_gemini_stream_is_plain_json_under_the_streams_media_type() -> None:
    with gemini_fake(Reply.error(404)) as fake:
        path = gemini_path(method="streamGenerateContent")
        status, headers, raw = send(fake, path, GEMINI_HEADERS, gemini_body())
    assert (status, headers["content-type"]) == (404, "text/event-stream")
    assert json.loads(raw)["error"]["status"] == "NOT_FOUND"


def test_errors_in_the_middle_of_a_stream() -> None:
    reply = Reply(text="a b c", error_event_after=4)
    with claude_fake(reply) as fake:
        events = claude_events(fake)
    assert [event["type"] for event in events[-2:]] == ["content_block_delta", "error"]
    assert events[-1]["error"]["type"] == "overloaded_error"
    with gemini_fake(Reply(text="a b c", error_event_after=2)) as fake:
        chunks = gemini_chunks(fake)
    assert len(chunks) == 3
    assert chunks[-1]["error"]["status"] == "UNAVAILABLE"


def test_a_stream_of_anthropic_without_its_end() -> None:
    with claude_fake(Reply(text="a", marker=False, pings=3)) as fake:
        kinds = [event["type"] for event in claude_events(fake)]
    assert kinds[-1] == "message_delta"
    assert kinds.count("ping") == 3


def test_a_stream_is_cut_where_the_script_says() -> None:
    for fake, path, headers, body in cut_cases():
        with fake, pytest.raises(http.client.IncompleteRead):
            send(fake, path, headers, body)


def cut_cases() -> list[tuple[FakeProvider, str, dict[str, str], Any]]:
    reply = Reply(text="a b c d e", cut_after=200)
    path = gemini_path(method="streamGenerateContent")
    return [
        (claude_fake(reply), CLAUDE_PATH, CLAUDE_HEADERS, claude_body(stream=True)),
        (gemini_fake(reply), path, GEMINI_HEADERS, gemini_body()),
    ]
