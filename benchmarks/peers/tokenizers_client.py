"""A tokenizer in a process of its own: takes one order per line, answers with microseconds.

    tokenizers_client.py PEER RANKS_FOLDER TEXTS_FOLDER

PEER is llmgate, tiktoken, quicktok, rs_bpe or tokenizers. The ranks are files in tiktoken's format.
"""

import base64
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PEER, RANKS, TEXTS = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
Calls = dict[str, Callable[[str], Any]]
PATTERNS = json.loads((RANKS / "patterns.json").read_text())


def ranks(encoding: str) -> dict[bytes, int]:
    rows = (line.split() for line in (RANKS / encoding).read_bytes().splitlines())
    return {base64.b64decode(token): int(rank) for token, rank in rows}


def llmgate_calls(encoding: str) -> Calls:
    import llmgate

    return {
        "count": lambda text: llmgate.count(text, encoding=encoding),
        "encode": lambda text: llmgate.encode(encoding=encoding, text=text),
    }


def tiktoken_calls(encoding: str) -> Calls:
    import tiktoken

    encoder = tiktoken.Encoding(
        encoding,
        pat_str=PATTERNS[encoding],
        mergeable_ranks=ranks(encoding),
        special_tokens={},
    )
    return {
        "count": lambda text: len(encoder.encode_ordinary(text)),
        "encode": encoder.encode_ordinary,
    }


def quicktok_calls(encoding: str) -> Calls:
    import quicktok

    encoder = quicktok.get_encoding(encoding)
    return {"count": encoder.count, "encode": encoder.encode}


def rs_bpe_calls(encoding: str) -> Calls:
    from rs_bpe.bpe import openai

    encoder = getattr(openai, encoding)()
    return {"count": encoder.count, "encode": encoder.encode}


def tokenizers_calls(encoding: str) -> Calls:
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    # The same bytes-to-characters table that every byte-level vocabulary of this library uses.
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = (byte for byte in range(256) if byte not in shown)
    letters = {byte: chr(byte) for byte in shown}
    letters |= {byte: chr(256 + place) for place, byte in enumerate(others)}

    def written(token: bytes) -> str:
        return "".join(letters[byte] for byte in token)

    table = ranks(encoding)
    merges = json.loads((RANKS / f"{encoding}.merges").read_text())
    by_rank = {rank: written(token) for token, rank in table.items()}
    vocabulary = {text: rank for rank, text in by_rank.items()}
    pairs = [(by_rank[left], by_rank[right]) for left, right in merges]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=pairs, fuse_unk=False))
    pattern = PATTERNS[encoding].replace("?+", "?").replace("++", "+").replace("*+", "*")
    pattern = pattern.replace("}+", "}")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    return {
        "count": lambda text: len(tokenizer.encode(text)),
        "encode": lambda text: tokenizer.encode(text).ids,
    }


def timed(call: Callable[[str], Any], texts: list[str], seconds: float) -> float:
    """CPU microseconds of one call: the fastest pass over all the texts. Nothing in it waits."""
    best = float("inf")
    spent = 0.0
    while spent < seconds or best == float("inf"):
        start = time.process_time()
        for text in texts:
            call(text)
        took = time.process_time() - start
        spent += took
        best = min(best, took)
    return best / len(texts) * 1e6


def main() -> None:
    make = {
        "llmgate": llmgate_calls,
        "tiktoken": tiktoken_calls,
        "quicktok": quicktok_calls,
        "rs_bpe": rs_bpe_calls,
        "tokenizers": tokenizers_calls,
    }[PEER]
    # What is timed below is what comes after this.
    importlib.import_module({"rs_bpe": "rs_bpe.bpe"}.get(PEER, PEER))
    known: dict[str, Calls] = {}
    loads: dict[str, float] = {}
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        encoding = order["encoding"]
        if encoding not in known:
            start = time.perf_counter()
            known[encoding] = make(encoding)
            known[encoding]["count"]("hello")
            loads[encoding] = (time.perf_counter() - start) * 1e3
        text = (TEXTS / order["text"]).read_text(encoding="utf-8")
        size = order["size"]
        texts = [text[start : start + size] for start in range(0, len(text), size)][: order["most"]]
        texts = [part for part in texts if part]
        us = timed(known[encoding][order["do"]], texts, order["seconds"])
        answer = {"us": us, "load_ms": loads[encoding]}
        answer["tokens"] = sum(int(_length(known[encoding]["count"](part))) for part in texts)
        answer["bytes"] = sum(len(part.encode()) for part in texts) / len(texts)
        print(json.dumps(answer), flush=True)


def _length(count: Any) -> int:
    return count if isinstance(count, int) else len(count)


if __name__ == "__main__":
    main()
