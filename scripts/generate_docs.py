"""Fills the generated parts of README.md and docs/: what stands between `<!-- NAME:begin -->` and
`<!-- NAME:end -->` comes from the package and from benchmarks/results.json.

usage: generate_docs.py [--check]     --check writes nothing and fails where a part is out of date
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import llmgate
from llmgate import _core

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"

sys.path.insert(0, str(ROOT / "benchmarks"))
import rows as benchmark_rows  # noqa: E402


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; None becomes a dash."""
    lines = [list(head)]
    lines.append(["---"] * len(lines[0]))
    lines += [["-" if cell is None else str(cell) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def providers_table() -> str:
    return table(
        ["name", "base URL", "key from", "wire format"],
        (
            [
                f"`{provider.name}`",
                f"`{provider.base_url}`" if provider.base_url else None,
                f"`{provider.key_variable}`" if provider.key_variable else None,
                provider.format,
            ]
            for provider in sorted(llmgate.providers(), key=lambda provider: provider.name)
        ),
    )


def overhead_table(results: Path = RESULTS) -> str:
    if not results.exists():
        return "No figures are committed yet; `bash scripts/bench` makes them."
    measured: dict[str, Any] = json.loads(results.read_text())
    rows = [benchmark_rows.Row(**row) for row in measured["rows"]]
    return f"{measured['date']}, {measured['machine']}.\n\n{benchmark_rows.table(rows)}"


def errors_table() -> str:
    """The public exceptions as a tree, each with the first line of its docstring."""
    classes = [
        item
        for name in llmgate.__all__
        if isinstance(item := getattr(llmgate, name), type) and issubclass(item, BaseException)
    ]

    def below(parent: type | None, depth: int) -> Iterable[tuple[int, type]]:
        for item in classes:
            if next((base for base in item.__mro__[1:] if base in classes), None) is parent:
                yield depth, item
                yield from below(item, depth + 1)

    return table(
        ["exception", "when"],
        (
            ["&nbsp;" * 4 * depth + f"`{item.__name__}`", (item.__doc__ or "").split("\n")[0]]
            for depth, item in below(None, 0)
        ),
    )


def _is_had(feature: str, features: list[str]) -> bool:
    """Whether requests of a format with these features can have one: by its name, or inside one."""
    name = feature.split("(")[0].rstrip(".*") or feature
    own = [known.split("(")[0] for known in features]
    return any(
        name == known or name.startswith(known + ".") or (known == name + "[]") for known in own
    )


def losses_table() -> str:
    """What requests of one format lose in another, for each ordered pair."""
    formats = _core.formats()
    parts = []
    for source in formats:
        for target in formats:
            if source is target:
                continue
            rows = [
                [f"`{row['feature']}`", row["action"], row["reason"]]
                for row in target["conversions"]
                if row["action"] in ("dropped", "clamped", "refused")
                and _is_had(row["feature"], source["features"])
            ]
            parts.append(f"### From {source['name']} to {target['name']}")
            parts.append(table(["field", "becomes", "why"], rows))
    return "\n\n".join(parts)


PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("README.md", "providers"): providers_table,
    ("README.md", "overhead"): overhead_table,
    ("docs/errors.md", "errors"): errors_table,
    ("docs/lossless.md", "losses"): losses_table,
}


def fill(text: str, name: str, part: str) -> str:
    """The text with a new part between the markers of this name; both must be there once."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"the markers of {name!r} must stand in the text once each")
    head, rest = text.split(begin)
    return f"{head}{begin}\n{part}\n{end}{rest.split(end)[1]}"


def outdated() -> dict[Path, str]:
    """The pages that would change, with their new text."""
    pages: dict[Path, str] = {}
    for (page, name), render in PARTS.items():
        path = ROOT / page
        pages[path] = fill(pages.get(path) or path.read_text(), name, render())
    return {path: text for path, text in pages.items() if text != path.read_text()}


def main(arguments: list[str]) -> int:
    pages = outdated()
    if arguments == ["--check"]:
        for path in pages:
            print(f"{path.relative_to(ROOT)} is out of date: run scripts/generate_docs.py")
        return 1 if pages else 0
    for path, text in pages.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
