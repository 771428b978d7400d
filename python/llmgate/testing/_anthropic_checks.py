"""What Anthropic refuses: requests whose shape, order or signatures are wrong, in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from llmgate.testing._signatures import Signatures, canonical

_MOST_REMEMBERED = 10_000
_MOST_BREAKPOINTS = 4
_TOOL_ID = re.compile(r"[a-zA-Z0-9_-]+")
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
# Seen from the models of these generations on: opus 4.1, all of 4.5 and 4.6.
_ONE_SAMPLER = re.compile(r"claude-(?:opus-4-1|[a-z]+-4-[56])\b")
_THINKING = ("thinking", "redacted_thinking")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Members of a request, of blocks and of tools, as the reference of the API lists them.
_MEMBERS = _names(
    "betas cache_control container context_management inference_geo max_tokens mcp_servers "
    "messages metadata model output_config output_format service_tier speed stop_sequences stream "
    "system temperature thinking tool_choice tools top_k top_p"
)
_BLOCK_MEMBERS: dict[str, frozenset[str]] = {
    name: _names(members)
    for name, members in {
        "text": "type text cache_control citations",
        "image": "type source cache_control",
        "document": "type source title context citations cache_control",
        "thinking": "type thinking signature",
        "redacted_thinking": "type data",
        "tool_use": "type id name input cache_control caller",
        "server_tool_use": "type id name input cache_control caller",
        "tool_result": "type tool_use_id content is_error cache_control",
    }.items()
}
_TOOL_MEMBERS = _names(
    "type name description input_schema cache_control strict defer_loading input_examples "
    "eager_input_streaming allowed_callers"
)


class IssuedTurns:
    """What was issued in turns with reasoning and tool calls, by the ids of the calls."""

    def __init__(self) -> None:
        self._turns: dict[str, list[dict[str, Any]]] = {}

    def remember(self, content: list[dict[str, Any]]) -> None:
        if not any(block["type"] in _THINKING for block in content):
            return
        for block in content:
            if block["type"] == "tool_use":
                while len(self._turns) >= _MOST_REMEMBERED:
                    del self._turns[next(iter(self._turns))]
                self._turns[_call_key(block)] = content

    def turn_of(self, content: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The turn that was issued with these calls; empty where none was."""
        keys = [_call_key(block) for block in content if block.get("type") == "tool_use"]
        return next((self._turns[key] for key in keys if key in self._turns), [])


def fault_of(body: Any, signatures: Signatures, issued: IssuedTurns) -> str | None:
    """What Anthropic would complain about first; None where it would answer."""
    if not isinstance(body, dict):
        return "The request body is not valid JSON"
    try:
        return _first_fault(body, signatures, issued)
    except (AttributeError, KeyError, TypeError) as error:
        return f"A value has the wrong type or is missing: {error!r}"


def _first_fault(body: dict[str, Any], signatures: Signatures, issued: IssuedTurns) -> str | None:
    for check in (_shape_faults, _setting_faults, _tool_faults, _message_faults):
        fault = next(check(body), None)
        if fault is not None:
            return fault
    messages = [{**message, "content": _blocks(message["content"])} for message in body["messages"]]
    later = (_pairing_faults(messages), _signature_faults(messages, signatures))
    for faults in (*later, _loop_faults(messages, issued), _thinking_faults(body, messages)):
        fault = next(faults, None)
        if fault is not None:
            return fault
    return None


def _shape_faults(body: dict[str, Any]) -> Iterator[str]:
    for name in ("max_tokens", "messages", "model"):
        if name not in body:
            yield f"{name}: Field required"
    for name in body:
        if name not in _MEMBERS:
            yield f"{name}: Extra inputs are not permitted"
    if type(body["max_tokens"]) is not int:
        yield "max_tokens: Input should be a valid integer"
    if body["max_tokens"] < 1:
        yield "max_tokens: must be greater than or equal to 1"
    if not isinstance(body["messages"], list):
        yield "messages: Input should be a valid list"
    if not body["messages"]:
        yield "messages: at least one message is required"
    if not isinstance(body.get("system", ""), (str, list)):
        yield "system: Input should be a valid list"


