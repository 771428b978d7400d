"""What ``Router.status()`` shows: rows for a program, a table for a terminal or a notebook."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from llmgate._node import Node

_COLUMNS = (
    ("id", "deployment"),
    ("state", "state"),
    ("in_flight", "in flight"),
    ("attempts", "attempts"),
    ("failures", "failures"),
    ("latency_p50_ms", "p50 ms"),
    ("latency_p99_ms", "p99 ms"),
    ("first_content_p50_ms", "first p50"),
    ("requests_per_minute", "rpm used"),
    ("tokens_per_minute", "tpm used"),
    ("retries_left", "retries left"),
)


class RouterStatus:
    """The deployments of a Router as of one moment; iterates over rows with their numbers as
    attributes."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def deployments(self) -> list[Any]:
        """One row for each deployment, in the order of the configuration."""
        rows: list[Any] = self._node.deployments
        return rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self.deployments)

    def __len__(self) -> int:
        return len(self.deployments)

    def __getitem__(self, id: str) -> Any:
        for row in self.deployments:
            if row.id == id:
                return row
        raise KeyError(f"{id!r} is no deployment's id; known: {[row.id for row in self]}")

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as dicts."""
        return [row.model_dump() for row in self.deployments]

    def _cells(self) -> list[list[str]]:
        return [[_shown(row.get(name)) for name, _ in _COLUMNS] for row in self.deployments]

    def __repr__(self) -> str:
        lines = [[title for _, title in _COLUMNS], *self._cells()]
        widths = [max(len(line[i]) for line in lines) for i in range(len(_COLUMNS))]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if i < 2 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{escape(title)}</th>" for _, title in _COLUMNS)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
            for cells in self._cells()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
