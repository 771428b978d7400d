"""What a failed call raises: classes, attributes, and never a key."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import sys
from types import ModuleType
from typing import Any

import pytest
from support import aask, ask, output_of

import llmgate
from llmgate.testing import FakeProvider, Reply

STATUSES = {
    400: llmgate.BadRequestError,
    401: llmgate.AuthenticationError,
    402: llmgate.QuotaExceededError,
    403: llmgate.PermissionDeniedError,
    404: llmgate.NotFoundError,
    408: llmgate.Timeout,
    409: llmgate.ConflictError,
    413: llmgate.RequestTooLargeError,
    418: llmgate.APIError,
    422: llmgate.UnprocessableEntityError,
    429: llmgate.RateLimitError,
    500: llmgate.InternalServerError,
    502: llmgate.BadGatewayError,
    503: llmgate.ServiceUnavailableError,
    504: llmgate.Timeout,
    529: llmgate.ServiceUnavailableError,
    599: llmgate.InternalServerError,
}
CODES = {
    (400, "context_length_exceeded"): llmgate.ContextWindowExceededError,
    (400, "content_filter"): llmgate.ContentPolicyViolationError,
    (429, "insufficient_quota"): llmgate.QuotaExceededError,
    (200, "rate_limit_exceeded"): llmgate.RateLimitError,
    (200, "server_is_overloaded"): llmgate.ServiceUnavailableError,
}


def failure(fake: FakeProvider, reply: Reply, **more: Any) -> Any:
    fake.script([reply])
    with pytest.raises(llmgate.APIError) as caught:
        ask(fake, **more)
    return caught.value


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_its_class(fake: FakeProvider, status: int) -> None:
    error = failure(fake, Reply.error(status, code="c", type="t", message="what happened"))
    assert type(error) is STATUSES[status]
    assert (error.status_code, error.code, error.type) == (status, "c", "t")
    assert (error.message, error.provider, error.model) == ("what happened", "openai", "m")
    assert error.llm_provider == "openai"
    assert str(error) == f"openai/m: {status} what happened (request req_fake00000001)"


@pytest.mark.parametrize(("status", "code"), CODES)
def test_codes_say_more_than_the_status(fake: FakeProvider, status: int, code: str) -> None:
    error = failure(fake, Reply(status=status, error_body={"code": code, "message": "x"}))
    assert type(error) is CODES[status, code]


def test_attributes_of_an_error(fake: FakeProvider) -> None:
    body = {"message": "m", "type": "t", "param": "messages[0]", "code": 17, "more": [1]}
    error = failure(fake, Reply(status=400, error_body=body, headers={"X-Region": "eu"}))
    assert (error.param, error.code, error.kind) == ("messages[0]", "17", "bad_request")
    assert error.request_id == "req_fake00000001"
    assert json.loads(error.body)["error"]["more"] == [1]
    assert error.response.status_code == 400
    assert error.response.headers["x-region"] == "eu"
    assert error.json_path is error.timeout_phase is error.retry_after is None
    assert error.partial_response is None
    (attempt,) = error.route
    assert (attempt.status, attempt.outcome) == (400, "bad_request")
    assert attempt.why == "first; stopped: not retryable"
    assert {entry.path for entry in error.dispositions} == {"$.model", "$.messages"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        (
            {
                "date": "Sun, 06 Nov 1994 08:49:37 GMT",
                "retry-after": "Sun, 06 Nov 1994 08:50:37 GMT",
            },
            60.0,
        ),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({}, None),
    ],
)
def test_retry_after(fake: FakeProvider, headers: Any, seconds: float | None) -> None:
    error = failure(fake, Reply.error(429, headers=headers))
    assert error.retry_after == seconds


def test_a_long_body_is_shortened(fake: FakeProvider) -> None:
    body = "\u00e4".encode() * 1_000_000
    error = failure(fake, Reply(status=500, body=body, content_type="text/plain"))
    assert len(error.body.encode()) <= 4096
    assert len(str(error)) < 500
    assert set(error.body) == {"\u00e4"}


def test_the_async_call_raises_the_same(fake: FakeProvider) -> None:
    fake.script([Reply.error(429, retry_after=3)])

    async def main() -> llmgate.APIError:
        with pytest.raises(llmgate.RateLimitError) as caught:
            await aask(fake)
        return caught.value

    error = asyncio.run(main())
    assert error.retry_after == 3.0
    assert error.route[0].status == 429


# --- openai's classes, and pickles -----------------------------------------------------------

OPENAI_TREE = """
class OpenAIError(Exception): pass
class APIError(OpenAIError):
    def __init__(self, message, request, *, body): raise AssertionError("nobody calls this")
