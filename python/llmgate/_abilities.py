"""Questions about what a model can do, in LiteLLM's names."""

from __future__ import annotations

from llmgate._models import facts_of


def supports(ability: str, model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the table says that a model has an ability. False where nothing is said."""
    facts = facts_of(model, custom_llm_provider)
    return facts is not None and ability in facts["can"]


def supports_system_messages(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model takes system messages, as far as is known."""
    return supports("system_messages", model, custom_llm_provider)


def supports_web_search(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model searches the web, as far as is known."""
    return supports("web_search", model, custom_llm_provider)


def supports_url_context(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model reads pages by their URL, as far as is known."""
    return supports("url_context", model, custom_llm_provider)


def supports_native_streaming(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model streams by itself, as far as is known."""
    return supports("native_streaming", model, custom_llm_provider)


def supports_response_schema(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model keeps to a JSON schema, as far as is known."""
    return supports("response_schema", model, custom_llm_provider)


def supports_parallel_function_calling(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model calls several functions at once, as far as is known."""
    return supports("parallel_function_calling", model, custom_llm_provider)


def supports_function_calling(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model calls functions, as far as is known."""
    return supports("function_calling", model, custom_llm_provider)


def supports_tool_choice(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model takes ``tool_choice``, as far as is known."""
    return supports("tool_choice", model, custom_llm_provider)


def supports_audio_input(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model takes audio, as far as is known."""
    return supports("audio_input", model, custom_llm_provider)


def supports_audio_output(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model speaks, as far as is known."""
    return supports("audio_output", model, custom_llm_provider)


def supports_pdf_input(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model takes PDF files, as far as is known."""
    return supports("pdf_input", model, custom_llm_provider)


def supports_prompt_caching(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model keeps prompts in a cache, as far as is known."""
    return supports("prompt_caching", model, custom_llm_provider)


def supports_computer_use(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model uses a computer, as far as is known."""
    return supports("computer_use", model, custom_llm_provider)


def supports_vision(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model takes images, as far as is known."""
    return supports("vision", model, custom_llm_provider)


def supports_reasoning(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model reasons before it answers, as far as is known."""
    return supports("reasoning", model, custom_llm_provider)


def supports_native_structured_output(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model has structured output of its own, as far as is known."""
    return supports("native_structured_output", model, custom_llm_provider)


def supports_embedding_image_input(model: str, custom_llm_provider: str | None = None) -> bool:
    """Whether the model makes embeddings of images, as far as is known."""
    return supports("embedding_image_input", model, custom_llm_provider)
