"""The sections of benchmarks/run about formats: what a call to each costs, what a long request
costs that is translated from one to another, and a very long one from Python to its body.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conversation import write_bodies
from harness import APART, FREE, PROGRAMS, TOGETHER, Bench, run_json
from rows import Row, compared

CALLS = 4000  # of one round, as in the section about completion()
TIMES = 200  # of one round
LITELLM_TIMES = 10
CONTEXT_TIMES = 8
NAMES = {"openai": "OpenAI", "anthropic": "Anthropic", "gemini": "Gemini"}
DIRECTIONS = [
    ("openai", "anthropic"),
    ("openai", "gemini"),
    ("anthropic", "openai"),
    ("gemini", "openai"),
    ("anthropic", "gemini"),
    ("gemini", "anthropic"),
]
MODELS = {
    "openai": "openai/gpt-4o",
    "anthropic": "anthropic/claude-sonnet-4-5",
    "gemini": "gemini/gemini-2.5-flash",
}


def formats(bench: Bench) -> list[Row]:
    """completion() to the other formats beside the same to OpenAI's."""
    rows = []
    for name, place in (("together", TOGETHER), ("apart", APART)):
        runs = {
            to: bench.ordered(place, "llmgate", do="sync", n=CALLS, model=model)
            for to, model in MODELS.items()
        }
        costs = bench.interleave(place, runs)
        for to in ("anthropic", "gemini"):
            pair = {"llmgate": costs[to], "openai": costs["openai"]}
            what = f"completion() to {NAMES[to]} beside OpenAI, {name}, wall"
            row = compared(pair, "wall_us", what, "us", "<= 1.15x", "openai")
            row.peers = {"llmgate to openai": row.peers["openai"]}
            row.reach = "<= 1.15x llmgate to openai"
            rows.append(row)
    return rows


def _program(*arguments: Any) -> Callable[[], dict[str, Any]]:
    return lambda: run_json([PROGRAMS / "translate", *map(str, arguments)], FREE["client"])


def translate(bench: Bench) -> list[Row]:
    """A tool-heavy conversation of about 100 KB from format to format."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="conversations.") as folder:
        files = write_bodies(Path(folder))
        for source, to in DIRECTIONS:
            file = files[source]
            order: dict[str, Any] = {"file": str(file), "source": source, "to": to}
            runs = {
                "llmgate": _program(source, to, file, TIMES),
                "limit": _program("limit", file, TIMES),
                "python_json": bench.ordered(FREE, "llmgate", do="json", n=TIMES // 10, **order),
            }
            if "litellm" in bench.clients:
                order.update(do="translate", n=LITELLM_TIMES)
                runs["litellm"] = bench.ordered(FREE, "litellm", **order)
                runs["litellm_and_json"] = bench.ordered(FREE, "litellm", **order, bytes=True)
            costs = bench.interleave(FREE, runs)
            what = f"100 KB of tool calls, {NAMES[source]} to {NAMES[to]}"
            rows.append(compared(costs, "us", what, "us", "<= 3x", "limit"))
            rows.append(compared(costs, "us", what, "us", ">= 50x", "litellm", True))
    return rows


def context(bench: Bench) -> list[Row]:
    """A context of 4 MB: Python's objects in, the body of the request out."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="conversations.") as folder:
        file = write_bodies(Path(folder), "4MB")["openai"]
        runs = {
            to: bench.ordered(FREE, "llmgate", do="context", n=CONTEXT_TIMES, file=str(file), to=to)
            for to in NAMES
        }
        runs["limit"] = _program("limit", file, CONTEXT_TIMES)
        runs["python_json"] = bench.ordered(FREE, "llmgate", do="json", n=2, file=str(file))
        costs = bench.interleave(FREE, runs)
        for to, name in NAMES.items():
            pair = {who: costs[who] for who in ("limit", "python_json")}
            what = f"4 MB of context, from Python to the body for {name}"
            rows.append(
                compared({"llmgate": costs[to], **pair}, "us", what, "us", "<= 5x", "limit")
            )
    return rows
