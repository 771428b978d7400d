"""Finds and loads the recorded exchanges; the folder is optional, its tests skip without it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHAT_APIS = ("openai.chat", "mistral.chat")
ANTHROPIC_APIS = ("anthropic.messages",)
GEMINI_APIS = ("gemini.generateContent", "gemini.streamGenerateContent")
_OUR_NAMES = {"vertex": "vertex_ai"}  # of providers
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
    model: str  # that was asked for, in the body or in the URL
    follows: str | None  # the exchange whose answer this request sends back
    status: int
    headers: dict[str, str]
    payload: bytes
    is_stream: bool
    piece_lengths: tuple[int, ...]  # as the network delivered the stream; empty: not recorded

    @property
    def format(self) -> str:
        """The name of the wire format, as llmgate has it."""
        if self.api in GEMINI_APIS:
            return "gemini.generateContent"
        return self.api if self.api in ANTHROPIC_APIS else "openai.chat"

    @property
    def asks_for_stream(self) -> bool:
        return self.api.startswith("gemini.stream") or "stream" in self.features

    @property
    def recorded_pieces(self) -> list[bytes]:
        pieces, start = [], 0
        for length in self.piece_lengths:
            pieces.append(self.payload[start : start + length])
            start += length
        return [*pieces, self.payload[start:]] if start < len(self.payload) else pieces


def load_chat_exchanges() -> list[Exchange]:
    """Every exchange in OpenAI's chat dialect or Mistral's, by id."""
    return load_exchanges(CHAT_APIS)


def load_exchanges(apis: tuple[str, ...]) -> list[Exchange]:
    """Every exchange in one of these dialects, by id."""
    place = folder()
    rows = map(json.loads, (place / "index.jsonl").read_text(encoding="utf-8").splitlines())
    chosen = [row for row in rows if row["api"] in apis]
    return sorted((_load(place, row) for row in chosen), key=lambda exchange: exchange.id)


def _load(place: Path, row: dict[str, Any]) -> Exchange:
    recorded = json.loads((place / row["file"]).read_text(encoding="utf-8"))
    request, response = recorded["request"], recorded["response"]
    payload, is_stream = _payload(response, row["api"])
    return Exchange(
        id=recorded["id"],
        provider=_OUR_NAMES.get(recorded["provider"], recorded["provider"]),
        api=recorded["api"],
        features=frozenset(recorded["features"]),
        request_body=None if request is None else request["body"],
        model=_model_of(request),
        follows=row["follows"],
        status=response["status"] or (400 if "error_body" in recorded["features"] else 200),
        headers=dict(response.get("headers") or {}),
        payload=payload,
        is_stream=is_stream,
        piece_lengths=tuple(response.get("chunk_lengths") or ()),
    )


def _model_of(request: dict[str, Any] | None) -> str:
    if request is None:
        return "unknown"
    in_url = re.search(r"/models/([^:/]+):", request["url"])
    return in_url.group(1) if in_url else request["body"].get("model", "unknown")


def _payload(response: dict[str, Any], api: str) -> tuple[bytes, bool]:
    if "sse" in response:
        return response["sse"].encode(), True
    if "chunks" in response:  # how they were framed was not recorded: as the format's owner would
        return "".join(_framed(response["chunks"], api)).encode(), True
    return json.dumps(response["body"], ensure_ascii=False).encode(), False


def _framed(chunks: list[str], api: str) -> list[str]:
    if api in ANTHROPIC_APIS:
        return [f"event: {json.loads(chunk)['type']}\ndata: {chunk}\n\n" for chunk in chunks]
    if api in GEMINI_APIS:
        return [f"data: {chunk}\r\n\r\n" for chunk in chunks]
    return [f"data: {chunk}\n\n" for chunk in [*chunks, "[DONE]"]]
