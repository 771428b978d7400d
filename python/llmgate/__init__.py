"""llmgate: the LLM gateway that lives inside the process.

>>> import llmgate
>>> llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello!").choices[0].message.content
'Hello!'
"""

from __future__ import annotations

import atexit
import os
import sys

from llmgate import _bridge, _core, _raising, _views
from llmgate._abilities import (
    supports_audio_input,
    supports_audio_output,
    supports_computer_use,
    supports_embedding_image_input,
    supports_function_calling,
    supports_native_streaming,
    supports_native_structured_output,
    supports_parallel_function_calling,
    supports_pdf_input,
    supports_prompt_caching,
    supports_reasoning,
    supports_response_schema,
    supports_system_messages,
    supports_tool_choice,
    supports_url_context,
    supports_vision,
    supports_web_search,
)
from llmgate._budget import Budget, budget
from llmgate._cache import (
    Cache,
    current_cache,
    disable_cache,
    enable_cache,
    set_cache,
    update_cache,
)
from llmgate._client import AsyncClient, Client
from llmgate._completion import acompletion, completion
from llmgate._core import __version__
from llmgate._cost import Cost
from llmgate._costs import completion_cost, cost_per_token, estimate_cost, get_cost
from llmgate._errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    AuthenticationError,
    BadGatewayError,
    BadRequestError,
    BudgetExceededError,
    CallCancelledError,
    ConflictError,
    ConnectionLostError,
    ContentPolicyViolationError,
    ContextWindowExceededError,
    EngineShutdownError,
    InternalError,
    InternalServerError,
    JSONSchemaValidationError,
    LLMGateError,
    NotFoundError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    RequestTooLargeError,
    ServiceUnavailableError,
    StreamInterruptedError,
    Timeout,
    UnprocessableEntityError,
    UnsupportedParamsError,
)
from llmgate._facts import Provider, providers, stream_chunk_builder
from llmgate._ledger import disable_ledger, enable_ledger
from llmgate._models import (
    ModelCost,
    get_max_tokens,
    get_model_info,
    model_cost,
    register_model,
    set_price_changes,
)
from llmgate._node import Node
from llmgate._recording import Recording, Replay, record, replay
from llmgate._router import Router
from llmgate._router_config import Converted
from llmgate._router_simulation import Chaos, SimulatedDeployment, Simulation
from llmgate._router_status import RouterStatus
from llmgate._streams import AsyncStream, Stream
from llmgate._tokens import (
    TokenCount,
    TokenStream,
    add_vocabulary,
    count,
    decode,
    encode,
    encoding_for_model,
    fits,
    learn_token_usage,
    token_counter,
)
from llmgate._trimming import trim_messages
from llmgate._usage import UsageTable, reset_usage, usage
from llmgate._views import (
    Choice,
    Delta,
    Function,
    Message,
    ModelResponse,
    ModelResponseStream,
    StreamingChoice,
    ToolCall,
    Usage,
)
from llmgate._warnings import LLMGateWarning

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "AsyncClient",
    "AsyncStream",
    "AuthenticationError",
    "BadGatewayError",
    "BadRequestError",
    "Budget",
    "BudgetExceededError",
    "Cache",
    "CallCancelledError",
    "Chaos",
    "Choice",
    "Client",
    "ConflictError",
    "ConnectionLostError",
    "ContentPolicyViolationError",
    "ContextWindowExceededError",
    "Converted",
    "Cost",
    "Delta",
    "EngineShutdownError",
    "Function",
    "InternalError",
    "InternalServerError",
    "JSONSchemaValidationError",
    "LLMGateError",
    "LLMGateWarning",
    "Message",
    "ModelCost",
    "ModelResponse",
    "ModelResponseStream",
    "Node",
    "NotFoundError",
    "PermissionDeniedError",
    "Provider",
    "QuotaExceededError",
    "RateLimitError",
    "Recording",
    "Replay",
    "RequestTooLargeError",
    "Router",
    "RouterStatus",
    "ServiceUnavailableError",
    "SimulatedDeployment",
    "Simulation",
    "Stream",
    "StreamInterruptedError",
    "StreamingChoice",
    "Timeout",
    "TokenCount",
    "TokenStream",
    "ToolCall",
    "UnprocessableEntityError",
    "UnsupportedParamsError",
    "Usage",
    "UsageTable",
    "__version__",
    "acompletion",
    "add_vocabulary",
    "budget",
    "completion",
    "completion_cost",
    "cost_per_token",
    "count",
    "decode",
    "disable_cache",
    "disable_ledger",
    "enable_cache",
    "enable_ledger",
    "encode",
    "encoding_for_model",
    "estimate_cost",
    "fits",
    "get_cost",
    "get_max_tokens",
    "get_model_info",
    "learn_token_usage",
    "model_cost",
    "providers",
    "record",
    "register_model",
    "replay",
    "reset_usage",
    "set_price_changes",
    "stream_chunk_builder",
    "supports_audio_input",
    "supports_audio_output",
    "supports_computer_use",
    "supports_embedding_image_input",
    "supports_function_calling",
    "supports_native_streaming",
    "supports_native_structured_output",
    "supports_parallel_function_calling",
    "supports_pdf_input",
    "supports_prompt_caching",
    "supports_reasoning",
    "supports_response_schema",
    "supports_system_messages",
    "supports_tool_choice",
    "supports_url_context",
    "supports_vision",
    "supports_web_search",
    "token_counter",
    "trim_messages",
    "update_cache",
    "usage",
]

# What is public is named by where it is public: in tracebacks, reprs and pickles.
for _name in __all__:
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = __name__
del _name


class _Package(type(sys)):  # type: ignore[misc]
    """The package itself, whose ``cache`` is what calls use the moment it is set."""

    @property
    def cache(self) -> Cache | None:
        return _current_cache()

    @cache.setter
    def cache(self, cache: Cache | None) -> None:
        _set_cache(cache)


_current_cache, _set_cache = current_cache, set_cache
del current_cache, set_cache
sys.modules[__name__].__class__ = _Package

_core.set_up(_views.CLASSES, _raising.from_core, _views.RESERVED_NAMES)
atexit.register(_core.shut_down)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_core.before_fork,
        after_in_parent=_core.after_fork,
        after_in_child=_core.after_fork,
    )
    os.register_at_fork(
        before=_core.lock_caches,
        after_in_parent=_core.unlock_caches,
        after_in_child=_core.unlock_caches,
    )
    os.register_at_fork(before=_core.pause_tiers, after_in_parent=_core.resume_tiers)
    os.register_at_fork(after_in_child=_bridge.abandon_after_fork)
