"""From a list of ranked tokens to the tables that the core maps into memory. Pure Python.

cpp/tokens/vocabulary.h describes the file; whatever changes here changes kVersion there.
"""

from __future__ import annotations

import array
import struct
import sys
from dataclasses import dataclass, field

MAGIC = b"LLMGVOC\x01"
NONE = 0xFFFFFFFF
MASK = 0xFFFFFFFFFFFFFFFF
MULTIPLIER = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: spreads neighbouring keys
CHECK_MULTIPLIER = 0x100000001B3  # FNV's prime
PATTERNS = ("r50k", "cl100k", "o200k", "qwen", "tekken")
ID_BITS = 20  # of a table's entry; the rest is a tag of the hash


@dataclass
class Source:
    """What a vocabulary is made of."""

    name: str
    pattern: str
    tokens: list[bytes]  # by rank; an empty one is a rank that stands for nothing
    id_offset: int = 0  # the id of rank 0
    special: dict[str, dict[str, int]] = field(default_factory=dict)  # by encoding


def mixed(value: int) -> int:
    value = value * MULTIPLIER & MASK
    return value ^ value >> 32


def hash_pair(left: int, right: int) -> int:
    return mixed(left << 32 | right)


class Merges:
    """For each token the pair it is merged from; asks which tokens may stand side by side."""

    def __init__(self, tokens: list[bytes]) -> None:
        self.ids = {token: rank for rank, token in enumerate(tokens) if token}
        self.splits = [(rank, rank) for rank in range(len(tokens))]
        self.prefixes = [NONE] * len(tokens)
        self.pairs: dict[tuple[int, int], int] = {}
        for rank, token in enumerate(tokens):
            if len(token) > 1:
                self._split(rank, token)

    def _split(self, rank: int, token: bytes) -> None:
        for length in range(len(token) - 1, 0, -1):
            left = self.ids.get(token[:length])
            if left is None:
                continue
            if self.prefixes[rank] == NONE:
                self.prefixes[rank] = left
            right = self.ids.get(token[length:])
            if right is None or left >= rank or right >= rank:
                continue
            if self.may_be_neighbours(left, right):
                self.splits[rank] = (left, right)
                self.pairs[left, right] = rank
                return
        raise SystemExit(f"token {rank}, {token!r}, is not what merging makes of its bytes")

    def may_be_neighbours(self, left: int, right: int) -> bool:
        """Whether merging the bytes of both together ends with these two tokens."""
        limit = NONE
        while True:
            merged = self.pairs.get((left, right))
            if merged is not None and merged < limit:
                return False
            # Undo the later of the two merges that made the neighbours.
            if left > right:
                limit = left
                left = self.splits[left][1]
                if left != limit:
                    continue
                limit = right + 1
                right = self.splits[right][0]
                if right + 1 == limit:
                    return True
            else:
                limit = right + 1
                right = self.splits[right][0]
                if right + 1 != limit:
                    continue
                limit = left
                left = self.splits[left][1]
                if left == limit:
                    return True


class Trie:
    """A double array. A unit: base in 24 bits, label in 9, token plus one in 21, a tail's flag.

    A node that leads to one token only is a tail: the rest of that token is compared.
    """

    FREE = 0x100
    TAIL = 1 << 54

    def __init__(self, tokens: list[tuple[bytes, int]]) -> None:
        self._tokens = sorted(tokens)
        self._units: list[int] = [self.FREE << 24] * 1024
        self._used = bytearray(1024)
        self._bases: set[int] = set()
        self._search = 1
        self._used[0] = 1
        waiting = [(0, 0, len(self._tokens), 0)]
        while waiting:
            waiting += reversed(self._place(*waiting.pop()))

    def _place(
        self, unit: int, begin: int, end: int, depth: int
    ) -> list[tuple[int, int, int, int]]:
        label = self._units[unit] & (self.FREE - 1) << 24 if unit else 0
        token = 0
        if len(self._tokens[begin][0]) == depth:
            token = self._tokens[begin][1] + 1
            begin += 1
        children: list[tuple[int, int, int]] = []  # byte, begin, end
        position = begin
        while position < end:
            byte = self._tokens[position][0][depth]
            start = position
            while position < end and self._tokens[position][0][depth] == byte:
                position += 1
            children.append((byte, start, position))
        base = self._find_base([byte for byte, _, _ in children]) if children else 0
        self._units[unit] = base | label | token << 33
        below = []
        for byte, start, stop in children:
            child = base + byte
            self._used[child] = 1
            self._units[child] = byte << 24
            if stop - start == 1:
                self._units[child] |= self._tokens[start][1] + 1 << 33 | self.TAIL
            else:
                below.append((child, start, stop, depth + 1))
        return below

    def _find_base(self, labels: list[int]) -> int:
        first = labels[0]
        slot = self._search
        tried = 0
        while True:
            slot = self._used.find(0, slot)
            if slot < 0 or slot + 256 >= len(self._used):
                self._grow()
                slot = max(slot, self._search)
                continue
            base = slot - first
            tried += 1
            if (
                base > 0
                and base not in self._bases
                and not any(self._used[base + label] for label in labels)
            ):
                self._bases.add(base)
                if tried > 200:  # what lies below is as good as full
                    self._search += (slot - self._search) // 2
                return base
            slot += 1

    def _grow(self) -> None:
        more = len(self._units)
        self._units += [self.FREE << 24] * more
        self._used += bytes(more)

    def data(self) -> bytes:
        last = max(index for index, used in enumerate(self._used) if used)
        units = self._units[: last + 1]
        units += [self.FREE << 24] * (max(self._bases) + 257 - len(units))
        return packed("Q", units)


