"""Structured output: JSON schemas and pydantic classes as ``response_format``, and back."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmgate._views import Message

# The values of response_format.type that OpenAI knows; anything else is a schema on its own.
_KNOWN_TYPES = ("text", "json_object", "json_schema", "grammar", "python")


def prepare(arguments: dict[str, Any]) -> Any:
    """Replaces a class or a bare schema under ``response_format`` by OpenAI's wrapper, in place.

    Returns the class, for :func:`parse`, or None.
    """
    given = arguments.get("response_format")
    if isinstance(given, type) and hasattr(given, "model_json_schema"):
        arguments["response_format"] = _wrapped(
            given.__name__, _strict(given.model_json_schema()), True
        )
        return given
    if isinstance(given, dict) and _is_schema(given):
        arguments["response_format"] = _wrapped(given.get("title", "response"), given, None)
    return None


def _is_schema(given: dict[str, Any]) -> bool:
    if given.get("type") in _KNOWN_TYPES:
        return False
    return any(
        name in given for name in ("properties", "$schema", "$ref", "anyOf", "items", "enum")
    )


def _wrapped(title: object, schema: dict[str, Any], strict: bool | None) -> dict[str, Any]:
    # OpenAI takes letters, digits, "_" and "-", at most 64 of them.
    allowed = (c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in str(title))
    wrapper: dict[str, Any] = {"name": "".join(allowed)[:64] or "response", "schema": schema}
    if strict is not None:
        wrapper["strict"] = strict
    return {"type": "json_schema", "json_schema": wrapper}


def _strict(schema: Any) -> Any:
    """What OpenAI's strict mode asks of a schema: closed objects, every property required."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: _strict(value) for name, value in schema.items() if name != "default"}
    properties = result.get("properties")
    if result.get("type") == "object" and isinstance(properties, dict):
        result["additionalProperties"] = False
        result["required"] = list(properties)
    return result


def parse(schema: Any, message: Message) -> Any:
    """The message's content as an instance of ``schema``; None where the model refused."""
    if message.content is None:
        return None
    try:
        return schema.model_validate_json(message.content)
    except ValueError as error:  # pydantic's ValidationError is one
        from llmgate._errors import JSONSchemaValidationError

        raise JSONSchemaValidationError(
            f"the content does not fit {schema.__name__}: {error}", kind="invalid_response"
        ) from error
