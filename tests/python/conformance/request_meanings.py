"""Requests without what is only a way of spelling: two bodies that ask the same look the same.

A text and a list of one text part, two messages of the user's that follow each other and one with
the parts of both, `inline_data` and `inlineData` are the same thing; null, "" and what is the
default anyway are nothing.
"""

from __future__ import annotations

import re
from typing import Any

# The same whether it is said or not.
_DEFAULTS = (
    {"is_error": False},
    {"thought": False},
    {"stream": False},
    {"strict": False},
    {"detail": "auto"},
)

# Words that clients of OpenAI's dialect send for `required`.
_REQUIRED = ("any",)

# Free-form JSON of the caller's: nothing in there is a spelling.
_FREE = {"args", "response", "input", "arguments", "parametersJsonSchema", "responseJsonSchema"}


def meaning_of(format: str, body: dict[str, Any]) -> dict[str, Any]:
    """The request without its model, which is not the same for two providers."""
    meaning = _MEANINGS[format](body)
    meaning.pop("model", None)
    return {name: value for name, value in meaning.items() if value not in (None, [], {})}


def _openai(body: dict[str, Any]) -> dict[str, Any]:
    body = dict(body)
    messages = [_openai_message(each) for each in body["messages"]]
    body["messages"] = _merged(messages, "content", {"user", "system", "developer"})
    if "max_completion_tokens" in body:
        body["max_tokens"] = body.pop("max_completion_tokens")
    choice = body.get("tool_choice")
    if choice in _REQUIRED:
        body["tool_choice"] = "required"
    elif isinstance(choice, dict) and choice.get("type") == "tool":  # as Anthropic has it
        body["tool_choice"] = {"type": "function", "function": {"name": choice["name"]}}
    return _without_defaults(body)


def _openai_message(message: dict[str, Any]) -> dict[str, Any]:
    message = {**message, "content": _as_parts(message.get("content"))}
    if message["role"] == "tool":
        message.pop("name", None)  # its call has it
    if message.get("tool_calls"):
        calls = [{**call, "index": None} for call in message["tool_calls"]]  # where it stands
        message["tool_calls"] = calls
    return message


def _anthropic(body: dict[str, Any]) -> dict[str, Any]:
    body = dict(body)
    body["system"] = _as_parts(body.get("system"))
    messages = []
    for message in body["messages"]:
        content = [
            {**block, "content": _as_parts(block["content"])} if "content" in block else block
            for block in _as_parts(message["content"])
        ]
        messages.append({**message, "content": content})
    body["messages"] = _merged(messages, "content", {"user", "assistant"})
    return _without_defaults(body)


def _gemini(body: dict[str, Any]) -> dict[str, Any]:
    body = _in_camel_case(body)
    if body.get("systemInstruction"):
        body["systemInstruction"] = {"parts": body["systemInstruction"]["parts"]}
    contents = [{"role": "user", **_with_plain_media(each)} for each in body["contents"]]
    body["contents"] = _merged(contents, "parts", {"user", "model"})
    for declaration in _declarations(body):
        if "parameters" in declaration:
            declaration["parametersJsonSchema"] = _as_json_schema(declaration.pop("parameters"))
    return _without_defaults(body)


def _with_plain_media(content: dict[str, Any]) -> dict[str, Any]:
    parts = []
    for part in content["parts"]:
        media = part.get("inlineData")
        if media and media["mimeType"] == "audio/x-wav":  # an older name
            part = {**part, "inlineData": {**media, "mimeType": "audio/wav"}}
        parts.append(part)
    return {**content, "parts": parts}


def _declarations(body: dict[str, Any]) -> list[dict[str, Any]]:
    tools = body.get("tools") or []
    return [each for tool in tools for each in tool.get("functionDeclarations") or []]


# Types of schemas as numbers: what clients that ask for `enum-encoding=int` send.
_TYPES = {1: "string", 2: "number", 3: "integer", 4: "boolean", 5: "array", 6: "object"}


def _as_json_schema(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_as_json_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _TYPES.get(inner, inner)
        if name == "type" and isinstance(inner, int)
        else _as_json_schema(inner)
        for name, inner in schema.items()
    }


_MEANINGS = {
    "openai.chat": _openai,
    "anthropic.messages": _anthropic,
    "gemini.generateContent": _gemini,
}


def _as_parts(content: Any) -> Any:
    if content is None:
        return []
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [_plain_part(part) for part in content]


def _plain_part(part: dict[str, Any]) -> dict[str, Any]:
    if isinstance(part.get("image_url"), str):  # as Mistral has it
        return {**part, "image_url": {"url": part["image_url"]}}
    return part


def _merged(turns: list[dict[str, Any]], member: str, mergeable: set[str]) -> list[dict[str, Any]]:
    """Turns of one role that follow each other, as one."""
    merged: list[dict[str, Any]] = []
    for turn in turns:
        if merged and turn["role"] == merged[-1]["role"] and turn["role"] in mergeable:
            both = {**merged[-1], **turn, member: [*merged[-1][member], *turn[member]]}
            merged[-1] = both
        else:
            merged.append(turn)
    return merged


def _in_camel_case(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_camel_case(each) for each in value]
    if not isinstance(value, dict):
        return value
    renamed = {}
    for name, inner in value.items():
        camel = re.sub(r"_([a-z])", lambda match: match.group(1).upper(), name)
        renamed[camel] = inner if camel in _FREE else _in_camel_case(inner)
    return renamed


def _without_defaults(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_defaults(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_defaults(inner)
        for name, inner in value.items()
        if {name: inner} not in _DEFAULTS and inner not in (None, "")
        if not (name == "tool_calls" and inner == [])
    }