def packed(kind: str, values: list[int]) -> bytes:
    numbers = array.array(kind, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def head_bit(text: bytes) -> int:
    """Of the one or two bytes that a neighbour begins with."""
    if len(text) > 1:
        return 1 << ((text[0] << 8 | text[1]) * 0x9E3779B1 >> 16) % 64
    return 1 << (text[0] * 0x85EBCA6B >> 12) % 64


def records(tokens: list[bytes], merges: Merges) -> bytes:
    """For each token: place and length, longest prefix, both halves, and two filters.

    The filters tell how the tokens begin (end) that this token, or what it is made of at its right
    (left) edge, merges with. Two tokens whose filters do not meet are neighbours without a search.
    """
    after = [0] * len(tokens)
    before = [0] * len(tokens)
    for left, right in merges.pairs:
        after[left] |= head_bit(tokens[right][:2])
        before[right] |= head_bit(tokens[left][:-3:-1])
    out = bytearray()
    place = 0
    for rank, (left, right) in enumerate(merges.splits):
        if left != rank:
            after[rank] |= after[right]
            before[rank] |= before[left]
        where = place | len(tokens[rank]) << 24
        filters = (after[rank], before[rank])
        out += struct.pack("<IIIIQQ", where, merges.prefixes[rank], left, right, *filters)
        place += len(tokens[rank])
    return bytes(out)


def hash_table(hashes: list[tuple[int, int]]) -> bytes:
    """Slots of a tag and an id, found from a hash's upper half on by going on."""
    size = len(hashes) * 8 // 5 + 1
    slots = [NONE] * size
    for value, rank in hashes:
        slot = (value & NONE) * size >> 32
        while slots[slot] != NONE:
            slot = slot + 1 if slot + 1 < size else 0
        slots[slot] = value >> 32 << ID_BITS & NONE | rank
    return packed("I", slots)


def unicode_classes(category: object) -> bytes:
    """Blocks of 256 code points: an index of 0x1100 blocks, then each different block once."""
    spaces = [*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)]
    space = {*spaces, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
    assert callable(category)
    classes = {"Lu": 1, "Lt": 1, "Ll": 2, "Lm": 3, "Lo": 3}
    classes |= {"Mn": 4, "Mc": 4, "Me": 4, "Nd": 5, "Nl": 5, "No": 5}
    blocks: dict[bytes, int] = {}
    index = []
    for start in range(0, 0x110000, 256):
        row = bytes(
            6 if point in space else classes.get(category(chr(point)), 0)
            for point in range(start, start + 256)
        )
        index.append(blocks.setdefault(row, len(blocks)))
    return packed("H", index) + b"".join(blocks)


def special_records(source: Source) -> bytes:
    """Encoding names by line; then for each token: id, which encodings have it, length, bytes."""
    names = list(source.special) or [source.name]
    owners: dict[tuple[str, int], int] = {}
    for bit, name in enumerate(names):
        for text, number in source.special.get(name, {}).items():
            owners[text, number] = owners.get((text, number), 0) | 1 << bit
    out = struct.pack("<II", len(names), len(owners))
    for name in names:
        out += struct.pack("<H", len(name)) + name.encode()
    for (text, number), bits in sorted(owners.items(), key=lambda item: item[0][1]):
        token = text.encode()
        out += struct.pack("<IHH", number, bits, len(token)) + token
    return out


def checksum(data: bytes) -> int:
    """Four lanes of eight bytes each, so that a machine can do them at the same time."""
    lanes = [MASK - lane for lane in range(4)]
    words = struct.unpack(f"<{len(data) // 8}Q", data)
    for place in range(0, len(words), 4):
        for lane in range(4):
            lanes[lane] = (lanes[lane] ^ words[place + lane]) * CHECK_MULTIPLIER & MASK
    value = 0
    for lane in lanes:
        value = mixed(value ^ lane)
    return value


def vocabulary_file(source: Source, classes: bytes, unicode_version: str) -> bytes:
    tokens = source.tokens
    merges = Merges(tokens)
    sections = [
        records(tokens, merges),
        b"".join(tokens) + bytes(16),  # room for a load of 16 bytes at the last one
        hash_table([(hash_pair(*pair), rank) for pair, rank in merges.pairs.items()]),
        Trie([(token, rank) for rank, token in enumerate(tokens) if token]).data(),
        classes,
        special_records(source),
    ]
    size = 128 + (16 * len(sections) + 31) // 32 * 32
    directory, body = b"", b""
    for section in sections:
        directory += struct.pack("<QQ", size + len(body), len(section))
        body += section + bytes(-len(section) % 32)
    head = struct.pack(
        "<8sQIIIIIxxxx",
        *(MAGIC, size + len(body), PATTERNS.index(source.pattern), len(tokens)),
        *(source.id_offset, max(map(len, tokens)), len(sections)),
    )
    head += unicode_version.encode().ljust(16, b"\0") + source.name.encode().ljust(32, b"\0")
    rest = directory.ljust(size - 128, b"\0") + body
    head = head.ljust(120, b"\0")
    return head + struct.pack("<Q", checksum(head + bytes(8) + rest)) + rest
