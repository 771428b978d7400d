"""LiteLLM's own translation of a request, from and to Python objects: the functions that its calls
and its proxy's endpoints go through, without what surrounds them.
"""

from typing import Any

from litellm.google_genai.adapters.transformation import GoogleGenAIAdapter
from litellm.llms.anthropic.chat.transformation import AnthropicConfig
from litellm.llms.anthropic.pass_through.adapters.transformation import (
    LiteLLMAnthropicMessagesAdapter,
)
from litellm.llms.gemini.chat.transformation import GoogleAIStudioGeminiConfig
from litellm.llms.vertex_ai.gemini.transformation import transform_request_body

Json = dict[str, Any]

# What its transformers take by itself; everything else of a request is a parameter.
_APART = ("model", "messages")
_GEMINI_MODEL = "gemini-2.5-pro"
_ANTHROPIC_MODEL = "claude-sonnet-4-5"


def _parameters(config: Any, request: Json, model: str) -> Json:
    given = {name: value for name, value in request.items() if name not in _APART}
    mapped: Json = config.map_openai_params(given, {}, model, drop_params=False)
    return mapped


def _to_anthropic(request: Json) -> Any:
    config = AnthropicConfig()
    parameters = _parameters(config, request, _ANTHROPIC_MODEL)
    return config.transform_request(_ANTHROPIC_MODEL, request["messages"], parameters, {}, {})


def _to_gemini(request: Json) -> Any:
    parameters = _parameters(GoogleAIStudioGeminiConfig(), request, _GEMINI_MODEL)
    return transform_request_body(
        messages=request["messages"],
        model=_GEMINI_MODEL,
        optional_params=parameters,
        custom_llm_provider="gemini",
        litellm_params={},
        cached_content=None,
    )


def _from_anthropic(request: Json) -> Json:
    translated, _ = LiteLLMAnthropicMessagesAdapter().translate_anthropic_to_openai(request)
    return translated


def _from_gemini(request: Json) -> Json:
    return GoogleGenAIAdapter().translate_generate_content_to_completion(
        model=_GEMINI_MODEL,
        contents=request["contents"],
        config=request["generationConfig"],
        systemInstruction=request["systemInstruction"],
        tools=request["tools"],
        toolConfig=request["toolConfig"],
    )


_READERS = {"anthropic": _from_anthropic, "gemini": _from_gemini}
_WRITERS = {"anthropic": _to_anthropic, "gemini": _to_gemini}


def translate(source: str, to: str, request: Json) -> Any:
    canonical = _READERS[source](request) if source in _READERS else request
    return _WRITERS[to](canonical) if to in _WRITERS else canonical
