"""What a request lost on its way through another format, and whether anybody said so.

A recorded request A is read into the canonical request, rendered for a provider of another format,
read there into a second canonical request, and rendered back into A's own format. The judgement:

1. Both bodies are reduced to what they mean (`request_meanings`), and then to bags of values, each
   with the name of its member.
2. What the first bag has and the second has not is lost, and has to be excused, value by value and
   as often as it is lost: it must stand in one of the two canonical requests that were rendered, at
   a place that lies under, or over, the path of a disposition that says "dropped" or "clamped", or
   "mapped" if `_ONE_WAYS` lists the mapping: any other mapping has to come back, as has what is
   kept or forwarded. Values of the same name count first; where the canonical request has a value
   under other names only (`stop_sequences`, `stop`), those count.
3. A value that no canonical request has, because it is spelt otherwise there ("standard_only",
   "default"), is excused by a report of the canonical member that stands for it (`_STANDS_FOR`).
4. What is reported of an `llmgate_replay` excuses the blocks or the members that the detail names,
   and no others.
5. A long text that stands in an earlier turn than before has to be excused in the same way.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from native_answers import canonical

_DATA_URL = re.compile(r"data:([^;,]+);base64,(.*)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]{2,32}")
_REPLAY = ".llmgate_replay"

# The canonical member of values that it spells in words of its own.
_STANDS_FOR = {
    "service_tier": {"$.service_tier"},
    "disable_parallel_tool_use": {"$.parallel_tool_calls"},
    "thinking_budget": {"$.thinking"},
    "thinking_level": {"$.reasoning_effort"},
    "include_thoughts": {"$.thinking", "$.reasoning_effort"},
    "response_mime_type": {"$.response_format"},
}

_IDS = ("id", "tool_call_id", "tool_use_id")

Values = Counter[tuple[str, str]]


@dataclass(frozen=True)
class OneWay:
    """A mapping to something that the field cannot be told from afterwards."""

    path: str
    detail: str
    members: tuple[str, ...] = ("",)  # that are lost, as they follow the path; all of it


# Every other mapping must come back as it was.
_ONE_WAYS = (
    OneWay(r"\$\.stream_options", ""),  # usage comes anyway
    OneWay(r"\$\.(n|modalities|parallel_tool_calls)", "left out"),  # what is done anyway
    OneWay(r"\$\.reasoning_effort", r"thinking\.budget_tokens \d+"),
    OneWay(r"\$\.reasoning_effort", r"generationConfig\.thinkingConfig"),
    OneWay(r"\$\.reasoning", "thinking", (".enabled",)),
    OneWay(r"\$\.reasoning\.effort", r"thinking\.budget_tokens \d+"),
    OneWay(r"\$\.response_format", "an instruction in system"),
    OneWay(
        r"\$\.response_format",
        r"output_config\.format|generationConfig\.responseJsonSchema",
        (".json_schema.name", ".json_schema.strict"),
    ),
    OneWay(r"\$\..*(schema|parameters)\..*", "description"),  # a keyword in words
    OneWay(r"\$\.tools\[\]\.custom", "a tool with one text"),
    OneWay(r"\$\.messages\[\]\.tool_calls\[\]\.id", r"lgid_[0-9a-f]+"),
    OneWay(r"\$\.messages\[\]\.role", "the end of system"),
    OneWay(r"\$\.messages\[\]", "systemInstruction", (".role",)),
)


def reported_paths(disposition: dict[str, str]) -> list[str]:
    """Where values may get lost according to a disposition."""
    path, detail = disposition["path"], disposition["detail"]
    if disposition["action"] in ("dropped", "clamped"):
        return [path]
    if disposition["action"] != "mapped":
        return []  # what is kept or forwarded has to come back
    general = re.sub(r"\[\d+\]", "[]", path)
    found = [
        path + member
        for way in _ONE_WAYS
        if re.fullmatch(way.path, general) and re.fullmatch(way.detail, detail)
        for member in way.members
    ]
    if found and re.fullmatch(r"[a-z_]+", detail):  # a member beside, that has changed with it
        found.append(path.rpartition(".")[0] + "." + detail)
    return found


def unexcused(sent: Any, returned: Any, excused: list[Excuses]) -> list[str]:
    """What of `sent` is not in `returned`, and not accounted for."""
    lost = values_of(sent) - values_of(returned)
    found = []
    for (name, value), count in lost.items():
        if sum(each.count(name, value) for each in excused) < count:
            found.append(f"{name} = {value[:200]} ({count}x)")
    return sorted(found)


def values_of(body: Any) -> Values:
    """The values in a body, each with the name of its member."""
    return Counter((_name_of(path), value) for path, value in _places(body, "$"))


def moved_texts(sent: list[Any], returned: list[Any]) -> list[str]:
    """The long texts that stand in an earlier turn of `returned` than texts before them."""
    before = _turns_by_text(sent)
    after = _turns_by_text(returned)
    moved, latest = [], 0
    for text in before:
        if text in after:
            if after[text] < latest:
                moved.append(text)
            latest = max(latest, after[text])
    return moved


def _turns_by_text(turns: list[Any]) -> dict[str, int]:
    """Where each text stands that is long enough to be told apart and is there once."""
    places = [
        (value, number) for number, turn in enumerate(turns) for _, value in _places(turn, "$")
    ]
    counts = Counter(value for value, _ in places)
    return {value: number for value, number in places if len(value) >= 16 and counts[value] == 1}


class Excuses:
    """What the dispositions of one rendering of a canonical request account for."""

    def __init__(self, request: dict[str, Any], dispositions: list[dict[str, str]]) -> None:
        self._request = request
        self._replays = [each for each in dispositions if each["path"].endswith(_REPLAY)]
        self._paths = {
            path
            for each in dispositions
            if each not in self._replays
            for path in reported_paths(each)
        }
        self._reported: Values = Counter()
        self._everywhere: Values = Counter()
        for path, value in _places(request, "$"):
            self._everywhere[_name_of(path), value] += 1
            if self._is_reported(path, value):
                self._reported[_name_of(path), value] += 1

    def count(self, name: str, value: str) -> int:
        """How often a value of this name is accounted for."""
        if name in _IDS:  # of a call, said where the call is
            return max(self._reported[each, value] for each in _IDS) and sys.maxsize
        if (name, value) in self._everywhere:
            return self._reported[name, value]
        under_other_names = [count for (_, each), count in self._reported.items() if each == value]
        if not under_other_names and _STANDS_FOR.get(name, set()) & self._paths:
            return 1
        return sum(under_other_names)

    def excuse_move(self, text: str) -> bool:
        """Whether anything was reported of the message that a text stands in."""
        return any(
            f"$.messages[{number}]" in path
            for number, message in enumerate(self._request["messages"])
            if any(value == text for _, value in _places(message, "$"))
            for path in self._paths
        )

    def _is_reported(self, path: str, value: str) -> bool:
        if _REPLAY in path:
            return any(self._is_replay_reported(path, each) for each in self._replays)
        if path.endswith(".type") and path.removesuffix("type") + value in self._paths:
            return True  # of {"type": "custom", "custom": ...}
        return any(_is_under(path, each) or _is_under(each, path) for each in self._paths)

    def _is_replay_reported(self, path: str, report: dict[str, str]) -> bool:
        """Its detail names a kind of block, or a member of blocks of one kind."""
        native = report["path"] + ".native["
        if not path.startswith(native):
            return False
        number, _, inside = path.removeprefix(native).partition("]")
        message = int(re.findall(r"messages\[(\d+)\]", path)[0])
        block = self._request["messages"][message]["llmgate_replay"]["native"][int(number)]
        kind, _, member = report["detail"].partition(".")
        if member:
            return f".{member}" in inside
        if kind == "reasoning":
            return "thinking" in str(block.get("type")) or block.get("thought") is True
        return kind == block.get("type") or kind in block


def _is_under(path: str, above: str) -> bool:
    return path == above or (path.startswith(above) and path[len(above)] in ".[")


def _name_of(path: str) -> str:
    """The last name in a path, in snake case."""
    name = re.sub(r"\[\d+\]", "", path).rpartition(".")[2]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _places(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Where each value stands; what is hidden in a text stands where the text does."""
    if value in ({}, []):
        yield path, canonical(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _places(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _places(inner, f"{path}[{position}]")
    elif isinstance(value, str):
        yield from ((path, hidden) for hidden in _in_text(value))
    else:
        yield path, canonical(value)


def _in_text(text: str) -> Iterator[str]:
    if data_url := _DATA_URL.fullmatch(text):
        yield from (part.lower() if _WORD.fullmatch(part) else part for part in data_url.groups())
        return
    if text[:1] in ("{", "["):
        try:
            opened = json.loads(text)
        except ValueError:
            opened = None
        if isinstance(opened, (dict, list)):
            yield from (value for _, value in _places(opened, "$"))
            return
    yield text.lower() if _WORD.fullmatch(text) else text
