"""Counting, encoding, decoding, estimating and trimming, as a user sees them."""

from __future__ import annotations

import copy
import os
import pickle
import random
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from support import output_of
from token_corpus import fuzzed

import llmgate
from llmgate import _core

VOCABULARIES = Path(llmgate.__file__).parent / "data" / "vocabularies"
HISTORY = [
    {"role": "system", "content": "You are terse."},
    {"role": "user", "content": "What is the capital of Norway?"},
    {"role": "assistant", "content": "Oslo."},
]


def test_a_count_says_that_it_is_exact() -> None:
    count = llmgate.token_counter("gpt-4o", "Hello, world!")
    assert (count, count.is_estimate, count.upper_bound, count.error) == (4, False, 4, 0.0)
    assert count.encoding == "o200k_base"


def test_an_estimate_says_so_and_is_bounded() -> None:
    count = llmgate.token_counter("anthropic/claude-sonnet-4-5", "some words " * 100)
    assert count.is_estimate
    assert count.upper_bound > count > llmgate.count("some words " * 100, "gpt-4o")


def test_a_count_is_an_int_that_can_be_kept() -> None:
    count = llmgate.token_counter("claude-3-haiku", "some words")
    for kept in (pickle.loads(pickle.dumps(count)), copy.deepcopy(count)):
        assert (kept, kept.upper_bound, kept.error) == (count, count.upper_bound, count.error)
    assert isinstance(count + 1, int)


def test_messages_cost_their_texts_and_a_frame() -> None:
    texts = sum(llmgate.count(message["content"], "gpt-4o") for message in HISTORY)
    assert llmgate.token_counter("gpt-4o", messages=HISTORY) == texts + 3 * (3 + 1) + 3
    assert llmgate.token_counter("gpt-4o", messages="Hi") == llmgate.token_counter(
        "gpt-4o", messages=[{"role": "user", "content": "Hi"}]
    )


def test_every_shape_of_a_text_message_costs_the_same() -> None:
    plain = llmgate.token_counter("gpt-4o", messages=[{"role": "user", "content": "Hi there"}])
    parts = [{"role": "user", "content": [{"type": "text", "text": "Hi there"}]}]
    more = [{"role": "user", "content": "Hi there", "refusal": None}]
    assert llmgate.token_counter("gpt-4o", messages=parts) == plain
    assert llmgate.token_counter("gpt-4o", messages=more) == plain
    assert llmgate.token_counter("gpt-4o", messages=tuple(parts)) == plain


def test_an_answer_can_be_counted_as_a_message() -> None:
    answer = llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello there!")
    message = answer.choices[0].message
    assert llmgate.token_counter("gpt-4o", messages=[message]) == llmgate.token_counter(
        "gpt-4o", messages=[{"role": "assistant", "content": "Hello there!"}]
    )


def test_the_same_messages_cost_the_same_again() -> None:
    chance = random.Random(4)
    history = [{"role": "user", "content": fuzzed(chance, 50)} for _ in range(50)]
    first = llmgate.token_counter("gpt-4o", messages=history)
    assert llmgate.token_counter("gpt-4o", messages=history) == first
    assert first == 3 + sum(4 + llmgate.count(turn["content"], "gpt-4o") for turn in history)


def test_models_do_not_share_what_they_remember() -> None:
    messages = [{"role": "user", "content": "naïve café 日本語のテキスト"}]
    counts = {
        model: llmgate.token_counter(model, messages=messages)
        for model in ("gpt-4o", "gpt-4", "qwen3-32b")
    }
    assert counts == {"gpt-4o": 17, "gpt-4": 19, "qwen3-32b": 20}


def test_tools_and_files_make_an_estimate() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    assert llmgate.token_counter("gpt-4o", messages="Hi", tools=[tool]).is_estimate
    part = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    assert llmgate.token_counter(
        "gpt-4o", messages=[{"role": "user", "content": [part]}]
    ).is_estimate


