"""Which kind of error an error body is: a small table of our own, from what providers sent."""

from __future__ import annotations

import json
from typing import Any

_BY_STATUS = {
    400: "bad_request",
    401: "authentication",
    402: "quota_exceeded",
    403: "permission_denied",
    404: "not_found",
    408: "timeout",
    409: "conflict",
    413: "request_too_large",
    422: "unprocessable",
    429: "rate_limit",
    500: "internal_server",
    502: "bad_gateway",
    503: "service_unavailable",
    529: "service_unavailable",
}

# A code or a type decides before any text does.
_BY_CODE = {
    "context_length_exceeded": "context_window_exceeded",
    "too_many_prompt_tokens": "context_window_exceeded",
    "exceed_context_size_error": "context_window_exceeded",
    "content_filter": "content_policy_violation",
    "content_policy_violation": "content_policy_violation",
    "insufficient_quota": "quota_exceeded",
    "model_not_found": "not_found",
    "model_decommissioned": "not_found",
    "prompt_blocked": "content_policy_violation",
}

# Sentences, in lower case, that only one status may carry: a number or a word inside an error of
# another status says nothing.
_BY_TEXT = (
    (400, "maximum context length is", "context_window_exceeded"),
    (400, "exceeded max context length", "context_window_exceeded"),
    (400, "prompt is too long", "context_window_exceeded"),
    (400, "exceeds the available context size", "context_window_exceeded"),
    (400, "maximum prompt length is", "context_window_exceeded"),
    (400, "too large for model with", "context_window_exceeded"),
    (400, "exceeds the maximum number of tokens", "context_window_exceeded"),
    (400, "api key not valid", "authentication"),
    (403, "content violates usage guidelines", "content_policy_violation"),
)


def expected_kind(error: dict[str, Any]) -> str:
    """The kind of an error as `simple_reader` read it."""
    for name in (error["code"], error["type"]):
        if isinstance(name, str) and name in _BY_CODE:
            return _BY_CODE[name]
    text = json.dumps(error["body"]).lower()
    for status, sentence, kind in _BY_TEXT:
        if error["status"] == status and sentence in text:
            return kind
    return _BY_STATUS.get(error["status"], "api")