def _setting_faults(body: dict[str, Any]) -> Iterator[str]:
    for name in ("temperature", "top_p"):
        value = body.get(name)
        if value is not None and not 0 <= value <= 1:
            yield f"{name}: range: 0..1"
    both = body.get("temperature") is not None and body.get("top_p") is not None
    if both and _ONE_SAMPLER.search(body["model"]):
        yield (
            "`temperature` and `top_p` cannot both be specified for this model. Please use only "
            "one."
        )
    marks = str(canonical(body)).count('"cache_control":{')
    if marks > _MOST_BREAKPOINTS:
        yield f"A maximum of 4 blocks with cache_control may be provided. Found {marks}."
    thinking = body.get("thinking") or {}
    if thinking.get("type") != "enabled":
        return
    budget = thinking.get("budget_tokens", 0)
    if budget < 1024:
        yield "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"
    if budget >= body["max_tokens"]:
        yield "`max_tokens` must be greater than `thinking.budget_tokens`."
    if body.get("temperature") not in (None, 1):
        yield "`temperature` may only be set to 1 when thinking is enabled."
    if body.get("top_k") is not None:
        yield "`top_k` must be unset when thinking is enabled."
    if (body.get("tool_choice") or {}).get("type") in ("any", "tool"):
        yield "Thinking may not be enabled when tool_choice forces tool use."


def _tool_faults(body: dict[str, Any]) -> Iterator[str]:
    for index, tool in enumerate(body.get("tools") or ()):
        if tool.get("type", "custom") not in (None, "custom"):
            continue
        place = f"tools.{index}.custom"
        for name in ("name", "input_schema"):
            if name not in tool:
                yield f"{place}.{name}: Field required"
        if not _TOOL_NAME.fullmatch(tool["name"]):
            yield f"{place}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        if (tool["input_schema"] or {}).get("type") != "object":
            yield f"{place}.input_schema.type: Field required"
        for name in tool:
            if name not in _TOOL_MEMBERS:
                yield f"{place}.{name}: Extra inputs are not permitted"


def _message_faults(body: dict[str, Any]) -> Iterator[str]:
    messages = body["messages"]
    for index, message in enumerate(messages):
        role = message.get("role")
        if role == "system":
            yield (
                'messages: Unexpected role "system". The Messages API accepts a top-level `system` '
                'parameter, not "system" as an input message role.'
            )
        if role not in ("user", "assistant"):
            yield f"messages.{index}.role: Input should be 'user' or 'assistant'"
        for name in message:
            if name not in ("role", "content"):
                yield f"messages.{index}.{name}: Extra inputs are not permitted"
        is_prefill = index == len(messages) - 1 and role == "assistant"
        if not message.get("content") and not is_prefill:
            yield (
                f"messages.{index}: all messages must have non-empty content except for the "
                "optional final assistant message"
            )
        blocks = _blocks(message.get("content"))
        for position, block in enumerate(blocks):
            yield from _block_faults(block, f"messages.{index}.content.{position}")
        if is_prefill and blocks and str(blocks[-1].get("text", "")).endswith((" ", "\n", "\t")):
            yield "messages: final assistant content cannot end with trailing whitespace"
    if messages[0]["role"] != "user":
        yield 'messages: first message must use the "user" role'


