"""Finds and loads the recorded exchanges; the folder is optional, its tests skip without it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHAT_APIS = ("openai.chat", "mistral.chat")
_REPOSITORY = Path(__file__).resolve().parents[3]


def folder() -> Path:
    """Where the recordings are; skips the module that asks if they are nowhere."""
    given = os.environ.get("LLMGATE_TRAFFIC")
    place = Path(given) if given else _REPOSITORY.parent / "shared" / "traffic"
    if not (place / "index.jsonl").is_file():
        pytest.skip(
            f"no recorded traffic at {place} (name it with LLMGATE_TRAFFIC)",
            allow_module_level=True,
        )
    return place


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer."""

    id: str
    provider: str
    api: str
    features: frozenset[str]
    request_body: Any  # None: only the answer was recorded
    status: int
    headers: dict[str, str]
    payload: bytes
    is_stream: bool
    piece_lengths: tuple[int, ...]  # as the network delivered the stream; empty: not recorded

    @property
    def recorded_pieces(self) -> list[bytes]:
        pieces, start = [], 0
        for length in self.piece_lengths:
            pieces.append(self.payload[start : start + length])
            start += length
        return [*pieces, self.payload[start:]] if start < len(self.payload) else pieces


def load_chat_exchanges() -> list[Exchange]:
    """Every exchange in OpenAI's chat dialect or Mistral's, by id."""
    place = folder()
    rows = map(json.loads, (place / "index.jsonl").read_text(encoding="utf-8").splitlines())
    chosen = [row for row in rows if row["api"] in CHAT_APIS]
    return sorted((_load(place, row) for row in chosen), key=lambda exchange: exchange.id)


def _load(place: Path, row: dict[str, Any]) -> Exchange:
    recorded = json.loads((place / row["file"]).read_text(encoding="utf-8"))
    request, response = recorded["request"], recorded["response"]
    payload, is_stream = _payload(response)
    return Exchange(
        id=recorded["id"],
        provider=recorded["provider"],
        api=recorded["api"],
        features=frozenset(recorded["features"]),
        request_body=None if request is None else request["body"],
        status=response["status"] or (400 if "error_body" in recorded["features"] else 200),
        headers=dict(response.get("headers") or {}),
        payload=payload,
        is_stream=is_stream,
        piece_lengths=tuple(response.get("chunk_lengths") or ()),
    )


def _payload(response: dict[str, Any]) -> tuple[bytes, bool]:
    if "sse" in response:
        return response["sse"].encode(), True
    if "chunks" in response:  # how they were framed was not recorded: as OpenAI would
        events = [f"data: {chunk}\n\n" for chunk in [*response["chunks"], "[DONE]"]]
        return "".join(events).encode(), True
    return json.dumps(response["body"], ensure_ascii=False).encode(), False
