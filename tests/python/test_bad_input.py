"""Wrong arguments: each is named before anything is sent."""

from __future__ import annotations

import asyncio
import pathlib
from typing import Any

import pytest
from support import aask, ask, sent
from test_bad_messages import Custom, refused

import llmgate
from llmgate.testing import FakeProvider


def tool(**function: Any) -> dict[str, Any]:
    return {"tools": [{"type": "function", "function": function}]}


def schema(**members: Any) -> dict[str, Any]:
    return {
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": members}}
    }


ARGUMENTS = [
    ({"temperature": "hot"}, "$.temperature", '"hot"', "a number"),
    ({"temperature": float("nan")}, "$.temperature", "NaN", "a finite number"),
    ({"top_p": float("-inf")}, "$.top_p", "infinite", "a finite number"),
    ({"temperature": True}, "$.temperature", "true", "a number"),
    ({"max_tokens": 1.5}, "$.max_tokens", "1.5", "an integer"),
    ({"n": 0}, "$.n", "0", "1 or more"),
    ({"n": "2"}, "$.n", '"2"', "an integer"),
    ({"stop": 5}, "$.stop", "5", "a string or a list"),
    ({"logit_bias": [1]}, "$.logit_bias", "a list", "an object"),
    ({"tools": {"type": "function"}}, "$.tools", "an object", "a list"),
    ({"tools": [print]}, "$.tools[0]", "callable", "dict"),
    ({"tools": [{}]}, "$.tools[0].type", "nothing", '"function"'),
    (tool(), "$.tools[0].function.name", "nothing", "a string"),
    (
        tool(name="f", parameters={"type": "objekt"}),
        "$.tools[0].function.parameters.type",
        '"objekt"',
        '"object"',
    ),
    ({"response_format": "json"}, "$.response_format", '"json"', "an object"),
    ({"response_format": {"kind": 1}}, "$.response_format.type", "nothing", '"json_schema"'),
    ({"response_format": Custom}, "$.response_format", "class", "pydantic"),
    (
        schema(properties={"a": {"type": "strng"}}),
        "$.response_format.json_schema.schema.properties.a.type",
        '"strng"',
        '"string"',
    ),
    (
        schema(required="a"),
        "$.response_format.json_schema.schema.required",
        '"a"',
        "a list",
    ),
    ({"stream": "yes"}, "$.stream", "str", "bool"),
    ({"stream": 1}, "$.stream", "int", "bool"),
    ({"strict": "no"}, "$.strict", "str", "bool"),
    ({"drop_params": 1}, "$.drop_params", "int", "bool"),
    ({"keep_raw": []}, "$.keep_raw", "list", "bool"),
    ({"api_key": b"key"}, "$.api_key", "bytes", "str"),
    ({"api_key": "a\nb"}, "$.api_key", "control byte", "header"),
    ({"api_base": 5}, "$.api_base", "int", "str"),
    ({"api_base": "localhost:8000"}, "$.api_base", "begin with http://", "accepted: http://"),
    ({"api_base": "http://"}, "$.api_base", "no host", "accepted: http://"),
    ({"api_base": "http://a b/v1"}, "$.api_base", "space", "accepted: http://"),
    ({"api_base": "http://a/v1?key=x"}, "$.api_base", "query", "accepted: http://"),
    ({"api_base": "ftp://a/v1"}, "$.api_base", "begin with", "accepted: http://"),
    ({"timeout": "soon"}, "$.timeout", "str", "seconds"),
    ({"timeout": -1}, "$.timeout", "-1", "above 0"),
    ({"timeout": float("nan")}, "$.timeout", "nan", "above 0"),
    ({"timeout": True}, "$.timeout", "bool", "seconds"),
    ({"timeout": {"conect": 1}}, "$.timeout.conect", "no limit", "connect, first_token"),
    ({"timeout": {"idle": "x"}}, "$.timeout.idle", "str", "seconds"),
    ({"deadline": 0}, "$.deadline", "0", "above 0"),
    ({"num_retries": -1}, "$.num_retries", "-1", "0 to 10"),
    ({"num_retries": 11}, "$.num_retries", "11", "0 to 10"),
    ({"num_retries": "3"}, "$.num_retries", "str", "0 to 10"),
    ({"num_retries": True}, "$.num_retries", "bool", "0 to 10"),
    ({"metadata": [1]}, "$.metadata", "list", "dict"),
    ({"metadata": {"a": {1}}}, "$.metadata.a", "set", "dict"),
    ({"extra_body": [1]}, "$.extra_body", "list", "dict"),
    ({"extra_body": {"messages": []}}, "$.extra_body.messages", "argument", "other members"),
    ({"extra_body": {"model": "x"}}, "$.extra_body.model", "argument", "other members"),
    ({"extra_body": {"stream": True}}, "$.extra_body.stream", "argument", "other members"),
    ({"extra_body": {"a": [{1}]}}, "$.extra_body.a[0]", "set", "list"),
    ({"extra_headers": [("a", "b")]}, "$.extra_headers", "list", "dict"),
    ({"extra_headers": {"a": 1}}, "$.extra_headers.a", "int", "str"),
    ({"extra_headers": {"x-a": "1\r\nx-b: 2"}}, "$.extra_headers.x-a", "control byte", "accepted"),
    ({"extra_headers": {"x a": "1"}}, "$.extra_headers.x a", "header", "accepted"),
    ({"extra_headers": {"x-a": "\x00"}}, "$.extra_headers.x-a", "header", "accepted"),
    ({"mock_response": 5}, "$.mock_response", "int", "str, dict or an exception"),
    ({"seed": Custom()}, "$.seed", "Custom", "int"),
    ({"user": pathlib.Path("a")}, "$.user", "PosixPath", "str"),
    ({"whatever": Custom()}, "$.whatever", "Custom", "dict"),
]