def test_many_texts_are_counted_in_threads() -> None:
    chance = random.Random(2)
    texts = [fuzzed(chance, chance.randrange(200)) for _ in range(300)]
    expected = [llmgate.count(text, "gpt-4o") for text in texts]
    for threads in (0, 1, 2, 7):
        assert llmgate.count(texts, "gpt-4o", threads=threads) == expected
    assert llmgate.count([], "gpt-4o") == []


def test_threads_of_python_count_at_the_same_time() -> None:
    text = "some words and more of them. " * 3000
    expected = llmgate.count(text, "gpt-4o")
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(llmgate.count(text, "gpt-4o")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_special_tokens_are_text_unless_allowed() -> None:
    text = "a<|endoftext|>b"
    assert len(llmgate.encode("gpt-4", text)) == llmgate.count(text, "gpt-4") > 3
    assert llmgate.encode("gpt-4", text, allowed_special=True) == [64, 100257, 65]
    assert llmgate.encode("gpt-4", text, allowed_special=["<|endoftext|>"]) == [64, 100257, 65]
    assert llmgate.encode("gpt-4", text, allowed_special=["<|fim_prefix|>"]) == llmgate.encode(
        "gpt-4", text
    )
    assert llmgate.decode("gpt-4", [64, 100257, 65]) == text
    assert llmgate.encode("gpt-oss-20b", "<|start|>", allowed_special=True) == [200006]


def test_ids_may_end_inside_a_character() -> None:
    ids = llmgate.encode("gpt-4", "\U0001f9ff")
    assert len(ids) > 1
    assert llmgate.decode("gpt-4", ids[:1]).endswith("\ufffd")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: llmgate.token_counter("gpt-4o"), "either text or messages"),
        (lambda: llmgate.token_counter("gpt-4o", "x", []), "either text or messages"),
        (lambda: llmgate.token_counter("gpt-4o", messages=5), "accepted: a str or a list"),
        (lambda: llmgate.token_counter("gpt-4o", messages=[{"role": {1}}]), "messages[0].role"),
        (lambda: llmgate.token_counter(5, "x"), "$.model"),  # type: ignore[arg-type]
        (lambda: llmgate.count(b"x", "gpt-4o"), "accepted: a str"),  # type: ignore[arg-type]
        (lambda: llmgate.count(["x", 5], "gpt-4o"), "text[1]"),  # type: ignore[list-item]
        (lambda: llmgate.count("x"), "either a model or an encoding"),
        (lambda: llmgate.count("x", encoding="o200k_bsae"), "nearest: 'o200k_base'"),
        (lambda: llmgate.count("x", encoding="?"), "known: cl100k_base"),
        (lambda: llmgate.encode("claude-3-opus", "x"), "not public"),
        (lambda: llmgate.encode("gpt-4", "x", allowed_special=["<|x|>"]), "no special token"),
        (lambda: llmgate.decode("gpt-4", [1, -3]), "tokens[1]"),
        (lambda: llmgate.decode("gpt-4", [1, 2**80]), "tokens[1]"),
        (lambda: llmgate.decode("gpt-4", [100261]), "no token of cl100k_base"),
        (lambda: llmgate.add_vocabulary("/nowhere/at.all"), "/nowhere/at.all"),
    ],
)
def test_what_is_wrong_is_said(call: Any, words: str) -> None:
    with pytest.raises(llmgate.BadRequestError) as caught:
        call()
    assert words in str(caught.value)


def test_whether_it_fits_agrees_with_the_count() -> None:
    count = llmgate.token_counter("gpt-4o", messages=HISTORY)
    assert llmgate.fits("gpt-4o", HISTORY, count)
    assert not llmgate.fits("gpt-4o", HISTORY, count - 1)
    estimate = llmgate.token_counter("claude-sonnet-4-5", messages=HISTORY)
    assert llmgate.fits("claude-sonnet-4-5", HISTORY, estimate.upper_bound)
    assert not llmgate.fits("claude-sonnet-4-5", HISTORY, int(estimate) - 1)
    assert not llmgate.fits("gpt-4o", "word " * 200_000, 128_000)
    assert not llmgate.fits("gpt-4o", [{"role": "user", "content": "word " * 200_000}], 100)


