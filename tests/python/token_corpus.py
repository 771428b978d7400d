"""Texts for comparing tokenizers: made by rule, the same ones each time."""

# ruff: noqa: RUF001  (characters that look alike are what is wanted)

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

# Where the letters of twenty scripts stand.
SCRIPTS = {
    "latin": (0x61, 0x7A),
    "latin extended": (0xE0, 0x17F),
    "greek": (0x391, 0x3C9),
    "cyrillic": (0x410, 0x44F),
    "armenian": (0x531, 0x586),
    "hebrew": (0x5D0, 0x5EA),
    "arabic": (0x620, 0x64A),
    "devanagari": (0x905, 0x94D),
    "bengali": (0x985, 0x9CD),
    "tamil": (0xB85, 0xBCD),
    "telugu": (0xC05, 0xC4D),
    "thai": (0xE01, 0xE4E),
    "tibetan": (0xF40, 0xFBC),
    "georgian": (0x10D0, 0x10FA),
    "ethiopic": (0x1200, 0x135A),
    "khmer": (0x1780, 0x17D3),
    "hiragana": (0x3041, 0x3096),
    "katakana": (0x30A1, 0x30FA),
    "han": (0x4E00, 0x9FA5),
    "hangul": (0xAC00, 0xD7A3),
}
UNSPACED = {"thai", "tibetan", "khmer", "hiragana", "katakana", "han"}
MARKS = [", ", ". ", "! ", "? ", "; ", ": ", " - ", "\n", "\n\n", " (", ") ", "'s ", "。", "、"]
EMOJI = ["😀", "👩‍👩‍👧", "🇩🇪", "❤️", "👍🏽", "✨", "🤷‍♂️", "1️⃣", "🏴‍☠️"]
REPEATS = [
    "a",
    "ab",
    "A",
    " ",
    "\n",
    "\t ",
    "é",
    "日本",
    "=",
    "/*",
    "0",
    "😀",
    "' ",
    "'s",
    "\u0301",
]
PARTS = [
    *("'s", "'S", "'ſ", "'ll", "'LL", "'re", "'VE", " ", "  ", "   ", "\n", "\r\n", "\r", "\t"),
    *("a", "B", "é", "É", "日", "本", "ー", "\u0301", "\u093e", "1", "23", "4567", "４", "½", "Ⅷ"),
    *("!", "/", "//", "...", "_", "$", "'", "’s", "\u2028", "\u00a0", "\u3000", "\u200b", "\x1c"),
    *("ǅ", "ʰ", "ß", "K", "\u0130", "𝐀", "\U000e0001", "\uffff", "\0", "the", " the", "ing"),
    *("<|endoftext|>", "<|im_start|>", "HTTPServer", "camelCase", "x" * 30, " " * 20, "A" * 18),
]


def word(chance: random.Random, script: str) -> str:
    first, last = SCRIPTS[script]
    # A small vocabulary comes again and again, as in a language.
    seeded = random.Random(f"{script}{int(chance.expovariate(0.01))}")
    text = "".join(chr(seeded.randint(first, last)) for _ in range(seeded.randint(1, 9)))
    return text.title() if chance.random() < 0.1 else text


def prose(chance: random.Random, script: str, size: int) -> str:
    out: list[str] = []
    made = 0
    while made < size:
        gap = "" if script in UNSPACED else " "
        piece = word(chance, script) + (chance.choice(MARKS) if chance.random() < 0.15 else gap)
        out.append(piece)
        made += len(piece.encode())
    return "".join(out)


def code(size: int) -> str:
    """The standard library's own sources."""
    out = ""
    for path in sorted(Path(json.__file__).parent.parent.glob("*.py")):
        out += path.read_text(encoding="utf-8", errors="ignore")
        if len(out) > size:
            break
    return out[:size]


def data(chance: random.Random, size: int) -> str:
    rows: list[object] = []
    made = 0
    while made < size:
        row = {
            "id": chance.randrange(10**9),
            "score": chance.random(),
            "name": word(chance, "latin"),
            "note": None if chance.random() < 0.3 else prose(chance, "latin", 60),
            "tags": [word(chance, chance.choice(list(SCRIPTS))) for _ in range(3)],
        }
        rows.append(row)
        made += 200
    return json.dumps(rows, indent=chance.choice([None, 2]), ensure_ascii=chance.random() < 0.5)


def fuzzed(chance: random.Random, parts: int) -> str:
    out = []
    for _ in range(parts):
        kind = chance.random()
        if kind < 0.85:
            out.append(chance.choice(PARTS))
        elif kind < 0.95:
            out.append(chr(chance.randrange(0x20, 0x3000)))
        elif not 0xD800 <= (point := chance.randrange(0x110000)) < 0xE000:
            out.append(chr(point))
    return "".join(out)


def corpus(size: int) -> Iterator[tuple[str, str]]:
    """Names and texts, of about ``size`` bytes together."""
    chance = random.Random(1)
    share = size // 50
    for script in SCRIPTS:
        yield script, prose(chance, script, share)
    yield "code", code(10 * share)
    yield "json", data(chance, 10 * share)
    yield "emoji", "".join(chance.choice([*EMOJI, " ", "ok "]) for _ in range(share // 8))
    spaces = (chance.choice(" \n\t\r") * chance.randrange(1, 90) + "x" for _ in range(share // 40))
    yield "white space", "".join(spaces)
    yield "random bytes", chance.randbytes(5 * share).decode("utf-8", errors="replace")
    yield "symbols", "".join(chr(chance.randrange(0x21, 0x7F)) for _ in range(2 * share))
    for unit in REPEATS:
        yield f"repeats of {unit!r}", unit * (2000 // len(unit.encode()))
