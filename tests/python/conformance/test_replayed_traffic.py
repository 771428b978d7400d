"""Recordings of others, replayed: the request is asked again, the recorded answer has to come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from recordings import Exchange, folder, load_chat_exchanges

import llmgate

ROWS = [json.loads(line) for line in (folder() / "index.jsonl").read_text().splitlines()]
FILES = {row["id"]: row["file"] for row in ROWS}
ASKED = [
    each
    for each in load_chat_exchanges()
    if each.request_body is not None and each.provider == "openai" and each.status == 200
]


def url_of(exchange: Exchange) -> str:
    recorded = json.loads((folder() / FILES[exchange.id]).read_text())
    return str(recorded["request"]["url"])


def call(exchange: Exchange) -> Any:
    body = dict(exchange.request_body)
    return llmgate.completion(
        f"openai/{body.pop('model')}",
        body.pop("messages"),
        api_base=url_of(exchange).removesuffix("/chat/completions"),
        api_key="k",
        **body,
    )


def texts_of(exchange: Exchange) -> list[Any]:
    """What the recorded answer says, of each choice that says anything."""
    if not exchange.is_stream:
        choices = json.loads(exchange.payload)["choices"]
        return [choice["message"].get("content") for choice in choices]
    texts: dict[int, str] = {}
    for line in exchange.payload.decode().splitlines():
        if line.startswith("data: {"):
            for choice in json.loads(line[6:])["choices"]:
                piece = choice.get("delta", {}).get("content") or ""
                texts[choice["index"]] = texts.get(choice["index"], "") + piece
    return [texts[index] or None for index in sorted(texts)]


def replayed_texts(exchange: Exchange) -> list[Any]:
    with llmgate.replay(folder() / FILES[exchange.id]) as replay:
        reply = call(exchange)
        if exchange.request_body.get("stream"):
            reply = llmgate.stream_chunk_builder(list(reply))
        assert replay.unused == 0
    return [choice.message.content for choice in reply.choices]


@pytest.mark.filterwarnings("ignore::llmgate.LLMGateWarning")
@pytest.mark.parametrize("exchange", ASKED, ids=lambda each: each.id)
def test_a_recorded_request_gets_its_recorded_answer(exchange: Exchange) -> None:
    assert replayed_texts(exchange) == texts_of(exchange)


def test_the_whole_folder_can_be_replayed() -> None:
    with llmgate.replay(folder()) as replay:
        assert replay.exchanges > 400
        with pytest.raises(llmgate.BadRequestError, match="The nearest recorded request"):
            llmgate.completion("openai/gpt-4o", "never asked", api_key="k")
