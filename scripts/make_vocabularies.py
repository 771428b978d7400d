#!/usr/bin/env python3
"""Makes the tables of the byte-pair vocabularies from the rank files that packages carry.

    scripts/make_vocabularies.py PACKAGE...

Each PACKAGE is a package's file (.tgz, .whl) or an unpacked folder: gpt-tokenizer 4.0.0 (npm:
`npm pack gpt-tokenizer@4.0.0`), mistral-common and quicktok-v1 (pip: `pip download --no-deps`).
Every rank file must have the SHA-256 that scripts/vocabulary_sources.json lists; a file that no
package has leaves its vocabulary as it is. Needs unicodedata2 of the version that is named there,
because tiktoken's regular expressions have that version's classes. Writes
python/llmgate/data/vocabularies/.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from vocabulary_tables import Source, unicode_classes, vocabulary_file

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "python" / "llmgate" / "data" / "vocabularies"
LISTED = json.loads((ROOT / "scripts" / "vocabulary_sources.json").read_text())

END = "<|endoftext|>"
FILL = {"<|fim_prefix|>": 1, "<|fim_middle|>": 2, "<|fim_suffix|>": 3}
HARMONY = {
    **{200002: "return", 200003: "constrain", 200005: "channel", 200006: "start"},
    **{199998: "startoftext", 199999: "endoftext", 200007: "end", 200008: "message"},
    **{200012: "call", 200018: "endofprompt"},
}
TEKKEN_TOKENS, TEKKEN_SPECIAL = 131072, 1000


def members(package: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file in a package that could be listed."""
    if package.is_dir():
        for path in package.rglob("*"):
            if path.name in LISTED["files"] and path.is_file():
                yield path.name, path.read_bytes()
    elif package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            for name in wheel.namelist():
                yield name, wheel.read(name)
    else:
        with tarfile.open(package) as archive:
            for entry in archive:
                if file := archive.extractfile(entry):
                    yield entry.name, file.read()


def rank_files(packages: list[Path]) -> dict[str, bytes]:
    """The listed files that the packages have, each checked."""
    found = {}
    for package in packages:
        for path, data in members(package):
            name = Path(path).name
            if name not in LISTED["files"]:
                continue
            if hashlib.sha256(data).hexdigest() != LISTED["files"][name]:
                raise SystemExit(f"{package}: {path} is not the file that is listed")
            found[name] = data
    return found


def by_rank(ranks: dict[int, bytes]) -> list[bytes]:
    return [ranks.get(rank, b"") for rank in range(max(ranks) + 1)]


def tiktoken_ranks(data: bytes) -> list[bytes]:
    rows = (line.split() for line in data.splitlines() if line)
    return by_rank({int(rank): base64.b64decode(token) for token, rank in rows})


def counted_records(data: bytes, with_rank: bool) -> dict[int, bytes]:
    """Records of a length in two bytes, a text and its number, in either order."""
    (count,) = struct.unpack_from("<I", data)
    place, rows = 4, {}
    for _ in range(count):
        if with_rank:
            (length,) = struct.unpack_from("<H", data, place)
            text = data[place + 2 : place + 2 + length]
            (rank,) = struct.unpack_from("<I", data, place + 2 + length)
        else:
            rank, length = struct.unpack_from("<IH", data, place)
            text = data[place + 6 : place + 6 + length]
        rows[rank] = text
        place += 6 + length
    return rows


def openai_sources(files: dict[str, bytes]) -> Iterator[Source]:
    named = [f"<|{HARMONY.get(number, f'reserved_{number}')}|>" for number in range(199998, 201088)]
    harmony = {text: 199998 + place for place, text in enumerate(named)}
    special = {
        "r50k_base": {"r50k_base": {END: 50256}, "gpt2": {END: 50256}},
        "p50k_base": {
            "p50k_base": {END: 50256},
            "p50k_edit": {END: 50256} | {text: 50280 + place for text, place in FILL.items()},
        },
        "cl100k_base": {
            "cl100k_base": {END: 100257, "<|endofprompt|>": 100276}
            | {text: 100257 + place for text, place in FILL.items()}
        },
        "o200k_base": {
            "o200k_base": {END: 199999, "<|endofprompt|>": 200018},
            "o200k_harmony": harmony,
        },
    }
    for name, encodings in special.items():
        if data := files.get(f"{name}.tiktoken"):
            pattern = "r50k" if "50k" in name else name.removesuffix("_base")
            yield Source(name, pattern, tiktoken_ranks(data), special=encodings)


def other_sources(files: dict[str, bytes]) -> Iterator[Source]:
    if data := files.get("tekken_240718.json"):
        kept = json.loads(data)["vocab"][: TEKKEN_TOKENS - TEKKEN_SPECIAL]
        tokens = by_rank({row["rank"]: base64.b64decode(row["token_bytes"]) for row in kept})
        yield Source("tekken", "tekken", tokens, id_offset=TEKKEN_SPECIAL)
    if "qwen3.vocab" in files and "qwen3.special" in files:
        tokens = by_rank(counted_records(files["qwen3.vocab"], with_rank=True))
        special = counted_records(files["qwen3.special"], with_rank=False)
        names = {text.decode(): number for number, text in special.items()}
        yield Source("qwen", "qwen", tokens, special={"qwen": names})


def main() -> int:
    import unicodedata2

    if unicodedata2.unidata_version != LISTED["unicode"]:
        raise SystemExit(f"needs unicodedata2=={LISTED['unicode']}")
    if not sys.argv[1:]:
        raise SystemExit(__doc__)
    files = rank_files([Path(argument) for argument in sys.argv[1:]])
    classes = unicode_classes(unicodedata2.category)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for source in [*openai_sources(files), *other_sources(files)]:
        table = vocabulary_file(source, classes, LISTED["unicode"])
        (OUTPUT / f"{source.name}.vocabulary").write_bytes(table)
        print(f"{source.name}: {len(source.tokens)} tokens, {len(table) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
