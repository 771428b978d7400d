"""What calls came to: counts, tokens, money and times, by what they were for."""

from __future__ import annotations

from llmgate import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from os import PathLike
    from typing import Any

_MONEY = ("cost", "saved")
# The figures of a row, in its order; those that are not float are int.
_FLOATS = (
    *("error_rate", *_MONEY),
    *("latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "first_content_p50_ms"),
)
_FIGURES = (
    *("calls", "errors", "error_rate", "cache_hits", "attempts", "uncertain_attempts"),
    *("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens"),
    *("cost", "saved", "unpriced_calls"),
    *("latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "first_content_p50_ms"),
)
_ESCAPED = "backslashreplace"
_RIGHT = ' style="text-align:right"'
# What a table shows of the figures.
_SHOWN = (
    ("calls", "calls"),
    ("errors", "errors"),
    ("cache_hits", "cached"),
    ("prompt_tokens", "tokens in"),
    ("completion_tokens", "tokens out"),
    ("cost", "cost $"),
    ("latency_p50_ms", "p50 ms"),
    ("latency_p95_ms", "p95 ms"),
)


class UsageTable:
    """Rows of :func:`llmgate.usage`: dicts, in order; a table and bars in a notebook."""

    def __init__(self, rows: list[dict[str, Any]], by: list[str]) -> None:
        self.rows = rows
        self.by = by

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.rows[index]

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows; money as Decimal."""
        return [dict(row) for row in self.rows]

    def to_csv(self, path: str | None = None) -> str:
        """The rows as CSV with a head line; also written to ``path`` if it is given."""
        import csv
        import io

        text = io.StringIO()
        writer = csv.DictWriter(text, [*self.by, *_FIGURES], lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {name: format(value, "f") if name in _MONEY else value for name, value in row.items()}
            for row in self.rows
        )
        if path is not None:
            with open(path, "w", encoding="utf-8", errors=_ESCAPED, newline="") as file:
                file.write(text.getvalue())
        return text.getvalue()

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame``; money as float, what is not known as NaN. Needs pandas."""
        from importlib import import_module

        pandas = import_module("pandas")
        types = {name: "float64" if name in _FLOATS else "int64" for name in _FIGURES}
        series = {
            name: pandas.Series(column, dtype=types.get(name, "object"))
            for name, column in self._columns().items()
        }
        return pandas.DataFrame(series)

    def to_polars(self) -> Any:
        """A ``polars.DataFrame``; money as float. Needs polars."""
        from importlib import import_module

        polars = import_module("polars")
        figures = {name: polars.Float64 if name in _FLOATS else polars.Int64 for name in _FIGURES}
        return polars.DataFrame(
            self._columns(), schema={**dict.fromkeys(self.by, polars.String), **figures}
        )

    def _columns(self) -> dict[str, list[Any]]:
        """Each as long as there are rows, money as float."""

        def plain(value: Any, name: str) -> Any:
            if isinstance(value, str):
                return _writable(value)
            return float(value) if name in _MONEY else value

        return {
            name: [plain(row[name], name) for row in self.rows] for name in (*self.by, *_FIGURES)
        }

    def _cells(self) -> list[list[str]]:
        return [
            [_shown(row[name]) for name in self.by]
            + [_cost_of(row) if name == "cost" else _shown(row[name]) for name, _ in _SHOWN]
            for row in self.rows
        ]

    def __repr__(self) -> str:
        lines = [[*self.by, *(title for _, title in _SHOWN)], *self._cells()]
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if i < len(self.by) else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        from html import escape

        titles = [*self.by, *(title for _, title in _SHOWN)]
        head = "".join(f"<th>{escape(title)}</th>" for title in titles)
        most = max((row["cost"] for row in self.rows), default=0) or 1
        body = "".join(
            "<tr>"
            + "".join(
                f"<td{_RIGHT if at >= len(self.by) else ''}>{escape(cell)}</td>"
                for at, cell in enumerate(cells)
            )
            + f'<td style="min-width:8em"><div style="background:#4c78a8;height:0.8em;'
            f'width:{float(row["cost"] / most) * 100:.1f}%"></div></td></tr>'
            for row, cells in zip(self.rows, self._cells(), strict=True)
        )
        return (
            f"<table><thead><tr>{head}<th>cost, the highest = 100 %</th></tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )


def _writable(text: str) -> str:
    """Half a surrogate pair, which some caller's name may have, cannot be printed or stored."""
    return text.encode("utf-8", _ESCAPED).decode()


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, (int, str)):
        return _writable(str(value))
    text = f"{value:f}"
    if "." not in text:
        return text
    return f"{value:.6f}".rstrip("0").rstrip(".") or "0"


def _cost_of(row: dict[str, Any]) -> str:
    """What is not known is not shown as nothing."""
    if not row["unpriced_calls"]:
        return _shown(row["cost"])
    return f"> {_shown(row['cost'])}" if row["cost"] else "?"


def _day(value: date | str | None, name: str) -> int | None:
    if value is None:
        return None
    from datetime import date

    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return (date(day.year, day.month, day.day) - date(1970, 1, 1)).days
    except (AttributeError, ValueError):
        raise ValueError(
            f"{name} is {value!r}; accepted: a date, or a str such as '2026-11-22'"
        ) from None


def usage(
    by: str | Sequence[str] = (),
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    ledger: str | PathLike[str] | None = None,
) -> UsageTable:
    """What the calls of this process came to; with a ledger, those of all its processes.

    Args:
        by: one or more of ``day``, ``provider``, ``model``, ``deployment``, ``user``, ``team``,
            ``tag`` and ``metadata.NAME``: a row for each of their values. Default: one row for all.
            A call of two tags is in the rows of both.
        since, until: days in UTC, both inclusive.
        ledger: the file of a ledger to read. Default: the one of :func:`enable_ledger`; without
            one, what this process has summed in memory.

    Returns:
        Rows with the values of ``by`` (None where a call says nothing), ``calls``, ``errors``,
        ``error_rate``, ``cache_hits``, ``attempts``, ``uncertain_attempts`` (failed, and maybe
        billed), ``prompt_tokens``, ``completion_tokens``, ``cached_tokens``, ``reasoning_tokens``,
        ``cost`` and ``saved`` (by the cache, by sharing calls) as Decimal in US dollars,
        ``unpriced_calls`` (whose price is not known: they are not in ``cost``),
        ``latency_p50_ms``, ``latency_p95_ms``, ``latency_p99_ms`` (to within 7 %) and
        ``first_content_p50_ms``.

    Raises:
        BadRequestError: an unknown name in ``by``, or a ledger that cannot be read.

    Example:
        >>> import llmgate
        >>> answer = llmgate.completion(
        ...     "openai/gpt-4o", "Hi", mock_response="Hello!", metadata={"team": "docs"}
        ... )
        >>> [row["calls"] for row in llmgate.usage("team") if row["team"] == "docs"]
        [1]
    """
    import json
    from decimal import Decimal
    from os import fspath

    names = [by] if isinstance(by, str) else list(by)
    path = None if ledger is None else fspath(ledger)
    rows = json.loads(_core.usage(names, _day(since, "since"), _day(until, "until"), path))
    for row in rows:
        for name in _MONEY:
            row[name] = Decimal(row[name])
    return UsageTable(rows, names)


def reset_usage() -> None:
    """Forgets what this process has summed in memory so far; a ledger's file keeps what it has."""
    _core.reset_usage()
