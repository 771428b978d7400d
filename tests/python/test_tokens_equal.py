"""Counts and ids against tiktoken, which is given the same ranks and so downloads nothing.

A few megabytes as a rule; LLMGATE_FULL_TOKENS=1 takes 25 MB and a million fuzzed strings.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from token_corpus import corpus, fuzzed

import llmgate
from llmgate import _core

tiktoken = pytest.importorskip("tiktoken")
ROOT = Path(__file__).resolve().parents[2]
FULL = os.environ.get("LLMGATE_FULL_TOKENS") == "1"
CORPUS_BYTES = 25_000_000 if FULL else 1_500_000
FUZZED_STRINGS = 250_000 if FULL else 4_000  # for each encoding

WORDS = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
)
SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
OLD = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
# The expressions of tiktoken 0.14, of Qwen's tokenizer.json and of Mistral's tekken.json.
PATTERNS = {
    "r50k_base": OLD,
    "p50k_base": OLD,
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
    "o200k_base": "|".join(
        [WORDS[0] + SUFFIX, WORDS[1] + SUFFIX, r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", SPACES]
    ),
    "qwen": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
        + SPACES
    ),
    "tekken": "|".join([*WORDS, r"\p{N}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", SPACES]),
}


def ranks_of(encoding: str) -> dict[bytes, int]:
    facts = _core.encoding_facts(encoding)
    first = 1000 if encoding == "tekken" else 0
    special = set(facts["special_tokens"].values())
    ids = [number for number in range(first, first + facts["tokens"]) if number not in special]
    return {_core.decode([number], None, encoding): number for number in ids}


@pytest.fixture(scope="module", params=list(PATTERNS))
def pair(request: pytest.FixtureRequest) -> tuple[str, Any]:
    """An encoding's name and tiktoken's encoder for it."""
    name = request.param
    encoder = tiktoken.Encoding(
        name, pat_str=PATTERNS[name], mergeable_ranks=ranks_of(name), special_tokens={}
    )
    return name, encoder


def compare(name: str, encoder: Any, text: str) -> None:
    expected = encoder.encode_ordinary(text)
    ids = llmgate.encode(encoding=name, text=text)
    assert ids == expected, f"{name}: {text[:200]!r}"
    assert llmgate.count(text, encoding=name) == len(expected)
    assert llmgate.decode(encoding=name, tokens=ids) == text


@pytest.mark.parametrize("name", ["r50k_base", "p50k_base", "cl100k_base", "o200k_base"])
def test_the_tables_hold_the_published_rank_file(name: str) -> None:
    listed = json.loads((ROOT / "scripts" / "vocabulary_sources.json").read_text())["files"]
    lines = [base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks_of(name).items()]
    assert hashlib.sha256(b"".join(lines)).hexdigest() == listed[f"{name}.tiktoken"]


def test_every_text_of_the_corpus_is_encoded_alike(pair: tuple[str, Any]) -> None:
    for _, text in corpus(CORPUS_BYTES):
        compare(*pair, text)


def test_every_fuzzed_string_is_encoded_alike(pair: tuple[str, Any]) -> None:
    chance = random.Random(pair[0])
    for _ in range(FUZZED_STRINGS):
        compare(*pair, fuzzed(chance, chance.choice([2, 5, 12, 30])))


def test_every_character_is_encoded_alike(pair: tuple[str, Any]) -> None:
    step = 1 if FULL else 7
    points = [point for point in range(0, 0x110000, step) if not 0xD800 <= point < 0xE000]
    for start in range(0, len(points), 500):
        # Each between two that tell its class: a letter, a sign, a digit.
        compare(
            *pair,
            "".join(f"a{chr(point)}b!{chr(point)}1 " for point in points[start : start + 500]),
        )


def test_surrogates_are_read_as_tiktoken_reads_them(pair: tuple[str, Any]) -> None:
    name, encoder = pair
    for text in ("\ud800", "a\udfffb", "\ud83d\ude00!", "\ude00\ud83d"):
        assert llmgate.encode(encoding=name, text=text) == encoder.encode_ordinary(text)
        assert llmgate.count(text, encoding=name) == len(encoder.encode_ordinary(text))
