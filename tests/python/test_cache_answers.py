"""No answer is ever another request's."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest
from support import ask, text_of

import llmgate
from llmgate import _core
from llmgate.testing import FakeProvider

pytestmark = pytest.mark.usefixtures("cache")


class HashOfThePrompt:
    """The exercise of the lesson: "SHA256 of the prompt is a lookup key"."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}

    def ask(self, fake: FakeProvider, messages: Any, **more: Any) -> Any:
        prompt = messages if isinstance(messages, str) else messages[-1]["content"]
        key = hashlib.sha256(prompt.encode()).hexdigest()
        if key not in self.answers:
            self.answers[key] = ask(fake, messages, caching=False, **more)
        return self.answers[key]


def answer_of(request: Any) -> str:
    """Says what it was asked, so that a wrong answer shows."""
    body = request.body
    system = [m["content"] for m in body["messages"] if m["role"] == "system"]
    return f"{body['model']} {system} {body.get('temperature')} {body['messages'][-1]['content']}"


def test_the_lessons_key_gives_wrong_answers_where_ours_gives_none() -> None:
    calls: list[dict[str, Any]] = [
        {"messages": "Capital of France?"},
        {"messages": "Capital of France?", "model": "openai/large"},
        {"messages": "Capital of France?", "temperature": 0.1},
        {
            "messages": [
                {"role": "system", "content": "Answer in French."},
                {"role": "user", "content": "Capital of France?"},
            ]
        },
    ]
    with FakeProvider(answer_of) as fake:
        right = [text_of(ask(fake, caching=False, **call)) for call in calls]
        lesson = HashOfThePrompt()
        theirs = [text_of(lesson.ask(fake, **call)) for call in calls]
        ours = [text_of(ask(fake, **call)) for call in calls + calls]
    assert [a == b for a, b in zip(theirs, right, strict=True)] == [True, False, False, False]
    assert ours == right + right


def test_no_answer_is_ever_another_requests() -> None:
    """A trace of few prompts by few callers, spelled in several ways."""
    chance = random.Random(5)
    llmgate.cache = llmgate.Cache(max_bytes=200_000)  # so small that entries leave
    with FakeProvider(answer_of) as fake:
        for _ in range(1500):
            prompt = f"prompt {min(int(chance.paretovariate(0.8)), 400)}"
            model = chance.choice(["a", "b"])
            more: dict[str, Any] = {"temperature": chance.choice([0, 1, 1.0])}
            if chance.random() < 0.5:
                more = {"n": 1, **more}
            response = ask(fake, prompt, model=f"openai/{model}", **more)
            said = text_of(response).split(" ", 3)
            assert (said[0], said[3]) == (model, prompt)
            assert float(said[2]) == more["temperature"]
        assert llmgate.cache.stats.hits > 300
        assert llmgate.cache.stats.evictions > 0


def answer_and_asker(request: Any) -> str:
    asker = request.headers["x-asker"]
    return f"{asker} {request.body['model']} {request.body['messages'][-1]['content']}"


def test_hashes_that_collide_give_no_wrong_answer() -> None:
    """One request in a hundred has one of three hashes, whoever asks: 10^5 calls."""
    chance = random.Random(11)
    requests = [
        (f"prompt {prompt}", model, asker)
        for prompt in range(400)
        for model in ("a", "b")
        for asker in ("one", "two")
    ]
    weights = [1 / (rank + 1) ** 0.7 for rank in range(len(requests))]
    colliding = llmgate.Cache()
    colliding._core = _core._cache_whose_hashes_collide(b'{"type":"local"}')
    llmgate.cache = colliding
    chance.shuffle(requests)
    with FakeProvider(answer_and_asker) as fake:
        for prompt, model, asker in chance.choices(requests, weights, k=100_000):
            scope = {"extra_headers": {"x-asker": asker}, "api_key": f"sk-of-{asker}"}
            response = ask(fake, prompt, model=f"openai/{model}", **scope)
            assert text_of(response) == f"{asker} {model} {prompt}"
        assert colliding.stats.hits > 90_000
        assert fake.count == colliding.stats.misses
        assert fake.count > len(requests) + 100  # those that collide take each other's place
