"""What the tests of Routers share: providers in three formats, and deployments on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support import KEY

import llmgate
from llmgate.testing import FakeProvider

MODELS = {"a": "openai/a", "b": "anthropic/b", "c": "gemini/c"}


class Three:
    """Providers ``a`` (OpenAI's format), ``b`` (Anthropic's) and ``c`` (Gemini's)."""

    def __init__(self, a: FakeProvider, b: FakeProvider, c: FakeProvider) -> None:
        self.a = a
        self.b = b
        self.c = c

    def deployment(
        self, name: str, group: str = "chat", id: str | None = None, **params: Any
    ) -> dict[str, Any]:
        """An entry of LiteLLM's ``model_list``; ``info`` goes into its ``model_info``."""
        info = params.pop("info", {})
        fake: FakeProvider = getattr(self, name)
        return {
            "model_name": group,
            "litellm_params": {
                "model": MODELS[name],
                "api_key": KEY,
                "api_base": fake.url,
                **params,
            },
            "model_info": {"id": id or name, **info},
        }

    def router(self, **settings: Any) -> llmgate.Router:
        """``chat`` is a, then b (their ``order``); ``large`` is c."""
        return llmgate.Router(
            [
                self.deployment("a", order=1),
                self.deployment("b", order=2),
                self.deployment("c", "large"),
            ],
            **{"timeout": 20, **settings},
        )

    def balanced(self, by: str, **settings: Any) -> llmgate.Router:
        """All three in one group, under a strategy."""
        return llmgate.Router(
            [self.deployment(name) for name in MODELS],
            **{"timeout": 20, "routing_strategy": by, **settings},
        )

    @property
    def counts(self) -> list[int]:
        """How many requests each has received."""
        return [self.a.count, self.b.count, self.c.count]


@contextmanager
def three_providers(**scripts: Any) -> Iterator[Three]:
    """``a=[...]`` is the script of a, and so on."""
    with (
        FakeProvider(scripts.get("a")) as a,
        FakeProvider(scripts.get("b"), format="anthropic.messages") as b,
        FakeProvider(scripts.get("c"), format="gemini.generateContent") as c,
    ):
        yield Three(a, b, c)


def told(answer: Any) -> list[tuple[str, str]]:
    """Deployment and outcome of each attempt, from an answer or an error."""
    return [(attempt.deployment, attempt.outcome) for attempt in answer.route]


def server_of(answer: Any) -> str:
    """The deployment that answered."""
    deployment: str = answer.route[-1].deployment
    return deployment