def test_a_stream_is_counted_exactly_at_every_moment() -> None:
    text = fuzzed(random.Random(9), 300)
    stream = llmgate.TokenStream("gpt-4o")
    for place in range(0, len(text), 7):
        stream.append(text[place : place + 7])
        assert stream.count == llmgate.count(text[: place + 7], "gpt-4o")


def test_estimates_learn_from_reported_usage() -> None:
    script = """
        import llmgate
        messages = [{"role": "user", "content": "some words of a prompt " * 50}]
        before = llmgate.token_counter("command-r", messages=messages)
        for _ in range(20):
            llmgate.learn_token_usage("command-r", messages, int(before * 1.4))
        after = llmgate.token_counter("command-r-plus", messages=messages)
        assert abs(after - before * 1.4) < before * 0.02, (before, after)
        assert after.error < before.error / 2
        exact = llmgate.token_counter("gpt-4o", messages=messages)
        llmgate.learn_token_usage("gpt-4o", messages, int(exact * 1.4))
        assert llmgate.token_counter("gpt-4o", messages=messages) == exact
    """
    output_of(script)


def test_estimates_follow_what_the_calls_of_the_process_report() -> None:
    script = """
        import llmgate
        from llmgate.testing import FakeProvider, Reply, Usage
        messages = [{"role": "user", "content": "some words of a prompt " * 50}]
        before = llmgate.token_counter("claude-sonnet-4-5", messages=messages)
        reported = Usage(input=int(before * 1.3), output=3)
        replies = [Reply(text="Yes.", usage=reported)] * 6
        with FakeProvider(replies, format="anthropic.messages") as provider:
            for stream in (False, True) * 3:
                answer = llmgate.completion(
                    "anthropic/claude-sonnet-4-5", messages, api_base=provider.url, api_key="k",
                    stream=stream,
                )
                stream and list(answer)
        after = llmgate.token_counter("claude-opus-4-1", messages=messages)
        assert before * 1.1 < after < before * 1.35, (before, after)
    """
    output_of(script)


def test_a_vocabulary_of_ones_own_is_added(tmp_path: Path) -> None:
    path = tmp_path / "mine.vocabulary"
    shutil.copy(VOCABULARIES / "r50k_base.vocabulary", path)
    llmgate.add_vocabulary(path)
    assert llmgate.count("hello world", encoding="gpt2") == 2


