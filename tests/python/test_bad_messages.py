"""Wrong messages: each is named with its place before anything is sent."""

from __future__ import annotations

import pathlib
import tempfile
import time
from typing import Any

import pytest
from support import ask

import llmgate
from llmgate.testing import FakeProvider

USER = {"role": "user", "content": "Hi"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
ASSISTANT = {"role": "assistant", "content": None, "tool_calls": [CALL]}


class Custom:
    """Not JSON."""


def cycle() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def image(url: Any) -> list[Any]:
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]


CONTENT = "$.messages[0].content"
URL = f"{CONTENT}[0].image_url.url"
MESSAGES = [
    # messages, path, what the error says of the value, what it says is accepted
    ([], "$.messages", "empty", "at least one"),
    (None, "$.messages", "null", "a string or a non-empty list"),
    (7, "$.messages", "7", "list of messages"),
    (USER, "$.messages", "an object", "list of messages"),
    ([7], "$.messages[0]", "7", "an object with"),
    (["Hi"], "$.messages[0]", '"Hi"', "an object with"),
    ([USER, {}], "$.messages[1].role", "nothing", '"user"'),
    ([{"role": "usr", "content": "x"}], "$.messages[0].role", '"usr"', '"user"'),
    ([{"role": ["user"], "content": "x"}], "$.messages[0].role", "a list of 1", '"user"'),
    ([{"role": "user"}], CONTENT, "nothing", "a string or a list"),
    ([{"role": "user", "content": None}], CONTENT, "null", "a string or a list"),
    ([{"role": "user", "content": 5}], CONTENT, "5", "a string or a list"),
    ([{"role": "user", "content": ["x"]}], CONTENT + "[0]", '"x"', "an object"),
    ([{"role": "user", "content": [{}]}], CONTENT + "[0].type", "nothing", '"text"'),
    (
        [{"role": "user", "content": [{"type": "text"}]}],
        CONTENT + "[0].text",
        "nothing",
        "a string",
    ),
    (image(None), URL, "null", "data:"),
    (image("/home/me/cat.png"), URL, "a string of 16 bytes", "data:"),
    (image("file:///cat.png"), URL, "a string of 15 bytes", "data:"),
    (image(pathlib.Path("cat.png")), URL, "PosixPath", "data:"),
    (image(b"\x89PNG"), URL, "bytes", "data:"),
    ([{"role": "user", "content": b"Hi"}], CONTENT, "bytes", "str"),
    ([{"role": "user", "content": {"Hi"}}], CONTENT, "set", "list"),
    ([{"role": "user", "content": Custom()}], CONTENT, "Custom", "str"),
    ([{"role": "user", "content": Custom}], CONTENT, "class", "str"),
    ([{"role": "user", "content": print}], CONTENT, "callable", "str"),
    ([{"role": "user", "content": cycle()}], CONTENT, "deeper than", "cycle"),
    ([{"role": "user", "content": nested(100_000)}], CONTENT, "deeper than", "cycle"),
    ([{1: "user"}], "$.messages[0]", "int", "str"),
    ((m for m in [USER]), "$.messages", "generator", "list"),
    (
        [USER, {"role": "tool", "content": "x"}],
        "$.messages[1].tool_call_id",
        "nothing",
        "tool call",
    ),
    (
        [USER, {"role": "tool", "tool_call_id": "c1", "content": "x"}],
        "$.messages[1].tool_call_id",
        '"c1"',
        "there is none",
    ),
    (
        [USER, ASSISTANT, {"role": "tool", "tool_call_id": "c2", "content": "x"}],
        "$.messages[2].tool_call_id",
        '"c2"',
        '"c1"',
    ),
    (
        [
            {
                "role": "assistant",
                "tool_calls": [{**CALL, "function": {"name": "f", "arguments": {}}}],
            }
        ],
        "$.messages[0].tool_calls[0].function.arguments",
        "an object",
        "a string",
    ),
]


def refused(fake: FakeProvider, *arguments: Any, **more: Any) -> Any:
    with pytest.raises(llmgate.BadRequestError) as caught:
        ask(fake, *arguments, **more)
    assert fake.count == 0
    return caught.value


@pytest.mark.parametrize(("messages", "path", "value", "accepted"), MESSAGES)
def test_wrong_messages(
    fake: FakeProvider, messages: Any, path: str, value: str, accepted: str
) -> None:
    error = refused(fake, messages)
    if "deeper" in value:
        assert error.json_path.startswith(path)
    else:
        assert error.json_path == path
    assert value in error.message
    assert accepted in error.message
    assert str(error) == f"{error.json_path}: {error.message}"
    assert (error.kind, error.status_code) == ("bad_request", 400)


def test_a_prompt_is_not_repeated_in_an_error(fake: FakeProvider) -> None:
    error = refused(fake, [{"role": "my secret prompt is this one", "content": "x"}])
    assert "secret" not in str(error)


def test_a_file_is_never_read(fake: FakeProvider) -> None:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.truncate(2 << 30)
        start = time.monotonic()
        for url in (file.name, f"file://{file.name}", pathlib.Path(file.name), file):
            assert refused(fake, image(url)).json_path == URL
        assert time.monotonic() - start < 1


def test_a_model_whose_dump_fails_is_named(fake: FakeProvider) -> None:
    class Broken:
        def model_dump(self, **_: Any) -> Any:
            raise OSError("disk on fire")

    error = refused(fake, [USER, Broken()])
    assert error.json_path == "$.messages[1]"
    assert "Broken" in error.message
