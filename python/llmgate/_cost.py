"""An amount of money that knows its parts and who says so."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal
    from typing import Any


class Cost(float):
    """An amount in US dollars: a ``float`` that also knows the exact figure.

    ``total`` (Decimal, exact), ``parts`` (Decimal by name: ``input``, ``cached_input``,
    ``cache_write``, ``output``, ``reasoning``, ``request``, ``tools``, ...; they add up to the
    total), ``source`` (``provider``: its own figure; ``table``; ``registered``), ``date`` (of the
    table's price; None for the others), ``model`` (the key that was priced) and ``upper_bound``
    (Decimal; of an estimate what the call can cost at most).
    """

    total: Decimal
    parts: dict[str, Decimal]
    source: str
    date: str | None
    model: str | None
    upper_bound: Decimal | None

    def __new__(
        cls,
        total: str,
        parts: dict[str, str],
        source: str,
        date: str | None = None,
        model: str | None = None,
        upper_bound: str | None = None,
    ) -> Cost:
        from decimal import Decimal

        cost = super().__new__(cls, total)
        cost.total = Decimal(total)
        cost.parts = {name: Decimal(amount) for name, amount in parts.items()}
        cost.source = source
        cost.date = date or None
        cost.model = model or None
        cost.upper_bound = None if upper_bound is None else Decimal(upper_bound)
        return cost

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {name: format(amount, "f") for name, amount in self.parts.items()}
        bound = None if self.upper_bound is None else format(self.upper_bound, "f")
        total = format(self.total, "f")
        return Cost, (total, parts, self.source, self.date, self.model, bound)

    def __repr__(self) -> str:
        dated = f", {self.date}" if self.date else ""
        return f"Cost(${self.total:f}, {self.source}{dated})"

    def __str__(self) -> str:
        return format(self.total, "f")

    def __format__(self, spec: str) -> str:
        return format(self.total, spec or "f")

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{name}</td><td style='text-align:right'>${amount:f}</td></tr>"
            for name, amount in [*self.parts.items(), ("total", self.total)]
        )
        said_by = " ".join(word for word in (self.source, self.date, self.model) if word)
        return f"<table>{rows}</table><small>{said_by}</small>"
