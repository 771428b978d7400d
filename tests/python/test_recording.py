"""Recordings: what is kept and what never is, and answers from them without a network."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from support import KEY, aask, ask, output_of, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply

SECRET = "sk-canary-0123456789abcdefghij"


def lines_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def recorded(path: Path, *replies: Any, messages: tuple[Any, ...] = ("Hi",)) -> FakeProvider:
    """Asks a scripted provider while a recording runs; the provider has gone when this returns."""
    with FakeProvider(replies) as fake, llmgate.record(path):
        for message in messages:
            ask(fake, message)
    return fake


def without_route(response: Any) -> Any:
    return response.model_dump()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def test_a_call_is_answered_again_without_a_network(path: Path) -> None:
    with FakeProvider(["Hello!"]) as fake, llmgate.record(path) as recording:
        first = ask(fake)
        assert recording.exchanges == 1
    with llmgate.replay(path) as replay:
        second = ask(fake)
        assert (replay.exchanges, replay.unused) == (1, 0)
    assert text_of(second) == "Hello!"
    assert without_route(second) == without_route(first)


def test_a_stream_gives_the_same_chunks_again(path: Path) -> None:
    with FakeProvider(["One two three."]) as fake, llmgate.record(path):
        first = [chunk.model_dump() for chunk in ask(fake, stream=True)]
    with llmgate.replay(path):
        second = [chunk.model_dump() for chunk in ask(fake, stream=True)]
    assert len(first) > 2
    assert second == first


async def record_and_replay(path: Path) -> None:
    with FakeProvider(["One", "two", "three"]) as fake:
        async with llmgate.record(path) as recording:
            plain = await aask(fake, "a")
            stream = await aask(fake, "b", stream=True)
            chunks = [chunk.model_dump() async for chunk in stream]
        assert recording.exchanges == 2
    async with llmgate.replay(path):
        again = await asyncio.gather(aask(fake, "a"), aask(fake, "b", stream=True))
        assert without_route(again[0]) == without_route(plain)
        assert [chunk.model_dump() async for chunk in again[1]] == chunks


def test_awaited_calls_are_recorded_and_replayed(path: Path) -> None:
    asyncio.run(record_and_replay(path))


@pytest.mark.parametrize("format", ["anthropic.messages", "gemini.generateContent"])
def test_every_format_is_replayed(path: Path, format: str) -> None:
    model = {"anthropic.messages": "anthropic/m", "gemini.generateContent": "gemini/m"}[format]
    with FakeProvider(["Hello!"], format=format) as fake, llmgate.record(path):
        plain = ask(fake, model=model)
        chunks = [chunk.model_dump() for chunk in ask(fake, model=model, stream=True)]
    with llmgate.replay(path):
        assert without_route(ask(fake, model=model)) == without_route(plain)
        assert [chunk.model_dump() for chunk in ask(fake, model=model, stream=True)] == chunks
    assert KEY not in path.read_text()


def test_secrets_never_get_into_the_file(path: Path) -> None:
    echo = Reply.error(401, message=f"Incorrect API key provided: {SECRET}")
    with FakeProvider([echo]) as fake, llmgate.record(path):
        for stream in (False, True):
            with pytest.raises(llmgate.AuthenticationError):
                ask(
                    fake,
                    f"my key is {SECRET}, and my other one is sk-other-0123456789abcdefghij",
                    api_key=SECRET,
                    stream=stream,
                    extra_headers={"Cookie": "session=hush-hush", "X-Team-Token": "hush-too"},
                )
    text = path.read_text()
    assert len(lines_of(path)) == 2
    for secret in (SECRET, SECRET[:12], "hush-hush", "hush-too", "sk-other", "cookie", "Cookie"):
        assert secret not in text
    headers = lines_of(path)[0]["request"]["headers"]
    assert headers["authorization"] == "REDACTED"
    assert headers["content-type"] == "application/json"
    with llmgate.replay(path), pytest.raises(llmgate.AuthenticationError):
        ask(
            fake,
            "my key is sk-new-0123456789abcdefghij, and my other one is sk-a-0123456789abcdefghij",
            api_key="sk-new-0123456789abcdefghij",
            extra_headers={"X-Team-Token": "another"},
        )


def test_a_line_has_its_members_in_one_order(path: Path) -> None:
    recorded(path, "Hello!")
    line = lines_of(path)[0]
    assert list(line) == ["request", "response"]
    assert list(line["request"]) == ["method", "url", "headers", "body"]
    assert list(line["response"]) == ["status", "headers", "body"]
    for message in (line["request"], line["response"]):
        assert list(message["headers"]) == sorted(message["headers"])
    assert "date" not in line["response"]["headers"]


def test_two_recordings_of_the_same_calls_are_the_same(tmp_path: Path) -> None:
    reply = Reply(text="Hello!")
    with FakeProvider([reply]) as fake:
        for name in ("one", "two"):
            with llmgate.record(tmp_path / name):
                ask(fake)
                list(ask(fake, stream=True))
    one, two = (lines_of(tmp_path / name) for name in ("one", "two"))
    assert [line["request"] for line in one] == [line["request"] for line in two]
    assert [list(line["response"]) for line in one] == [list(line["response"]) for line in two]


def test_a_recording_begins_anew_or_goes_on(path: Path) -> None:
    recorded(path, "One")
    recorded(path, "Two")
    assert len(lines_of(path)) == 1
    with FakeProvider(["Three"]) as fake, llmgate.record(path, append=True):
        ask(fake)
    answers = [line["response"]["body"]["choices"][0]["message"] for line in lines_of(path)]
    assert [answer["content"] for answer in answers] == ["Two", "Three"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_equal_requests_get_their_answers_in_order(path: Path) -> None:
    fake = recorded(path, "One", "Two", messages=("Hi", "Hi"))
    with llmgate.replay(path):
        assert [text_of(ask(fake)) for _ in range(2)] == ["One", "Two"]
        with pytest.raises(llmgate.BadRequestError, match=r"recorded 2 times.*repeat=True"):
            ask(fake)
    with llmgate.replay(path, repeat=True):
        assert [text_of(ask(fake)) for _ in range(4)] == ["One", "Two", "Two", "Two"]


def test_a_miss_names_the_nearest_request_and_is_not_retried(path: Path) -> None:
    fake = recorded(path, "One", "Two", messages=("Hi", "How are you?"))
    with FakeProvider() as other, llmgate.replay(path) as replay:
        with pytest.raises(llmgate.BadRequestError) as caught:
            ask(fake, "How are you!", num_retries=3)
        message = str(caught.value)
        assert "line 2 of" in message
        assert str(path) in message
        assert "$.messages[0].content is a string of 12 bytes" in message
        assert "equal up to byte 11" in message
        assert "How are" not in message
        with pytest.raises(llmgate.BadRequestError, match=r"the URL is http"):
            ask(other)
        with pytest.raises(llmgate.BadRequestError, match=r"\$\.temperature is 0\.5, recorded mi"):
            ask(fake, temperature=0.5)
        assert replay.unused == 2
        assert other.count == 0


def test_a_miss_of_a_stream_is_an_error_too(path: Path) -> None:
    fake = recorded(path, "One")
    with llmgate.replay(path), pytest.raises(llmgate.BadRequestError, match=r"\$\.stream"):
        list(ask(fake, stream=True))


def test_failures_and_retries_are_replayed(path: Path) -> None:
    replies = [Reply.error(503), "At last.", Reply.error(400, message="no")]
    with FakeProvider(replies) as fake, llmgate.record(path):
        first = ask(fake, num_retries=1)
        with pytest.raises(llmgate.BadRequestError):
            ask(fake, "again")
    assert [line["response"]["status"] for line in lines_of(path)] == [503, 200, 400]
    with llmgate.replay(path) as replay:
        assert text_of(ask(fake, num_retries=1)) == text_of(first) == "At last."
        with pytest.raises(llmgate.BadRequestError, match="no"):
            ask(fake, "again")
        assert replay.unused == 0


def test_a_refused_connection_is_replayed(path: Path) -> None:
    with FakeProvider() as fake:
        pass
    with llmgate.record(path), pytest.raises(llmgate.APIConnectionError):
        ask(fake, num_retries=0)
    assert lines_of(path)[0]["failure"]["kind"] == "connect"
    with FakeProvider(port=int(fake.origin.rpartition(":")[2])) as back, llmgate.replay(path):
        with pytest.raises(llmgate.APIConnectionError):
            ask(back, num_retries=0)
        assert back.count == 0


def test_a_stream_that_was_closed_is_kept_as_far_as_it_came(path: Path) -> None:
    reply = Reply.stall(after=800, text="One two three four")
    with FakeProvider([reply]) as fake, llmgate.record(path):
        stream = ask(fake, stream=True)
        first = next(stream).model_dump()
        stream.close()
        fake.wait_for(lambda fake: fake.closed_early == 1)
    assert "[DONE]" not in lines_of(path)[0]["response"]["sse"]
    with llmgate.replay(path):
        again = ask(fake, stream=True)
        assert next(again).model_dump() == first
        with pytest.raises(llmgate.StreamInterruptedError):
            list(again)


def test_a_router_records_every_attempt(path: Path) -> None:
    with FakeProvider([Reply.error(500)]) as bad, FakeProvider(["Hello!"]) as good:
        models = [
            {"model_name": name, "litellm_params": {"model": "openai/m", "api_base": fake.url}}
            for name, fake in (("a", bad), ("b", good))
        ]
        for entry in models:
            entry["litellm_params"]["api_key"] = KEY
        router = llmgate.Router(model_list=models, fallbacks=[{"a": ["b"]}], num_retries=0)
        with llmgate.record(path):
            assert text_of(router.completion("a", "Hi")) == "Hello!"
    assert [line["response"]["status"] for line in lines_of(path)] == [500, 200]
    with llmgate.replay(path) as replay:
        router = llmgate.Router(model_list=models, fallbacks=[{"a": ["b"]}], num_retries=0)
        assert text_of(router.completion("a", "Hi")) == "Hello!"
        assert replay.unused == 0


def test_only_one_runs_at_a_time(path: Path) -> None:
    recorded(path, "One")
    with llmgate.replay(path) as replay:
        with pytest.raises(RuntimeError, match=r"replay.*still running"):
            llmgate.record(path)
        with pytest.raises(RuntimeError, match="still running"):
            llmgate.replay(path)
        replay.stop()
        replay.stop()
        llmgate.replay(path).stop()
    with FakeProvider(["live"]) as fake:
        assert text_of(ask(fake)) == "live"


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path, path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        llmgate.record(tmp_path / "nowhere" / "calls.jsonl")
    with pytest.raises(FileNotFoundError):
        llmgate.replay(path)
    path.write_text("")
    with pytest.raises(ValueError, match="no recorded exchange"):
        llmgate.replay(path)
    fake = recorded(path, "One")
    path.write_text(path.read_text() + "{\n")
    with pytest.raises(ValueError, match="line 2 of"):
        llmgate.replay(path)
    path.write_text('{"messages": []}\n')
    with pytest.raises(ValueError, match="is no recorded exchange"):
        llmgate.replay(path)
    with pytest.raises(llmgate.APIConnectionError):  # none of these is running
        ask(fake, num_retries=0)


def test_folders_of_recordings_are_read(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    one = recorded(tmp_path / "deep" / "one.jsonl", "One", messages=("a",))
    recorded(tmp_path / "two.jsonl", "Two", messages=("b",))
    whole = lines_of(tmp_path / "two.jsonl")[0]
    whole["request"]["url"] = one.url + "/chat/completions"
    (tmp_path / "two.jsonl").unlink()
    (tmp_path / "two.json").write_text(json.dumps(whole, indent=2))
    (tmp_path / "index.jsonl").write_text('{"file": "two.json"}\n')
    with llmgate.replay(tmp_path) as replay:
        assert replay.exchanges == 2
        assert [text_of(ask(one, message)) for message in ("a", "b")] == ["One", "Two"]


def test_it_is_switched_while_calls_are_in_flight(path: Path) -> None:
    failures: list[Exception] = []
    with FakeProvider(lambda request: request.body["messages"][0]["content"]) as fake:
        ends = threading.Event()

        def work(number: int) -> None:
            count = 0
            while not ends.is_set():
                count += 1
                text = f"{number}-{count}"
                try:
                    assert text_of(ask(fake, text)) == text
                except Exception as error:
                    failures.append(error)
                    return

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(50):
            with llmgate.record(path, append=True) as recording:
                fake.wait_for(lambda _, running=recording: running.exchanges > 2)
        ends.set()
        for thread in threads:
            thread.join()
    assert failures == []
    for line in lines_of(path):
        asked = line["request"]["body"]["messages"][0]["content"]
        assert line["response"]["body"]["choices"][0]["message"]["content"] == asked


def test_a_recording_that_nobody_stops_is_complete_at_exit(path: Path) -> None:
    with FakeProvider(["x" * 100_000]) as fake:
        output_of(
            """
            import sys, llmgate

            llmgate.record(sys.argv[1])
            for number in range(20):
                llmgate.completion("openai/m", str(number), api_base=sys.argv[2], api_key="k")
            """,
            str(path),
            fake.url,
        )
    assert len(lines_of(path)) == 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_the_child_of_a_fork_replays_too(path: Path) -> None:
    fake = recorded(path, "One", "Two", messages=("a", "b"))
    output = output_of(
        """
        import os, sys, llmgate

        def ask(text):
            reply = llmgate.completion(
                "openai/m", text, api_base=sys.argv[2], api_key="k", num_retries=0
            )
            return reply.choices[0].message.content

        with llmgate.replay(sys.argv[1]):
            print(ask("a"), flush=True)
            child = os.fork()
            if child == 0:
                print(ask("b"), flush=True)
                os._exit(0)
            os.waitpid(child, 0)
        """,
        str(path),
        fake.url,
    )
    assert output.split() == ["One", "Two"]
