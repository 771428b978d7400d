"""The types of ``completion()``'s arguments, for type checkers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict

from llmgate._budget import Budget
from llmgate._views import Message

# One message of a conversation: a dict in OpenAI's shape, or a message of an earlier answer.
MessageLike = Mapping[str, Any] | Message | Any


class Timeouts(TypedDict, total=False):
    """Limits in seconds."""

    connect: float
    first_token: float
    idle: float
    total: float


class CompletionArguments(TypedDict, total=False):
    """Keyword arguments of :func:`llmgate.completion`; others go into ``extra_body``."""

    audio: Mapping[str, Any] | None
    frequency_penalty: float | None
    function_call: str | Mapping[str, Any] | None
    functions: Sequence[Mapping[str, Any]] | None
    logit_bias: Mapping[str, float] | None
    logprobs: bool | None
    max_completion_tokens: int | None
    max_tokens: int | None
    modalities: Sequence[str] | None
    n: int | None
    parallel_tool_calls: bool | None
    prediction: Mapping[str, Any] | None
    presence_penalty: float | None
    prompt_cache_key: str | None
    prompt_cache_retention: str | None
    reasoning: Mapping[str, Any] | None
    reasoning_effort: str | None
    response_format: Mapping[str, Any] | type | None
    safety_identifier: str | None
    seed: int | None
    service_tier: str | None
    stop: str | Sequence[str] | None
    store: bool | None
    stream_options: Mapping[str, Any] | None
    temperature: float | None
    thinking: Mapping[str, Any] | None
    tool_choice: str | Mapping[str, Any] | None
    tools: Sequence[Mapping[str, Any]] | None
    top_k: int | None
    top_logprobs: int | None
    top_p: float | None
    user: str | None
    verbosity: str | None
    web_search_options: Mapping[str, Any] | None

    api_base: str | None
    api_key: str | None
    api_version: str | None
    aws_region_name: str | None
    azure_ad_token: str | None
    base_url: str | None
    cache: Mapping[str, Any] | None
    caching: bool | None
    budget: Budget | Sequence[Budget] | None
    custom_llm_provider: str | None
    deadline: float | None
    drop_params: bool | None
    extra_body: Mapping[str, Any] | None
    extra_headers: Mapping[str, str] | None
    headers: Mapping[str, str] | None
    keep_raw: bool | None
    max_cost: float | Decimal | str | None
    max_retries: int | None
    merge: bool | None
    metadata: Mapping[str, Any] | None
    mock_response: str | Mapping[str, Any] | BaseException | None
    num_retries: int | None
    strict: bool | None
    timeout: float | Timeouts | Any | None
    vertex_ai_location: str | None
    vertex_ai_project: str | None
    vertex_location: str | None
    vertex_project: str | None