@pytest.mark.parametrize(("arguments", "path", "value", "accepted"), ARGUMENTS)
def test_wrong_arguments(
    fake: FakeProvider, arguments: Any, path: str, value: str, accepted: str
) -> None:
    error = refused(fake, **arguments)
    assert error.json_path == path
    assert value in error.message
    assert accepted in error.message


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("", ["empty", "provider/model"]),
        (5, ["int", "str"]),
        (None, ["NoneType", "str"]),
        ("opnai/gpt-4o", ["opnai", 'did you mean "openai"?', "api_base", "providers()"]),
        ("openai/", ["names a provider but no model"]),
        ("my-model", ["provider/model", "api_base"]),
        ("llama-3.3-70b", ['"groq/llama-3.3-70b"', '"ollama/llama-3.3-70b"', "name one"]),
        ("gpt-oss-120b", ['"groq/openai/gpt-oss-120b"', '"cerebras/gpt-oss-120b"']),
    ],
)
def test_names_of_models_that_lead_nowhere(model: Any, words: list[str]) -> None:
    with pytest.raises(llmgate.BadRequestError) as caught:
        llmgate.completion(model, "Hi")
    assert caught.value.json_path == "$.model"
    for word in words:
        assert word in caught.value.message


def test_an_unknown_custom_llm_provider(fake: FakeProvider) -> None:
    message = refused(fake, custom_llm_provider="groq-").message
    assert 'did you mean "groq"?' in message


@pytest.mark.parametrize(
    ("model", "variable"), [("openai/m", "OPENAI_API_KEY"), ("groq/m", "GROQ_API_KEY")]
)
def test_a_missing_key_names_its_variable(model: str, variable: str) -> None:
    with pytest.raises(llmgate.AuthenticationError, match=variable) as caught:
        llmgate.completion(model, "Hi")
    assert (caught.value.json_path, caught.value.status_code) == ("$.api_key", 401)


def test_a_provider_without_an_address_asks_for_one() -> None:
    with pytest.raises(llmgate.BadRequestError, match="api_base") as caught:
        llmgate.completion("azure/m", "Hi", api_key="k" * 20)
    assert caught.value.json_path == "$.api_base"


def test_asyncio_and_streams_refuse_alike(fake: FakeProvider) -> None:
    async def main() -> None:
        for stream in (False, True):
            with pytest.raises(llmgate.BadRequestError) as caught:
                await aask(fake, [], stream=stream)
            assert caught.value.json_path == "$.messages"
        with pytest.raises(llmgate.BadRequestError) as caught:
            await aask(fake, stream="yes")
        assert caught.value.json_path == "$.stream"

    asyncio.run(main())
    assert refused(fake, [], stream=True).json_path == "$.messages"


def test_numbers_of_any_length_are_fine_but_not_endless_ones(fake: FakeProvider) -> None:
    ask(fake, metadata={"id": 10**29}, store=True)
    assert sent(fake)["metadata"]["id"] == 10**29
    with pytest.raises(llmgate.BadRequestError) as caught:
        ask(fake, metadata={"id": 10**5000}, store=True)
    assert caught.value.json_path == "$.metadata.id"


def test_values_of_other_number_types_are_numbers(fake: FakeProvider) -> None:
    class Index:
        def __index__(self) -> int:
            return 3

    class Real:
        def __float__(self) -> float:
            return 0.5

    ask(fake, seed=Index(), temperature=Real())
    assert (sent(fake)["seed"], sent(fake)["temperature"]) == (3, 0.5)
