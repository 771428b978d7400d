#!/usr/bin/env python3
"""A conversation of an agent with its tools, the same in three formats, to measure translation on.

    benchmarks/conversation.py openai|anthropic|gemini [4MB]

Made by rule from numbers that are the same everywhere, after the recorded loops of coding agents:
a long system prompt, twenty tools with schemas, forty turns of tool calls and their results
(listings, source with quotes and line ends, JSON inside a string, a few letters beyond ASCII), two
screenshots. About 100 KB; 4MB has more turns and longer results. Each format is written here
directly: what a reader is given was not made by the renderer that is measured.
"""

import base64
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

MODELS = {
    "openai": "gpt-4o",
    "anthropic": "claude-sonnet-4-5",
    "gemini": "gemini-2.5-pro",
}
SIZES = {"100KB": (40, 1), "4MB": (194, 16)}  # turns, and how often longer the results are
TOOLS = 20
SYSTEM_BYTES = 3000
IMAGE_BYTES = 4500
TURNS_PER_IMAGE = 16
TEXT = (
    "the agent reads a file before it changes one and runs every test that covers what was "
    "touched so each answer names its source while errors stay short clear and useful naïve "
    "café 設定 → done"
)
WORDS = TEXT.split()
NAMES = ["read", "write", "list", "search", "edit", "run", "fetch", "open", "close", "move"]
NOUNS = ["file", "folder"]


class Dice:
    """Numbers that look random and are the same everywhere (Knuth's MMIX generator)."""

    def __init__(self) -> None:
        self._state = 2026

    def below(self, bound: int) -> int:
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % bound

    def word(self) -> str:
        return WORDS[self.below(len(WORDS))]

    def letters(self, count: int) -> str:
        alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
        return "".join(alphabet[self.below(len(alphabet))] for _ in range(count))


def filled(size: int, piece: Callable[[], str]) -> str:
    """Pieces until they hold `size` characters."""
    pieces, length = [], 0
    while length < size:
        pieces.append(piece())
        length += len(pieces[-1])
    return "".join(pieces)


def prose(dice: Dice, size: int) -> str:
    return filled(size, lambda: dice.word() + (" " if dice.below(12) else ".\n"))


def listing(dice: Dice, size: int) -> str:
    return filled(
        size,
        lambda: f"-rw-r--r-- 1 dev dev {dice.below(90000):6} src/{dice.word()}/{dice.word()}.py\n",
    )


def source(dice: Dice, size: int) -> str:
    return filled(
        size,
        lambda: (
            f'    if {dice.word()}["{dice.word()}"] != "{dice.word()}\\t":\n'
            f"\treturn {dice.word()}({dice.below(1000)})  # {dice.word()} {dice.word()}\n"
        ),
    )


def records(dice: Dice, size: int) -> str:
    rows: list[Json] = []
    length = 0
    while length < size:
        rows.append(
            {"id": dice.below(10**9), "name": dice.word(), "ok": True, "at": dice.letters(9)}
        )
        length += 72
    return json.dumps(rows)


def screenshot(dice: Dice) -> str:
    noise = bytes(dice.below(256) for _ in range(IMAGE_BYTES))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + noise).decode()


def schema(dice: Dice, index: int) -> Json:
    return {
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": prose(dice, 80)},
            "text": {"type": "string", "description": prose(dice, 60)},
            "limit": {"type": "integer", "minimum": 0, "maximum": 1000 + index},
            "mode": {"type": "string", "enum": ["fast", "whole", "dry"]},
            "filters": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"key": {"type": "string"}, "not": {"type": "boolean"}},
                    "required": ["key"],
                },
            },
        },
        "required": ["path"],
    }


def tools(dice: Dice) -> Iterator[Json]:
    for index in range(TOOLS):
        name = f"{NAMES[index % len(NAMES)]}_{NOUNS[index // len(NAMES)]}"
        yield {
            "name": name,
            "description": prose(dice, 200),
            "schema": schema(dice, index),
        }