class APIConnectionError(APIError): pass
class APITimeoutError(APIConnectionError): pass
class APIResponseValidationError(APIError): pass
class APIStatusError(APIError): pass
class BadRequestError(APIStatusError): pass
class AuthenticationError(APIStatusError): pass
class PermissionDeniedError(APIStatusError): pass
class NotFoundError(APIStatusError): pass
class ConflictError(APIStatusError): pass
class UnprocessableEntityError(APIStatusError): pass
class RateLimitError(APIStatusError): pass
class InternalServerError(APIStatusError): pass
"""


@pytest.fixture
def openai(monkeypatch: pytest.MonkeyPatch) -> Any:
    module = ModuleType("openai")
    exec(OPENAI_TREE, module.__dict__)
    monkeypatch.setitem(sys.modules, "openai", module)
    return module


@pytest.mark.parametrize(
    ("status", "twin"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (413, "APIError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (402, "RateLimitError"),
        (503, "InternalServerError"),
        (504, "APITimeoutError"),
    ],
)
def test_openais_handlers_catch_ours(
    fake: FakeProvider, openai: Any, status: int, twin: str
) -> None:
    fake.script([Reply.error(status)])
    with pytest.raises(getattr(openai, twin)) as caught:
        ask(fake)
    error = caught.value
    assert isinstance(error, STATUSES[status])
    assert type(error).__name__ == STATUSES[status].__name__
    assert error.status_code == status
    twin_again = pickle.loads(pickle.dumps(error))
    assert (type(twin_again), str(twin_again)) == (type(error), str(error))


def test_openais_connection_errors(openai: Any) -> None:
    with pytest.raises(openai.APIConnectionError):
        llmgate.completion("m", "Hi", api_base="http://127.0.0.1:1/v1")


def test_a_pickle_may_be_read_where_openai_is_not(fake: FakeProvider, openai: Any) -> None:
    data = pickle.dumps(failure(fake, Reply.error(429, retry_after=1)))
    script = """
        import pickle, sys
        error = pickle.loads(bytes.fromhex(sys.argv[1]))
        print(type(error).__module__, type(error).__name__, error.retry_after, error)
        print("openai" in sys.modules)
    """
    first, second = output_of(script, data.hex()).splitlines()
    assert first.endswith("RateLimitError 1.0 " + str(pickle.loads(data)))
    assert second == "False"


def test_openai_is_never_imported(fake: FakeProvider) -> None:
    script = """
        import sys, llmgate
        try:
            llmgate.completion("m", "Hi", api_base=sys.argv[1])
        except llmgate.RateLimitError as error:
            print(type(error).__mro__[1].__name__, "openai" in sys.modules)
    """
    fake.script([Reply.error(429)])
    assert output_of(script, fake.url) == "APIError False\n"


def test_real_openais_handlers(fake: FakeProvider) -> None:
    pytest.importorskip("openai")
    script = """
        import sys, openai, llmgate
        try:
            llmgate.completion("m", "Hi", api_base=sys.argv[1])
        except openai.RateLimitError as error:
            print(error.status_code, error.code)
    """
    fake.script([Reply.error(429)])
    assert output_of(script, fake.url) == "429 rate_limit_exceeded\n"


@pytest.mark.parametrize(
    "twin", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_copies_of_errors_say_the_same(fake: FakeProvider, twin: Any) -> None:
    error = failure(fake, Reply.error(429, retry_after=1, message="slow \u00e4"))
    again = twin(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    for name in ("message", "status_code", "code", "retry_after", "body", "request_id", "kind"):
        assert getattr(again, name) == getattr(error, name)


def test_errors_can_be_made_by_hand() -> None:
    error = llmgate.RateLimitError("slow", provider="openai", model="m", retry_after=1.5)
    assert (str(error), error.retry_after) == ("openai/m: slow", 1.5)
    with pytest.raises(TypeError, match="colour"):
        llmgate.RateLimitError("slow", colour="red")
