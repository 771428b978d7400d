"""From a failure in the core to the exception that is raised.

Where ``openai`` is imported, the exception is also one of its classes: handlers written for it go
on working. It is never imported here.
"""

from __future__ import annotations

import sys

from llmgate import _errors
from llmgate._errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    Timeout,
    UnprocessableEntityError,
)
from llmgate._node import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmgate import _core

# Which class of openai's an exception is also one of. Subclasses inherit their parent's.
_OPENAI_TWINS = {
    BadRequestError: "BadRequestError",
    AuthenticationError: "AuthenticationError",
    PermissionDeniedError: "PermissionDeniedError",
    NotFoundError: "NotFoundError",
    ConflictError: "ConflictError",
    UnprocessableEntityError: "UnprocessableEntityError",
    RateLimitError: "RateLimitError",
    InternalServerError: "InternalServerError",
    Timeout: "APITimeoutError",
    APIConnectionError: "APIConnectionError",
    APIResponseValidationError: "APIResponseValidationError",
    APIError: "APIError",
}
_combined: dict[tuple[type, type], type[APIError]] = {}


def _raised_class(cls: type[APIError]) -> type[APIError]:
    openai = sys.modules.get("openai")
    if openai is None:
        return cls
    twin_name = next(_OPENAI_TWINS[base] for base in cls.__mro__ if base in _OPENAI_TWINS)
    twin = getattr(openai, twin_name, None)
    if not isinstance(twin, type) or issubclass(cls, twin):
        return cls
    if (cls, twin) not in _combined:
        fields = {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
        _combined[cls, twin] = type(cls.__name__, (cls, twin), {**fields, "__doc__": cls.__doc__})
    return _combined[cls, twin]


def from_core(name: str, fields: dict[str, Any], completion: _core.Completion | None) -> APIError:
    """The exception for a failure in the core, made without anybody's ``__init__``."""
    cls = _raised_class(getattr(_errors, name))
    error = cls.__new__(cls, fields["message"])
    error.__dict__.update(fields)
    error._completion = completion
    if completion is not None:
        beside = completion.beside()
        if beside.status:
            error.response = Node(status_code=beside.status, headers=dict(beside.headers))
    return error