def turns(dice: Dice, count: int, longer: int) -> Iterator[Json]:
    """Who speaks next: {"user": text, "image"?}, {"assistant": text, "calls"} or {"results"}."""
    yield {"user": prose(dice, 600)}
    for number in range(1, count // 2 + 1):
        calls = [
            {
                "id": dice.letters(24),
                "name": f"{NAMES[dice.below(len(NAMES))]}_{NOUNS[dice.below(len(NOUNS))]}",
                "arguments": {
                    "path": f"src/{dice.word()}/{dice.word()}.py",
                    "text": source(dice, 30 + dice.below(400)),
                    "limit": dice.below(1000),
                },
            }
            for _ in range(2 if number % 4 == 0 else 1)
        ]
        yield {"assistant": prose(dice, 40 + dice.below(160)), "calls": calls}
        kinds = (listing, source, records, prose)
        yield {
            "results": [
                (call, kinds[dice.below(4)](dice, longer * (1000 + dice.below(56) ** 2)))
                for call in calls
            ]
        }
        if 2 * number % TURNS_PER_IMAGE == 0:
            yield {"user": prose(dice, 120), "image": screenshot(dice)}


def openai_message(turn: Json) -> Iterator[Json]:
    if "results" in turn:
        for call, text in turn["results"]:
            yield {"role": "tool", "tool_call_id": f"call_{call['id']}", "content": text}
    elif "calls" in turn:
        calls = [
            {
                "id": f"call_{call['id']}",
                "type": "function",
                "function": {"name": call["name"], "arguments": json.dumps(call["arguments"])},
            }
            for call in turn["calls"]
        ]
        yield {"role": "assistant", "content": turn["assistant"], "tool_calls": calls}
    elif "image" in turn:
        url = f"data:image/png;base64,{turn['image']}"
        image = {"type": "image_url", "image_url": {"url": url}}
        yield {"role": "user", "content": [{"type": "text", "text": turn["user"]}, image]}
    else:
        yield {"role": "user", "content": turn["user"]}


def openai_request(system: str, offered: list[Json], said: list[Json]) -> Json:
    messages = [message for turn in said for message in openai_message(turn)]
    return {
        "model": MODELS["openai"],
        "messages": [{"role": "system", "content": system}, *messages],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": tool["name"],
                    "description": tool["description"],
                    "parameters": tool["schema"],
                },
            }
            for tool in offered
        ],
        "tool_choice": "auto",
        "temperature": 0.2,
        "max_tokens": 4096,
    }


def anthropic_message(turn: Json) -> Json:
    if "results" in turn:
        results = [
            {"type": "tool_result", "tool_use_id": f"toolu_{call['id']}", "content": text}
            for call, text in turn["results"]
        ]
        return {"role": "user", "content": results}
    if "calls" in turn:
        calls = [
            {
                "type": "tool_use",
                "id": f"toolu_{call['id']}",
                "name": call["name"],
                "input": call["arguments"],
            }
            for call in turn["calls"]
        ]
        text = {"type": "text", "text": turn["assistant"]}
        return {"role": "assistant", "content": [text, *calls]}
    if "image" in turn:
        data = {"type": "base64", "media_type": "image/png", "data": turn["image"]}
        image = {"type": "image", "source": data}
        return {"role": "user", "content": [{"type": "text", "text": turn["user"]}, image]}
    return {"role": "user", "content": turn["user"]}


def anthropic_request(system: str, offered: list[Json], said: list[Json]) -> Json:
    return {
        "model": MODELS["anthropic"],
        "system": system,
        "messages": [anthropic_message(turn) for turn in said],
        "tools": [
            {
                "name": tool["name"],
                "description": tool["description"],
                "input_schema": tool["schema"],
            }
            for tool in offered
        ],
        "tool_choice": {"type": "auto"},
        "temperature": 0.2,
        "max_tokens": 4096,
    }


def gemini_content(turn: Json) -> Json:
    if "results" in turn:
        parts = [
            {"functionResponse": {"name": call["name"], "response": {"result": text}}}
            for call, text in turn["results"]
        ]
        return {"role": "user", "parts": parts}
    if "calls" in turn:
        calls = [
            {"functionCall": {"name": call["name"], "args": call["arguments"]}}
            for call in turn["calls"]
        ]
        return {"role": "model", "parts": [{"text": turn["assistant"]}, *calls]}
    parts = [{"text": turn["user"]}]
    if "image" in turn:
        parts.append({"inlineData": {"mimeType": "image/png", "data": turn["image"]}})
    return {"role": "user", "parts": parts}


def gemini_request(system: str, offered: list[Json], said: list[Json]) -> Json:
    return {
        "systemInstruction": {"parts": [{"text": system}]},
        "contents": [gemini_content(turn) for turn in said],
        "tools": [
            {
                "functionDeclarations": [
                    {
                        "name": tool["name"],
                        "description": tool["description"],
                        "parameters": tool["schema"],
                    }
                    for tool in offered
                ]
            }
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
        "generationConfig": {"temperature": 0.2, "maxOutputTokens": 4096},
    }


WRITERS = {"openai": openai_request, "anthropic": anthropic_request, "gemini": gemini_request}


def request_in(format_name: str, size: str = "100KB") -> Json:
    dice = Dice()
    count, longer = SIZES[size]
    system, offered = prose(dice, SYSTEM_BYTES), list(tools(dice))
    return WRITERS[format_name](system, offered, list(turns(dice, count, longer)))


def body_in(format_name: str, size: str = "100KB") -> bytes:
    """As clients send it: compact, in UTF-8."""
    request = request_in(format_name, size)
    return json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()


def write_bodies(folder: Path, size: str = "100KB") -> dict[str, Path]:
    files = {name: folder / f"{name}-{size}.json" for name in WRITERS}
    for name, file in files.items():
        file.write_bytes(body_in(name, size))
    return files


if __name__ == "__main__":
    sys.stdout.buffer.write(body_in(*sys.argv[1:3]))
