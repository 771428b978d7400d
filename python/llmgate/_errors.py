"""The exceptions that a call raises.

::

    LLMGateError
    └── APIError                          any failure of a call
        ├── BadRequestError               400, or refused before sending: see json_path
        │   ├── UnsupportedParamsError    strict=True: a field would be dropped or is unknown
        │   ├── ContextWindowExceededError
        │   └── ContentPolicyViolationError
        ├── AuthenticationError           401, or no key
        ├── PermissionDeniedError         403
        ├── NotFoundError                 404
        ├── ConflictError                 409
        ├── RequestTooLargeError          413
        ├── UnprocessableEntityError      422
        ├── RateLimitError                429: pace
        │   └── QuotaExceededError        402, 429: money
        ├── BudgetExceededError           a budget of your own has no room; nothing was sent
        ├── InternalServerError           500
        │   ├── BadGatewayError           502
        │   └── ServiceUnavailableError   503, 529
        ├── APIConnectionError            no connection; nothing was sent
        │   ├── ConnectionLostError       lost after sending
        │   └── StreamInterruptedError    a stream was cut: see partial_response
        ├── Timeout                       see timeout_phase
        ├── APIResponseValidationError    not what the format promises
        │   └── JSONSchemaValidationError the content does not fit the class asked for
        ├── CallCancelledError
        ├── EngineShutdownError           the interpreter exits, or this is a fork of the caller
        └── InternalError                 a fault of llmgate itself

Where ``openai`` is imported, an exception is also one of its classes, so handlers written for it go
on working. It is never imported here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmgate import _core
    from llmgate._views import ModelResponse

_FIELDS = (
    "kind",
    "json_path",
    "provider",
    "model",
    "status_code",
    "code",
    "type",
    "param",
    "request_id",
    "body",
    "timeout_phase",
    "retry_after",
)


class LLMGateError(Exception):
    """The root of everything that llmgate raises."""


class APIError(LLMGateError):
    """A call failed.

    Attributes:
        message: what went wrong, without keys and prompt text.
        kind: the kind of failure, such as ``"rate_limit"``: one of a closed list.
        json_path: where in the request the fault lies (``$.messages[0].role``), if it was found
            before sending.
        provider, model: who was asked. ``llm_provider`` is the same as ``provider``.
        status_code: the HTTP status, or what stands for the kind; None where there is none.
        code, type, param: the provider's own words.
        request_id: the provider's id of the exchange.
        retry_after: seconds after which the server wants to be asked again.
        body: the provider's error body, redacted, at most 4,096 bytes.
        timeout_phase: ``connect``, ``first_token``, ``idle`` or ``total``.
        response: ``status_code`` and ``headers`` of the answer; None if none came.
    """

    message: str
    kind: str | None = None
    json_path: str | None = None
    provider: str | None = None
    model: str | None = None
    status_code: int | None = None
    code: str | None = None
    type: str | None = None
    param: str | None = None
    request_id: str | None = None
    body: str | None = None
    timeout_phase: str | None = None
    retry_after: float | None = None
    response: Any = None
    request: Any = None
    _completion: _core.Completion | None = None

    def __init__(self, message: str, **fields: Any) -> None:
        Exception.__init__(self, message)
        self.message = message
        for name in fields:
            if name not in _FIELDS:
                raise TypeError(f"{name!r} is no field of an error; known: {', '.join(_FIELDS)}")
        self.__dict__.update(fields)

    @property
    def llm_provider(self) -> str | None:
        """The provider, under the name that LiteLLM's users know."""
        return self.provider

    @property
    def partial_response(self) -> ModelResponse | None:
        """What had arrived of a stream before it failed; None if nothing had."""
        if self._completion is None or not self._completion.has_turn:
            return None
        from llmgate._views import ModelResponse

        return ModelResponse(self._completion)

    @property
    def route(self) -> list[Any]:
        """The attempts that were made, as on a response; empty if nothing was sent."""
        return [] if self._completion is None else list(self._completion.beside().route)

    @property
    def dispositions(self) -> list[Any]:
        """What became of each field of the request; empty if it was refused before rendering."""
        return [] if self._completion is None else list(self._completion.beside().dispositions)

    def __str__(self) -> str:
        if self.json_path:
            return f"{self.json_path}: {self.message}"
        target = "/".join(part for part in (self.provider, self.model) if part)
        has_status = self.response is not None and self.status_code is not None
        status = f"{self.status_code} " if has_status else ""
        text = f"{target}: {status}{self.message}" if target else self.message
        return f"{text} (request {self.request_id})" if self.request_id else text

    def __reduce__(self) -> Any:
        from llmgate._raising import from_core

        fields = {name: getattr(self, name) for name in _FIELDS}
        name = next(cls.__name__ for cls in type(self).__mro__ if cls.__module__ == "llmgate")
        arguments = (name, {"message": self.message, **fields}, None)
        return from_core, arguments, {"response": self.response}


