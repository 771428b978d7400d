"""From the costs of interleaved rounds to rows that are judged: ratios of medians, and spread."""

import operator
import statistics
from dataclasses import dataclass, field
from typing import Any

Costs = dict[str, list[dict[str, Any]]]  # who: one cost per round
_COMPARE = {"<=": operator.le, ">=": operator.ge}


@dataclass
class Row:
    what: str
    unit: str
    llmgate: float | None
    reach: str = ""  # like "<= 1.7x limit"; empty: for information
    peers: dict[str, float] = field(default_factory=dict)
    limit: float | None = None
    ratio: float | None = None  # what is judged: llmgate and another, or llmgate's value itself
    spread: list[float] = field(default_factory=list)  # lowest and highest ratio of one round
    holds: bool | None = None

    def judge(self) -> "Row":
        if self.reach:
            sign, bound = self.reach.split()[:2]
            measured = self.ratio is not None
            self.holds = measured and _COMPARE[sign](self.ratio, float(bound.rstrip("x")))
        return self


def median_of(costs: Costs, who: str, key: str) -> float | None:
    values = [cost[key] for cost in costs.get(who, []) if key in cost]
    return statistics.median(values) if values else None


def values(costs: Costs, key: str, what: str, unit: str, reach: str = "") -> Row:
    """A row with everybody's median of one key; the ratio is llmgate's own value."""
    everyone = {who: median_of(costs, who, key) for who in costs}
    ours, limit = everyone.pop("llmgate", None), everyone.pop("limit", None)
    peers = {who: value for who, value in everyone.items() if value is not None}
    own = [cost[key] for cost in costs.get("llmgate", []) if key in cost]
    spread = [min(own), max(own)] if own else []
    return Row(what, unit, ours, reach, peers, limit, ours, spread).judge()


def compared(
    costs: Costs, key: str, what: str, unit: str, reach: str, other: str, inverse: bool = False
) -> Row:
    """A row whose ratio is llmgate / other, or other / llmgate if `inverse` (how often less)."""
    row = values(costs, key, what, unit)
    above, below = (other, "llmgate") if inverse else ("llmgate", other)
    row.reach, row.ratio, row.spread = f"{reach} {other}" if reach else "", None, []
    top, bottom = median_of(costs, above, key), median_of(costs, below, key)
    if top is not None and bottom:
        row.ratio = top / bottom
        pairs = zip(costs[above], costs[below], strict=False)
        ratios = [a[key] / b[key] for a, b in pairs if key in a and b.get(key)]
        row.spread = [min(ratios), max(ratios)] if ratios else []
    return row.judge()


def _short(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(rows: list[Row]) -> str:
    lines = [
        "| what | llmgate | limit | peers | ratio (spread) | reach | holds |",
        "|---" * 7 + "|",
    ]
    for row in rows:
        peers = ", ".join(f"{who} {_short(value)}" for who, value in row.peers.items()) or "-"
        spread = f" ({_short(row.spread[0])} to {_short(row.spread[1])})" if row.spread else ""
        verdict = {True: "yes", False: "**no**", None: ""}[row.holds]
        cells = [
            f"{row.what} [{row.unit}]",
            _short(row.llmgate),
            _short(row.limit),
            peers,
            _short(row.ratio) + spread,
            row.reach,
            verdict,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
