"""Rows of the section about tokens that need no other tokenizer: a history that grows, input made
to be slow, and what money costs a call.
"""

import random
from pathlib import Path

from harness import CORES, ENVIRONMENTS, HERE, PROGRAMS, run_json
from rows import Costs, Row, compared, values

CLIENT = HERE / "peers" / "counting_client.py"
TABLE = HERE.parent / "python" / "llmgate" / "data" / "model_facts" / "model_facts.table"
HISTORIES = 12
PRICED_CALLS = 200_000
SHORT, LONG = 40_000, 4_000_000


def _client(peer: str, *arguments: object) -> dict[str, float]:
    python = ENVIRONMENTS / peer / "bin" / "python"
    environment = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # else it asks the network
    return run_json([python, CLIENT, *map(str, arguments)], {CORES[0]}, environment)


def write_hostile(folder: Path) -> list[str]:
    """Texts that encoders with a quadratic step hang on: long pieces that do not split."""
    chance = random.Random(3)
    texts = {
        "a": "a" * LONG,
        "spaces": " " * LONG,
        "newlines": "\n" * LONG,
        "signs": "=-" * (LONG // 2),
        "letters": "".join(chance.choices("etaoinshrdlu", k=LONG)),
        "han": "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(LONG)),
    }
    for name, text in texts.items():
        (folder / f"hostile_{name}").write_text(text, encoding="utf-8")
    return [f"hostile_{name}" for name in texts]


def history_rows(folder: Path, rounds: int) -> list[Row]:
    costs: Costs = {"llmgate": [], "full recount": []}
    for _ in range(rounds):
        found = _client("llmgate", "history", folder / "prose", HISTORIES)
        costs["llmgate"].append({"us": found["us"]})
        costs["full recount"].append({"us": found["recount_us"]})
    what = "o200k_base, one more turn of a history of 200 and more"
    return [compared(costs, "us", what, "us", ">= 100x", "full recount", True)]


def money_rows(rounds: int) -> list[Row]:
    core: Costs = {"llmgate": []}
    calls: Costs = {"llmgate": [], "litellm": []}
    for _ in range(rounds):
        program = [PROGRAMS / "cost_and_budget", TABLE, str(PRICED_CALLS)]
        core["llmgate"].append(run_json(program, {CORES[0]}))
        for peer, found in calls.items():
            found.append(_client(peer, "cost", peer, rounds))
    together = {
        "llmgate": [{"us": cost["both_ns"] / 1e3} for cost in core["llmgate"]],
        "litellm": calls["litellm"],
    }
    return [
        values(core, "cost_ns", "core, the cost of one call", "ns"),
        values(core, "both_ns", "core, cost and budget of one call", "ns", "<= 300 ns"),
        compared(together, "us", "cost and budget of one call", "us", ">= 200x", "litellm", True),
        compared(calls, "us", "completion_cost() from Python", "us", "", "litellm", True),
    ]
