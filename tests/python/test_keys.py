"""A key never leaves in an error, wherever a server repeats it."""

from __future__ import annotations

import json
import pickle
import traceback

import pytest
from support import ask

import llmgate
from llmgate.testing import FakeProvider, Reply

CANARY = "canary-0123456789-QWERTY-asdfgh"


def traces_of(error: BaseException) -> str:
    """Everything of an error that ends up in a log."""
    formatted = traceback.TracebackException.from_exception(error).format()
    return "\n".join(
        [str(error), repr(error), repr(error.args), repr(vars(error)), *formatted]
    ) + pickle.dumps(error).decode("latin-1")


PLACES = {
    "message": Reply.error(401, message=f"Incorrect API key: {CANARY}."),
    "code": Reply.error(401, code=CANARY),
    "type": Reply.error(401, type=CANARY),
    "param": Reply(status=401, error_body={"param": f"key={CANARY}"}),
    "body": Reply(status=401, error_body={"echo": {"authorization": f"Bearer {CANARY}"}}),
    "escaped": Reply(
        status=401, body=json.dumps({"error": {"message": CANARY}}).replace("-", "\\u002d").encode()
    ),
    "text": Reply(status=500, body=f"<html>{CANARY}</html>".encode(), content_type="text/html"),
    "headers": Reply.error(401, headers={"x-echo": CANARY, "x-request-id": CANARY}),
    "cut at 200": Reply(status=500, body=b"x" * 185 + CANARY.encode(), content_type="text/html"),
    "cut at 4096": Reply(status=500, body=b"x" * 4080 + CANARY.encode(), content_type="text/html"),
    "not json": Reply(body=f"<html>{CANARY}".encode()),
    "event": Reply(pieces=[b'data: {"error":{"message":"' + CANARY.encode() + b'"}}\n\n']),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("stream", [False, True])
def test_a_key_that_the_server_echoes_is_not_shown(
    fake: FakeProvider, place: str, stream: bool
) -> None:
    fake.script([PLACES[place]])
    with pytest.raises(llmgate.APIError) as caught:
        list(ask(fake, api_key=CANARY, stream=stream))
    assert fake.requests[0].api_key == CANARY
    # A beginning of the key is a leak, too.
    shown = traces_of(caught.value)
    assert [n for n in range(8, len(CANARY) + 1) if CANARY[:n] in shown] == []


def test_a_key_in_a_header_of_the_caller_is_not_shown(fake: FakeProvider) -> None:
    fake.script([Reply.error(401, message=f"Incorrect key {CANARY}")])
    with pytest.raises(llmgate.APIError) as caught:
        ask(fake, extra_headers={"X-API-Key": CANARY})
    assert CANARY not in traces_of(caught.value)


def test_a_key_with_a_line_break_is_not_shown(fake: FakeProvider) -> None:
    with pytest.raises(llmgate.BadRequestError) as caught:
        ask(fake, api_key=CANARY + "\r\nx-more: 1")
    assert caught.value.json_path == "$.api_key"
    assert CANARY not in traces_of(caught.value)
    assert fake.count == 0