def test_a_damaged_vocabulary_is_refused(tmp_path: Path) -> None:
    whole = (VOCABULARIES / "r50k_base.vocabulary").read_bytes()
    path = tmp_path / "damaged.vocabulary"
    chance = random.Random(1)
    for _ in range(10):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(llmgate.BadRequestError, match="not a usable vocabulary file"):
            llmgate.add_vocabulary(path)
    for size in (0, 1, 200, len(whole) - 32):
        path.write_bytes(whole[:size])
        with pytest.raises(llmgate.BadRequestError):
            llmgate.add_vocabulary(path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_goes_on_counting() -> None:
    script = """
        import os, threading
        import llmgate
        text = "some words " * 20000
        expected = llmgate.count(text, "gpt-4o")
        def count():
            for _ in range(20):
                llmgate.count(text, "gpt-4o")
        threads = [threading.Thread(target=count) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            child = os.fork()
            if child == 0:
                os._exit(0 if llmgate.count(text, "gpt-4o") == expected else 1)
            assert os.waitpid(child, 0)[1] == 0
        for thread in threads:
            thread.join()
    """
    output_of(script)


def test_lone_surrogates_count_everywhere() -> None:
    text = "a\ud800b"
    same = text.replace("\ud800", "\ufffd")
    assert llmgate.count(text, "gpt-4o") == llmgate.count(same, "gpt-4o")
    for model in ("gpt-4o", "claude-sonnet-4-5"):
        count = llmgate.token_counter(model, messages=[{"role": "user", "content": text}])
        assert count == llmgate.token_counter(model, messages=[{"role": "user", "content": same}])
    stream = llmgate.TokenStream("gpt-4o")
    for half in ("\ud83d", "\ude00"):  # cut between two chunks
        stream.append(half)
    assert stream.count > 0
    assert llmgate.fits("gpt-4o", text, 100)
    assert llmgate.trim_messages(text * 50, "gpt-4o", max_tokens=20)


@pytest.mark.skipif(os.environ.get("LLMGATE_FULL_TOKENS") != "1", reason="takes 3 GB, a minute")
@pytest.mark.parametrize("unit", ["The cat sat. ", "a", " "])
def test_a_text_of_a_gigabyte_is_counted(unit: str) -> None:
    text = unit * (10**9 // len(unit))
    assert not llmgate.fits("gpt-4o", text, 1000)
    part = llmgate.count(unit * (10**6 // len(unit)), "gpt-4o")
    assert llmgate.count(text, "gpt-4o") == pytest.approx(1000 * part, rel=1e-3)


def test_a_text_of_fifty_megabytes_is_counted_and_soon_known_not_to_fit() -> None:
    words, letters = "The cat sat. " * 4_000_000, "a" * 50_000_000
    assert llmgate.count(words, "gpt-4o") == 16_000_001
    start = time.process_time()
    for text in (words, letters):
        assert not llmgate.fits("gpt-4o", text, 1000)
    assert time.process_time() - start < 0.5  # either of them takes longer


@pytest.mark.parametrize("unit", ["a", "ab", " ", "\n", "日", "é", "=", "\u0301", "0", "A", "'"])
def test_hostile_repeats_take_linear_work(unit: str) -> None:
    # Far more than a quadratic encoder could do within any test's patience.
    text = unit * (3_000_000 // len(unit.encode()))
    for encoding in _core.encodings():
        assert 0 < llmgate.count(text, encoding=encoding) <= len(text.encode())


TOOL_CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
LONG = [
    {"role": "system", "content": "Be terse."},
    {"role": "user", "content": "word " * 200},
    {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "result"},
    {"role": "user", "content": "And now?"},
]


def test_trimming_keeps_the_system_and_the_newest() -> None:
    trimmed = llmgate.trim_messages(LONG, "gpt-4o", max_tokens=100)
    assert trimmed == [LONG[0], *LONG[2:]]
    assert llmgate.trim_messages(LONG, "gpt-4o", max_tokens=10_000) == LONG


def test_trimming_never_parts_a_result_from_its_call() -> None:
    whole = llmgate.token_counter("gpt-4o", messages=[LONG[0], *LONG[2:]]).upper_bound
    for limit in range(whole - 25, whole + 1):
        roles = [m["role"] for m in llmgate.trim_messages(LONG, "gpt-4o", 1.0, max_tokens=limit)]
        assert ("tool" in roles) == ("assistant" in roles)
        assert roles[0] == "system"


def test_trimming_shortens_what_alone_does_not_fit() -> None:
    messages = [{"role": "user", "content": "start " + "word " * 900 + "end"}]
    trimmed, left = llmgate.trim_messages(
        messages, "gpt-4o", max_tokens=100, return_response_tokens=True
    )
    assert llmgate.token_counter("gpt-4o", messages=trimmed) <= 75
    assert left == 100 - llmgate.token_counter("gpt-4o", messages=trimmed)
    assert trimmed[0]["content"].startswith("start word")
    assert trimmed[0]["content"].endswith("word end")
    assert messages[0]["content"].count("word") == 900


def test_trimming_refuses_system_messages_that_do_not_fit() -> None:
    with pytest.raises(llmgate.BadRequestError, match="system messages do not fit"):
        llmgate.trim_messages([{"role": "system", "content": "x " * 500}], "gpt-4o", max_tokens=100)


def test_every_notice_is_shipped() -> None:
    notices = (VOCABULARIES / "NOTICES").read_text()
    for path in VOCABULARIES.glob("*.vocabulary"):
        assert path.stem in notices
