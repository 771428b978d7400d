"""The section of benchmarks/run about tokens: llmgate beside four tokenizers, on the same texts.

Each is a process of its own that takes one order at a time; they take turns within a round.
"""

import base64
import json
import pydoc_data.topics
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from counting import LONG, SHORT, history_rows, money_rows, write_hostile
from harness import CORES, ENVIRONMENTS, HERE, Bench, pin
from rows import Costs, Row, compared, values

sys.path.insert(0, str(HERE.parent / "scripts"))
from vocabulary_tables import Merges

PACKAGES = {  # name here, and of its environment
    "llmgate": "llmgate",
    "tiktoken": "tiktoken",
    "quicktok": "quicktok-v1",
    "rs_bpe": "rs-bpe",
    "tokenizers": "tokenizers",
}
ENCODINGS = ("cl100k_base", "o200k_base")
SHORTER = "a hundredth of it"
SIZES = {"100 B": 100, "1 KB": 1_000, "10 KB": 10_000, "10 MB": 10_000_000}
TEXTS = ("prose", "code", "cjk", "json")
MEASURED_SECONDS = 0.15
MOST_BYTES = {"tokenizers": 1_000_000}  # it would take half of the section's time
PASS_BYTES = 200_000  # of short texts in turn: the slowest peer takes 0.1 s for them
WORDS = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
)
SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
PATTERNS = {
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
    "o200k_base": (
        f"{WORDS[0]}{SUFFIX}|{WORDS[1]}{SUFFIX}"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
}

_DUMP_RANKS = """
import base64, sys
from llmgate import _core
name = sys.argv[1]
facts = _core.encoding_facts(name)
for rank in range(facts["tokens"]):
    token = _core.decode([rank], None, name)
    print(base64.b64encode(token).decode(), rank)
"""


def write_ranks(folder: Path) -> None:
    (folder / "patterns.json").write_text(json.dumps(PATTERNS))
    python = ENVIRONMENTS / "llmgate" / "bin" / "python"
    for name in ENCODINGS:
        rows = subprocess.run(
            [python, "-c", _DUMP_RANKS, name], check=True, capture_output=True, text=True
        ).stdout
        (folder / name).write_text(rows)
        tokens = [base64.b64decode(line.split()[0]) for line in rows.splitlines()]
        (folder / f"{name}.merges").write_text(json.dumps(list(Merges(tokens).pairs)))


def cjk(folder: Path, size: int) -> str:
    """Words of Chinese and Japanese as common as their ranks say, in sentences."""
    rows = (line.split()[0] for line in (folder / "o200k_base").read_text().splitlines())
    words = []
    for row in rows:
        text = base64.b64decode(row).decode("utf-8", errors="ignore")
        if text and all("\u3041" <= letter <= "\u9fa5" for letter in text):
            words.append(text)
    chance = random.Random(1)
    out: list[str] = []
    made = 0
    while made < size:
        word = words[min(int(chance.paretovariate(0.6) * 20) - 20, len(words) - 1)]
        out.append(
            word + (chance.choice("\uff0c\u3002\u3001\uff01\n") if chance.random() < 0.1 else "")
        )
        made += 3 * len(out[-1])
    return "".join(out)


def repeated(text: str, size: int) -> str:
    return (text * (size // max(len(text), 1) + 1))[:size]


def write_texts(folder: Path) -> None:
    """Prose and code that come with Python; made Chinese, Japanese and JSON."""
    size = max(SIZES.values())
    library = Path(json.__file__).parent.parent
    sources = [path.read_text("utf-8", "ignore") for path in sorted(library.rglob("*.py"))[:900]]
    chance = random.Random(2)
    prose = "\n".join(pydoc_data.topics.topics.values())
    words = prose.split()
    rows = [
        {
            "id": number * 7919,
            "score": chance.random(),
            "name": " ".join(chance.choices(words, k=3)),
            "tags": chance.choices(words, k=4),
            "nested": {"ok": chance.random() < 0.5, "at": f"2026-11-{chance.randint(1, 30):02}"},
        }
        for number in range(20_000)
    ]
    (folder / "prose").write_text(repeated(prose, size))
    (folder / "code").write_text(repeated("".join(sources), size))
    (folder / "json").write_text(repeated(json.dumps(rows, indent=1), size))
    (folder / "cjk").write_text(cjk(folder, size // 3), encoding="utf-8")


class Peer:
    def __init__(self, name: str, folder: Path) -> None:
        python = ENVIRONMENTS / PACKAGES[name] / "bin" / "python"
        command = [python, HERE / "peers" / "tokenizers_client.py", name, folder, folder]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        pin(self._process.pid, {CORES[0]})
        self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("its process ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def order(self, **order: Any) -> dict[str, Any]:
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return self._answer()

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(20)


def measure(peers: dict[str, Peer], rounds: int, **order: Any) -> Costs:
    costs: Costs = {name: [] for name in peers}
    names = list(peers)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            size = min(order["size"], MOST_BYTES.get(name, order["size"]))
            answer = peers[name].order(seconds=MEASURED_SECONDS, **{**order, "size": size})
            answer["mb_s"] = answer["bytes"] / answer["us"]
            costs[name].append(answer)
    return costs


def judged(costs: Costs, what: str, reach: str, do: str) -> list[Row]:
    rows = [compared(costs, "mb_s", what, "MB/s", ">= 5x", "tiktoken")]
    others = [name for name in costs if name not in ("llmgate", "tiktoken") and costs[name]]
    if others:
        fastest = max(others, key=lambda name: max(cost["mb_s"] for cost in costs[name]))
        rows.append(compared(costs, "mb_s", what, "MB/s", reach, fastest))
    if do == "count" and (
        different := [
            name
            for name in others
            if name not in MOST_BYTES or costs[name][0]["bytes"] == costs["llmgate"][0]["bytes"]
            if costs[name][0]["tokens"] != costs["llmgate"][0]["tokens"]
        ]
    ):
        rows[0].what += f" (other counts: {', '.join(different)})"
    return rows


def tokens(bench: Bench) -> list[Row]:
    rows: list[Row] = []
    rounds = 3 if bench.rounds < 7 else 5
    with tempfile.TemporaryDirectory(prefix="tokens.") as name:
        folder = Path(name)
        write_ranks(folder)
        write_texts(folder)
        peers: dict[str, Peer] = {}
        for peer in PACKAGES:
            try:
                peers[peer] = Peer(peer, folder)
            except (OSError, RuntimeError) as error:
                bench.left_out[peer] = str(error)
                print(f"left out: {peer}: {error}", file=sys.stderr)
        hostile = write_hostile(folder)
        try:
            for encoding in ENCODINGS:
                rows += _encoding_rows(peers, rounds, encoding)
                rows.append(_worst_case_row(peers["llmgate"], rounds, encoding, hostile))
        finally:
            for peer in peers.values():
                peer.stop()
        rows += history_rows(folder, rounds)
    return [*rows, *money_rows(rounds)]


def _worst_case_row(peer: Peer, rounds: int, encoding: str, texts: list[str]) -> Row:
    """How much slower a byte of a long hostile text is than one of a short one, at worst."""
    worst: Costs = {"llmgate": [], SHORTER: []}
    slowest = 0.0
    for text in texts:
        costs: Costs = {"llmgate": [], SHORTER: []}
        for _ in range(rounds):
            for who, size in (("llmgate", LONG), (SHORTER, SHORT)):
                answer = peer.order(
                    encoding=encoding, text=text, size=size, most=1, do="count", seconds=0.05
                )
                costs[who].append({"ns": 1e3 * answer["us"] / answer["bytes"]})
        ratio = min(cost["ns"] for cost in costs["llmgate"]) / min(
            cost["ns"] for cost in costs[SHORTER]
        )
        if ratio > slowest:
            slowest, worst = ratio, costs
    what = f"{encoding}, hostile text of 4 MB, time of a byte"
    return compared(worst, "ns", what, "ns", "<= 2x", SHORTER)


def _encoding_rows(peers: dict[str, Peer], rounds: int, encoding: str) -> list[Row]:
    rows: list[Row] = []
    first = {
        name: [peer.order(encoding=encoding, text="prose", size=100, most=1, do="count", seconds=0)]
        for name, peer in peers.items()
    }
    reach = "<= 5 ms"
    rows.append(values(first, "load_ms", f"{encoding}, ready after import", "ms", reach))
    for text in TEXTS:
        for label, size in SIZES.items():
            many = size < 1_000_000
            most = min(200, PASS_BYTES // size) if many else 1
            order = {"encoding": encoding, "text": text, "size": size, "most": most}
            for do, least in (("count", ">= 1.5x"), ("encode", ">= 1x")):
                if do == "encode" and not many:
                    continue
                costs = measure(peers, rounds, do=do, **order)
                rows += judged(costs, f"{encoding}, {do}, {text}, {label}", least, do)
    return rows
