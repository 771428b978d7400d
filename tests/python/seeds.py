"""The articles' snippets: how they are read and run, and who answers them on this machine."""

from __future__ import annotations

import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import llmgate
from llmgate.testing import FakeProvider, FormatName, Reply

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "seeds"
# By provider: its format, the variables of its address and its key, and the key.
SERVED: dict[str, tuple[FormatName, str, str, str]] = {
    "openai": ("openai.chat", "OPENAI_API_BASE", "OPENAI_API_KEY", "sk-openai"),
    "anthropic": ("anthropic.messages", "ANTHROPIC_API_BASE", "ANTHROPIC_API_KEY", "sk-anthropic"),
    "gemini": ("gemini.generateContent", "GEMINI_API_BASE", "GEMINI_API_KEY", "sk-gemini"),
    "azure": ("openai.chat", "AZURE_API_BASE", "AZURE_API_KEY", "sk-azure"),
    "bedrock": ("openai.chat", "BEDROCK_API_BASE", "AWS_BEARER_TOKEN_BEDROCK", "sk-bedrock"),
    "cohere": ("openai.chat", "COHERE_API_BASE", "COHERE_API_KEY", "sk-cohere"),
    "openrouter": (
        *("openai.chat", "OPENROUTER_API_BASE", "OPENROUTER_API_KEY"),
        "your-openrouter-key",
    ),
}
VIRTUAL_KEYS = {
    "anthropic-virtual-key": {"provider": "anthropic", "api_key": "sk-anthropic"},
    "openai-virtual-key": {"provider": "openai", "api_key": "sk-openai"},
    "azure-virtual-key": {"provider": "azure-openai", "api_key": "sk-azure"},
}


def text_of(name: str) -> str:
    return (FOLDER / name).read_text()


def json_of(name: str) -> Any:
    return json.loads(text_of(name))


class World:
    """A scripted provider for each one that the articles name; each answers with its own name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
        self._monkeypatch = monkeypatch
        self.fakes: dict[str, FakeProvider] = {}
        self.gateway: llmgate.Router | None = None
        for name, (format, base, variable, key) in SERVED.items():
            fake = stack.enter_context(FakeProvider([name], format=format, api_key=key))
            self.fakes[name] = fake
            monkeypatch.setenv(base, fake.origin if name == "azure" else fake.url)
            monkeypatch.setenv(variable, key)
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        monkeypatch.setenv("PORTKEY_API_KEY", "pk")
        monkeypatch.setattr("llmgate._warnings._warned", set())  # each test is warned anew

    def answers(self, name: str, *replies: Reply | str) -> None:
        self.fakes[name].script(replies or [name])

    def fails(self, *names: str, status: int = 503) -> None:
        for name in names:
            self.answers(name, Reply.error(status))

    def slows(self, seconds: float, *names: str) -> None:
        for name in names:
            self.answers(name, Reply(text=name, delay=seconds))

    def sent(self, name: str) -> Any:
        """The body of the last request that the provider received."""
        return self.fakes[name].requests[-1].body

    def asked(self) -> dict[str, int]:
        """How many requests each provider received; only of those that received any."""
        return {name: fake.count for name, fake in self.fakes.items() if fake.count}

    def router(self, name: str, *expected: str) -> llmgate.Router:
        """The Router of a configuration; what it warns of, one warning for each expected word."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            router = llmgate.Router.from_config(FOLDER / name, virtual_keys=VIRTUAL_KEYS)
        check_warnings(caught, expected)
        return router

    def run(self, name: str, **names: Any) -> dict[str, Any]:
        """Runs a snippet where its libraries are stand-ins for llmgate; the names it leaves."""
        for module, members in self._stand_ins().items():
            stand_in = ModuleType(module)
            vars(stand_in).update(members)
            self._monkeypatch.setitem(sys.modules, module, stand_in)
        names = {"os": os, "router": self.gateway, **names}
        exec(compile(text_of(name), str(FOLDER / name), "exec"), names)
        return names

    def _stand_ins(self) -> dict[str, dict[str, Any]]:
        configs = json_of("011-portkey-config-by-id.json")
        openrouter = SimpleNamespace(LLM=SimpleNamespace(with_openrouter=with_openrouter))
        return {
            "litellm": {
                "completion": llmgate.completion,
                "get_cost": llmgate.get_cost,
                "Router": llmgate.Router,
            },
            "openai": {"OpenAI": partial(OpenAI, self.gateway)},
            "portkey_ai": {"Portkey": partial(llmgate.Client, configs=configs)},
            "livekit": {},
            "livekit.plugins": {"openai": openrouter},
        }


class OpenAI:
    """openai's client as far as the snippets use it.

    Calls to OpenRouter go there by llmgate; those to a gateway of one's own to the Router that the
    server will have.
    """

    def __init__(self, gateway: llmgate.Router | None, *, api_key: str, base_url: str) -> None:
        self._ask: Callable[..., Any]
        if base_url == "https://openrouter.ai/api/v1":
            self._ask = lambda model, messages, **more: llmgate.completion(
                f"openrouter/{model}", messages, api_key=api_key, **more
            )
        else:
            assert base_url == "http://localhost:4000"
            assert gateway is not None
            self._ask = gateway.completion
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self._create))

    def _create(self, *, model: str, messages: Any, **more: Any) -> Any:
        return self._ask(model, messages, **more)


def with_openrouter(*, model: str, fallback_models: list[str]) -> dict[str, Any]:
    """livekit's: the members of the requests that its model will send."""
    return {"model": model, "models": fallback_models}


@contextmanager
def warned(*expected: str) -> Iterator[None]:
    """Exactly these warnings come, each once and with its word in it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    check_warnings(caught, expected)


def check_warnings(caught: list[warnings.WarningMessage], expected: tuple[str, ...]) -> None:
    texts = [str(entry.message) for entry in caught]
    assert all(issubclass(entry.category, llmgate.LLMGateWarning) for entry in caught), texts
    assert len(texts) == len(expected), texts
    for word in expected:
        assert [word in text for text in texts].count(True) == 1, (word, texts)


def literal(name: str, opening: str) -> Any:
    """The object literal of a TypeScript snippet that starts at `opening`, as JSON reads it.

    Its environment variables become the placeholders that README.md says.
    """
    code = re.sub(r"(?<!:)//.*", "", text_of(name))
    start = code.index(opening) + opening.index("{")
    depth, end = 1, start + 1
    while depth:
        depth += {"{": 1, "}": -1}.get(code[end], 0)
        end += 1
    text = code[start:end].replace("'", '"')
    text = re.sub(r"process\.env\.(\w+)", lambda found: placeholder(found[1]), text)
    text = re.sub(r"([{,]\s*)(\w+):", r'\1"\2":', text)
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", text))


def placeholder(variable: str) -> str:
    return json.dumps(variable.lower().replace("_", "-"))


def route_of(response: Any) -> list[str]:
    """The providers that were asked, in their order."""
    return [attempt.provider for attempt in response.route]


def outcomes_of(response: Any) -> list[tuple[str, str]]:
    return [(attempt.provider, attempt.outcome) for attempt in response.route]