def _block_faults(block: dict[str, Any], place: str) -> Iterator[str]:
    kind = block.get("type")
    if not isinstance(kind, str):
        yield f"{place}.type: Field required"
        return
    for name in block:
        if name not in _BLOCK_MEMBERS.get(kind, block):
            yield f"{place}.{kind}.{name}: Extra inputs are not permitted"
    if kind == "text" and not block.get("text"):
        yield "messages: text content blocks must be non-empty"
    if kind == "tool_use" and not isinstance(block.get("input"), dict):
        yield f"{place}.tool_use.input: Input should be a valid dictionary"
    for name in ("id", "tool_use_id"):
        if name in block and not _TOOL_ID.fullmatch(str(block[name])):
            yield f"{place}.{kind}.{name}: String should match pattern '^[a-zA-Z0-9_-]+$'"


def _pairing_faults(messages: list[dict[str, Any]]) -> Iterator[str]:
    """Calls without results right after them, and results without calls right before them."""
    asked: list[str] = []
    for index, message in enumerate(messages):
        content = message["content"]
        results = [block["tool_use_id"] for block in content if block["type"] == "tool_result"]
        for position, block in enumerate(content):
            if block["type"] == "tool_result" and block["tool_use_id"] not in asked:
                yield (
                    f"messages.{index}.content.{position}: unexpected `tool_use_id` found in "
                    f"`tool_result` blocks: {block['tool_use_id']}. Each `tool_result` block must "
                    "have a corresponding `tool_use` block in the previous message."
                )
        missing = [id_ for id_ in asked if id_ not in results]
        if missing:
            yield _unanswered(index - 1, missing)
        asked = [block["id"] for block in content if block["type"] == "tool_use"]
        if len(set(asked)) < len(asked):
            yield f"messages.{index}.content: `tool_use` ids must be unique"
    if asked:
        yield _unanswered(len(messages) - 1, asked)


def _unanswered(index: int, ids: list[str]) -> str:
    return (
        f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately "
        f"after: {', '.join(ids)}. Each `tool_use` block must have a corresponding `tool_result` "
        "block in the next message."
    )


def _signature_faults(messages: list[dict[str, Any]], signatures: Signatures) -> Iterator[str]:
    for index, message in enumerate(messages):
        for position, block in enumerate(message["content"]):
            if block["type"] == "thinking" and not signatures.fits(
                block.get("signature"), str(block.get("thinking"))
            ):
                place = f"messages.{index}.content.{position}"
                yield f"{place}: Invalid `signature` in `thinking` block"


def _loop_faults(messages: list[dict[str, Any]], issued: IssuedTurns) -> Iterator[str]:
    """Reasoning that was issued in the running tool loop and did not come back as it was."""
    for index in _running_loop(messages):
        content = messages[index]["content"]
        for position, block in enumerate(issued.turn_of(content)):
            came_back = position < len(content) and content[position] == block
            if block["type"] in _THINKING and not came_back:
                yield (
                    f"messages.{index}.content.{position}: `thinking` or `redacted_thinking` "
                    "blocks in the latest assistant message cannot be modified. These blocks must "
                    "remain as they were in the original response."
                )


def _thinking_faults(body: dict[str, Any], messages: list[dict[str, Any]]) -> Iterator[str]:
    if (body.get("thinking") or {}).get("type") != "enabled":
        return
    for index in _running_loop(messages)[:1]:
        first = messages[index]["content"][0]["type"]
        if first not in _THINKING:
            yield (
                f"messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, but "
                f"found `{first}`. When `thinking` is enabled, a final `assistant` message must "
                "start with a thinking block (preceeding the lastmost set of `tool_use` and "
                "`tool_result` blocks)."
            )


def _running_loop(messages: list[dict[str, Any]]) -> list[int]:
    """The assistant messages with calls since the user last said something, the latest first."""
    found = []
    for index in range(len(messages) - 1, -1, -1):
        kinds = {block["type"] for block in messages[index]["content"]}
        if messages[index]["role"] == "user" and "tool_result" not in kinds:
            break
        if "tool_use" in kinds:
            found.append(index)
    return found


def _blocks(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content or []


def _call_key(block: dict[str, Any]) -> str:
    return canonical([block.get("id"), block.get("name"), block.get("input")])