class BadRequestError(APIError):
    """The request is wrong: refused by the provider (400), or here before it was sent."""


class UnsupportedParamsError(BadRequestError):
    """``strict=True``, and a field would have been dropped or changed, or is unknown."""


class ContextWindowExceededError(BadRequestError):
    """The prompt does not fit the model's context window."""


class ContentPolicyViolationError(BadRequestError):
    """The provider's content filter refused the request."""


class AuthenticationError(APIError):
    """The key is missing or wrong (401)."""


class PermissionDeniedError(APIError):
    """The key may not do this (403)."""


class NotFoundError(APIError):
    """The model or the address does not exist (404)."""


class ConflictError(APIError):
    """The request conflicts with another one (409)."""


class RequestTooLargeError(APIError):
    """The request has more bytes than the server takes (413)."""


class UnprocessableEntityError(APIError):
    """The provider understood the request and refuses it (422)."""


class RateLimitError(APIError):
    """Too many requests or tokens for now (429); ``retry_after`` may say when to come again."""


class QuotaExceededError(RateLimitError):
    """The account's money or quota is used up: waiting does not help."""


class BudgetExceededError(APIError):
    """A budget of your own has no room for the call: see :func:`llmgate.budget`. Nothing was sent.

    The message says whose budget, how much is needed, spent and reserved, and when it refills;
    ``retry_after`` has the seconds until then.
    """

    def _figure(self, name: str) -> Any:
        import json

        return json.loads(self.body).get(name) if self.body else None

    @property
    def budget(self) -> str | None:
        """The budget's name."""
        name: str | None = self._figure("budget")
        return name

    @property
    def max_budget(self) -> float | None:
        """The limit in US dollars; None where there is none in money."""
        limit = self._figure("max_budget")
        return None if limit is None else float(limit)

    @property
    def current_cost(self) -> float | None:
        """US dollars spent in the running window."""
        spent = self._figure("current_cost")
        return None if spent is None else float(spent)

    @property
    def until(self) -> str | None:
        """When something is left again, in UTC; None: never by itself."""
        until: str | None = self._figure("until")
        return until


class InternalServerError(APIError):
    """The provider failed (500)."""


class BadGatewayError(InternalServerError):
    """Something between here and the provider failed (502)."""


class ServiceUnavailableError(InternalServerError):
    """The provider is overloaded or down (503, 529)."""


class APIConnectionError(APIError):
    """No connection to the provider; the request was not sent."""


class ConnectionLostError(APIConnectionError):
    """The connection was lost after the request was sent: it may have been billed."""


class StreamInterruptedError(APIConnectionError):
    """A stream ended before its end; ``partial_response`` holds what had arrived."""


class Timeout(APIError):  # noqa: N818 - the name that users of LiteLLM and OpenAI know
    """A time limit passed; ``timeout_phase`` says which."""


class APIResponseValidationError(APIError):
    """The answer is not what the provider's format promises."""


class JSONSchemaValidationError(APIResponseValidationError):
    """The content does not fit the class given as ``response_format``."""


class CallCancelledError(APIError):
    """The call was cancelled."""


class EngineShutdownError(APIError):
    """The interpreter is exiting, or this process was forked while the call was under way."""


class InternalError(APIError):
    """A fault of llmgate itself; please report it."""
