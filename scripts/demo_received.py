"""What a provider received, in the words of its own format, one row for each piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_LONGEST = 62


def rows_of(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Role and content of everything that was said so far, whichever format it is in."""
    if "contents" in body:
        for content in body["contents"]:
            for part in content["parts"]:
                yield content.get("role", "user"), _part(part)
        return
    for message in body["messages"]:
        content = message.get("content")
        if isinstance(content, str):
            yield message["role"], f"content  {_short(content)}"
        for block in content if isinstance(content, list) else ():
            yield message["role"], _block(block)
        for call in message.get("tool_calls") or ():
            function = call["function"]
            yield message["role"], f"tool_calls  {function['name']}({function['arguments']})"


def _block(block: dict[str, Any]) -> str:
    """A content block of Anthropic."""
    kind = block["type"]
    if kind == "thinking":
        return f"thinking  {_short(block['thinking'])}  signature {_seal(block['signature'])}"
    if kind == "tool_use":
        return f"tool_use  {block['name']}({_short(block['input'])})"
    return f"{kind}  {_short(block.get('text') or block.get('content') or block)}"


def _part(part: dict[str, Any]) -> str:
    """A part of Gemini."""
    signature = part.get("thoughtSignature")
    sealed = f"  thoughtSignature {_seal(signature)}" if signature else ""
    if part.get("thought"):
        return f"thought  {_short(part['text'])}{sealed}"
    if "functionCall" in part:
        call = part["functionCall"]
        return f"functionCall  {call['name']}({_short(call['args'])}){sealed}"
    if "functionResponse" in part:
        return f"functionResponse  {_short(part['functionResponse']['response'])}"
    return f"text  {_short(part.get('text', part))}{sealed}"


def _seal(signature: str) -> str:
    return signature if len(signature) < 40 else signature[:8] + "..."


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
