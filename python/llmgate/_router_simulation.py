"""What ``Router.simulate()`` shows, and the switch of ``Router.chaos()``."""

from __future__ import annotations

from llmgate import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_BARS = "▁▂▃▄▅▆▇█"
_COLUMNS = 60
_RED, _GREEN = "#d62728", "#2ca02c"


class SimulatedDeployment:
    """One deployment in a simulation.

    Attributes:
        id: its id; ``group``, ``provider`` and ``model`` as in the configuration.
        attempts: how many it got; ``share`` is that of all attempts, 0 to 1.
        succeeded: attempts that finished; ``success_share`` is None without attempts.
        cost_usd: of the answers that finished, in USD; None: its prices are not known.
        maybe_billed: attempts that failed and may be on the provider's bill all the same.
        breaker_openings: how often its breaker opened; ``probes`` were let through meanwhile.
    """

    id: str
    group: str
    provider: str
    model: str
    attempts: int
    share: float
    succeeded: int
    success_share: float | None
    cost_usd: float | None
    maybe_billed: int
    breaker_openings: int
    probes: int

    def __init__(self, figures: Mapping[str, Any]) -> None:
        self.__dict__.update(figures)

    def __repr__(self) -> str:
        return f"<SimulatedDeployment {self.id}: {self.succeeded} of {self.attempts} attempts>"


