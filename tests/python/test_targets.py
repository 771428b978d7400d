"""Where a call goes: names of models, base URLs, keys of the environment; and mock_response."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from support import ask, sent, text_of

import llmgate
from llmgate.testing import FakeProvider


@pytest.mark.parametrize(
    ("model", "wire", "provider"),
    [
        ("openai/gpt-4o", "gpt-4o", "openai"),
        ("openai:gpt-4o", "gpt-4o", "openai"),
        ("gpt-4o", "gpt-4o", "custom_openai"),
        ("together_ai/meta-llama/Llama-3", "meta-llama/Llama-3", "together"),
        ("ollama/llama3.2:3b", "llama3.2:3b", "ollama"),
        ("ollama:qwen3:8b", "qwen3:8b", "ollama"),
        ("openrouter/anthropic/claude-opus-4.7", "anthropic/claude-opus-4.7", "openrouter"),
        ("requesty/anthropic/claude-opus-4.7", "anthropic/claude-opus-4.7", "requesty"),
        ("nobody/knows:this", "nobody/knows:this", "custom_openai"),
    ],
)
def test_names_of_models_with_a_base_url(
    fake: FakeProvider, model: str, wire: str, provider: str
) -> None:
    response = ask(fake, model=model)
    assert (sent(fake)["model"], response.route[0].provider) == (wire, provider)


def test_a_bare_name_goes_to_its_vendor(
    fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
    response = llmgate.completion("gpt-4o-mini", "Hi", api_key="sk-test")
    assert response.route[0].provider == "openai"
    assert sent(fake)["model"] == "gpt-4o-mini"


def test_custom_llm_provider_names_the_provider(fake: FakeProvider) -> None:
    response = ask(fake, model="some/model", custom_llm_provider="groq")
    assert (response.route[0].provider, sent(fake)["model"]) == ("groq", "some/model")


@pytest.mark.parametrize("tail", ["", "/", "//", "/chat/completions", "/chat/completions/"])
@pytest.mark.parametrize("name", ["api_base", "base_url"])
def test_base_urls_in_all_their_spellings(fake: FakeProvider, name: str, tail: str) -> None:
    llmgate.completion("m", "Hi", **{name: fake.url + tail})
    assert fake.requests[0].path == "/v1/chat/completions"
    assert fake.requests[0].api_key is None


def test_keys_and_addresses_of_every_provider(
    fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERTEXAI_PROJECT", "p")
    for card in llmgate.providers():
        key = f"key-of-{card.name}"
        monkeypatch.setenv(card.base_variables[0], fake.url)
        for variable in [*card.key_variables, *card.token_variables]:
            header = "authorization" if variable in card.token_variables else card.key_header
            monkeypatch.setenv(variable, key)
            with contextlib.suppress(llmgate.NotFoundError):
                llmgate.completion(f"{card.name}/m", "Hi")
            assert fake.requests[-1].api_key == key, variable
            assert header in fake.requests[-1].headers, variable
            monkeypatch.delenv(variable)
        monkeypatch.delenv(card.base_variables[0])
    assert fake.count >= len(llmgate.providers())


def test_arguments_win_over_the_environment(
    fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    ask(fake, api_key="sk-of-the-call")
    assert fake.requests[0].api_key == "sk-of-the-call"


def test_the_environment_is_read_at_each_call(
    fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
    for key in ("sk-one-one", "sk-two-two"):
        monkeypatch.setenv("OPENAI_API_KEY", key)
        llmgate.completion("openai/m", "Hi")
        assert fake.requests[-1].api_key == key


def test_azure_sends_its_key_in_its_own_header(fake: FakeProvider) -> None:
    ask(fake, model="azure/gpt", api_key="azure-key")
    headers = fake.requests[0].headers
    assert fake.requests[0].api_key == "azure-key"
    assert "api-key" in headers
    assert "authorization" not in headers


def test_the_list_of_providers_is_usable() -> None:
    cards = {card.name: card for card in llmgate.providers()}
    assert cards["openai"].base_url == "https://api.openai.com/v1"
    assert cards["openai"].key_variable == "OPENAI_API_KEY"
    assert cards["azure"].base_url is None
    assert cards["ollama"].needs_key is False
    assert list(cards) == sorted(cards)
    assert all(card.source for card in cards.values())
    openai_shaped = [card for card in cards.values() if card.format == "openai.chat"]
    assert len(openai_shaped) >= 60


# --- mock_response ---------------------------------------------------------------------------

TOOL_CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def mocked(mock: Any, **more: Any) -> Any:
    return llmgate.completion("openai/gpt-4o", "Hi", mock_response=mock, **more)


def test_mock_text_needs_no_key_and_no_network() -> None:
    response = mocked("Hello!")
    assert (text_of(response), response.model) == ("Hello!", "gpt-4o")
    assert response.choices[0].finish_reason == "stop"


def test_mock_message_and_whole_answer() -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]}
    response = mocked(message)
    assert response.choices[0].message.tool_calls[0].function.name == "f"
    assert response.choices[0].finish_reason == "tool_calls"
    choice = {"index": 0, "message": {"content": "whole"}, "finish_reason": "length"}
    response = mocked({"id": "mine", "choices": [choice], "usage": {"total_tokens": 3}})
    assert (response.id, text_of(response)) == ("mine", "whole")
    assert (response.choices[0].finish_reason, response.usage.total_tokens) == ("length", 3)


def test_mock_exception_is_raised_as_it_is() -> None:
    error = llmgate.RateLimitError("slow down", provider="openai", retry_after=2.0)
    with pytest.raises(llmgate.RateLimitError) as caught:
        mocked(error)
    assert caught.value is error
    with pytest.raises(KeyError, match="mine"):
        mocked(KeyError("mine"), stream=True)


def test_mock_streams() -> None:
    stream = mocked("Hello!", stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert text == text_of(stream.response) == "Hello!"


def test_mock_for_asyncio() -> None:
    async def main() -> tuple[Any, str]:
        response = await llmgate.acompletion("openai/m", "Hi", mock_response="one")
        stream = await llmgate.acompletion("openai/m", "Hi", mock_response="two", stream=True)
        text = [c.choices[0].delta.content or "" async for c in stream if c.choices]
        with pytest.raises(ValueError, match="mine"):
            await llmgate.acompletion("openai/m", "Hi", mock_response=ValueError("mine"))
        return text_of(response), "".join(text)

    assert asyncio.run(main()) == ("one", "two")


def test_mock_still_checks_the_request() -> None:
    with pytest.raises(llmgate.BadRequestError) as caught:
        llmgate.completion("openai/m", [], mock_response="x")
    assert caught.value.json_path == "$.messages"