class Simulation:
    """The outcome of :meth:`Router.simulate`; prints as a table, in a notebook with a timeline.

    Attributes:
        scenario: its name, or None for one of your own; ``model`` is the alias under load.
        seed: the same seed gives the same figures, bit for bit.
        calls: how many began; ``succeeded`` of them got their answer; ``success_share``, 0 to 1.
        failures: calls by the kind of error that they ended with.
        p50_ms: median time of the calls that succeeded, with waits and retries, in milliseconds;
            ``p99_ms``, and of streams ``first_content_p50_ms`` and ``first_content_p99_ms``.
        attempts: of all calls; ``amplification`` is attempts per call.
        same_provider_retries: attempts on a provider and key that their call had asked before.
        hedges: second attempts beside one that was slow.
        waited: calls that stood in a queue for a place.
        breaker_openings: of all deployments.
        cost_usd: of all answers, in USD; None where a price is missing.
        deployments: a :class:`SimulatedDeployment` for each.
        timeline: for each second, the ``calls`` that began in it and those that ``succeeded``.
        worst_second: ``second``, ``calls``, ``succeeded`` and ``success_share`` of the second with
            the smallest share; None where every call succeeded.
        virtual_seconds: until the last call ended.
        is_cut_short: no more calls began after five million.
    """

    scenario: str | None
    model: str
    seed: int
    calls: int
    succeeded: int
    success_share: float | None
    failures: dict[str, int]
    p50_ms: float | None
    p99_ms: float | None
    first_content_p50_ms: float | None
    first_content_p99_ms: float | None
    attempts: int
    amplification: float | None
    same_provider_retries: int
    hedges: int
    waited: int
    is_cut_short: bool
    virtual_seconds: float
    breaker_openings: int
    cost_usd: float | None
    deployments: list[SimulatedDeployment]
    timeline: list[dict[str, int]]
    worst_second: dict[str, float] | None

    def __init__(self, json: str) -> None:
        from json import loads

        self._figures: dict[str, Any] = loads(json)
        self.__dict__.update(self._figures)
        self.deployments = [SimulatedDeployment(row) for row in self._figures["deployments"]]

    def to_dict(self) -> dict[str, Any]:
        """All figures as a dict of your own."""
        from copy import deepcopy

        return deepcopy(self._figures)

    # ---- in a terminal

    def __repr__(self) -> str:
        return "\n".join([*self._summary(), "", *_table(self._cells()), "", self._sparkline()])

    def _summary(self) -> list[str]:
        name = self.scenario or "own scenario"
        cost = "" if self.cost_usd is None else f", {self.cost_usd:.4f} USD"
        lines = [
            f"{name} on {self.model!r}, seed {self.seed}: {self.calls} calls, "
            f"{_percent(self.success_share)} succeeded",
            f"latency p50 {_shown(self.p50_ms)} ms, p99 {_shown(self.p99_ms)} ms; "
            f"{_shown(self.amplification, 2)} attempts a call, {self.same_provider_retries} "
            f"retries on the same provider, {self.hedges} hedges, {self.waited} calls waited{cost}",
        ]
        if self.failures:
            kinds = ", ".join(f"{count} {kind}" for kind, count in self.failures.items())
            lines.append(f"failed: {kinds}")
        if self.worst_second is not None:
            worst = self.worst_second
            lines.append(
                f"worst second {worst['second']}: {worst['succeeded']} of {worst['calls']} "
                "calls succeeded"
            )
        if self.is_cut_short:
            lines.append("cut short: there were too many calls")
        return lines

    def _cells(self) -> list[list[str]]:
        head = ["deployment", "model", "attempts", "share", "success", "cost USD", "breaker opened"]
        return [
            head,
            *(
                [
                    *(row.id, f"{row.provider}/{row.model}"),
                    *(str(row.attempts), _percent(row.share)),
                    *(_percent(row.success_share), _shown(row.cost_usd, 4)),
                    str(row.breaker_openings),
                ]
                for row in self.deployments
            ),
        ]

    def _shares(self, most: int) -> list[float | None]:
        """Success over time, in at most so many steps of equal length; None: no call began."""
        seconds = self.timeline
        length = max(1, -(-len(seconds) // most))
        steps = [seconds[at : at + length] for at in range(0, len(seconds), length)]
        sums = [
            (sum(second["succeeded"] for second in step), sum(second["calls"] for second in step))
            for step in steps
        ]
        return [succeeded / calls if calls else None for succeeded, calls in sums]

    def _sparkline(self) -> str:
        shares = self._shares(_COLUMNS)
        bars = "".join(
            " " if share is None else _BARS[round(share * (len(_BARS) - 1))] for share in shares
        )
        return f"success over {len(self.timeline)} s  {bars}"

    # ---- in a notebook

    def _repr_html_(self) -> str:
        from html import escape

        summary = "".join(f"<div>{escape(line)}</div>" for line in self._summary())
        head, *rows = self._cells()
        titles = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        table = f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
        return f"<div>{summary}{table}{self._svg()}</div>"

    def _svg(self) -> str:
        """Success over time: a green bar for each step, red above it for what failed."""
        shares = self._shares(120)
        width, height = 6, 48
        bars = []
        for place, share in enumerate(shares):
            if share is None:
                continue
            x, good = place * width, round(share * height, 1)
            for y, tall, colour in (
                (0, height - good, _RED),
                (height - good, good, _GREEN),
            ):
                bars.append(
                    f'<rect x="{x}" y="{y:g}" width="{width - 1}" height="{tall:g}" '
                    f'fill="{colour}"/>'
                )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{max(1, len(shares)) * width}" '
            f'height="{height}" role="img"><title>success over {len(self.timeline)} s</title>'
            f"{''.join(bars)}</svg>"
        )


class Chaos:
    """Faults in the real calls of a Router, from its making until :meth:`end` or the ``with``."""

    def __init__(self, router: _core.Router, scenario: str, seed: int) -> None:
        self._router = router
        router.chaos(scenario, seed)

    def end(self) -> None:
        """What happens is real again."""
        self._router.chaos("", 0)

    def __enter__(self) -> Chaos:
        return self

    def __exit__(self, *raised: object) -> None:
        self.end()


def scenario_text(scenario: str | Mapping[str, Any], load: Mapping[str, Any] | None = None) -> str:
    """A scenario as the core reads it, with some of its load in another way."""
    whole: dict[str, Any] = {"scenario": scenario} if isinstance(scenario, str) else dict(scenario)
    given = whole.get("load") or {}
    if load and isinstance(given, dict):  # what else it is, the core refuses
        if "concurrency" in load:
            given = {name: value for name, value in given.items() if name != "calls_per_second"}
        whole["load"] = {**given, **load}
    return _core.to_json(whole).decode()


def _table(cells: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]


def _percent(share: float | None) -> str:
    if share is None:
        return "-"
    # What is not quite all must not look like it.
    return f"{min(share, 0.999) if share < 1 else share:.1%}"


def _shown(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
