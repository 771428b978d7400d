"""Budgets: how much money and how many tokens calls may take, for whom, in which span of time."""

from __future__ import annotations

from llmgate import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from types import TracebackType
    from typing import Any, Literal

    from typing_extensions import Self

    Money = int | float | str | Decimal


class _Blocks:
    """The ``with`` blocks that are open, and who is in them."""

    def __init__(self) -> None:
        self._variable: Any = None
        self._chains: list[tuple[_core.Budget, ...]] = []

    def enter(self, handle: _core.Budget) -> tuple[Any, tuple[_core.Budget, ...]]:
        if self._variable is None:
            from contextvars import ContextVar

            self._variable = ContextVar("llmgate_budgets", default=None)
        chain = (*(self._variable.get() or ()), handle)
        token = self._variable.set(chain)
        self._chains.append(chain)
        self._tell()
        return token, chain

    def leave(self, token: Any, chain: tuple[_core.Budget, ...]) -> None:
        self._variable.reset(token)
        self._chains.remove(chain)
        self._tell()

    def _tell(self) -> None:
        """Threads know of no block by themselves: they are in the blocks that are open, unless
        there are several that are not inside of each other."""
        longest = max(self._chains, key=len, default=())
        is_one_chain = all(chain == longest[: len(chain)] for chain in self._chains)
        _core.set_budget_blocks(self._variable, longest if longest and is_one_chain else None)


_blocks = _Blocks()


class Budget:
    """A budget, made by :func:`llmgate.budget`.

    As a ``with`` block, it holds for the calls made inside: those of this thread or asyncio task
    and of what it starts, and those of other threads that are in no block of their own while no
    other block is open. :meth:`enforce` makes it hold for all calls of the process. It can also be
    given to a call or a Router, as ``budget=``.

    Attributes:
        usd, tokens: the limits, as given.
        name: in messages.
        window: the span of time.
        shared: its name in the ledger; empty: of this process alone.
    """

    def __init__(self, rule: dict[str, Any]) -> None:
        self.usd: Money | None = rule["usd"]
        self.tokens: int | None = rule["tokens"]
        self.name: str = rule["name"]
        self.window: str = rule["window"]
        self.shared: str = rule["shared"]
        self._handle = _core.Budget(rule)
        self._entered: list[tuple[Any, tuple[_core.Budget, ...]]] = []

    def __enter__(self) -> Self:
        self._entered.append(_blocks.enter(self._handle))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _blocks.leave(*self._entered.pop())

    def enforce(self) -> Self:
        """From now on for every call of this process that it is for, until :meth:`lift`."""
        self._handle.add()
        return self

    def lift(self) -> None:
        """Ends what :meth:`enforce` began, and forgets what was spent, unless it is shared."""
        self._handle.remove()

    def accounts(self) -> list[dict[str, Any]]:
        """One row for each value of ``per``, or a single one: ``value``, ``spent``, ``reserved``
        and ``left`` as Decimal, ``spent_tokens``, ``reserved_tokens``, ``tokens_left``, ``until``.

        Empty before the first call. ``left`` and ``tokens_left`` are there where a limit is.
        """
        import json
        from decimal import Decimal

        rows: list[dict[str, Any]] = json.loads(self._handle.accounts())
        for row in rows:
            for name in ("spent", "reserved", "left"):
                if name in row:
                    row[name] = Decimal(row[name])
        return rows

    def _sum(self, name: str, start: Any) -> Any:
        return sum((row[name] for row in self.accounts()), start)

    @property
    def spent(self) -> Decimal:
        """US dollars spent in the running span, over all accounts. What failed and may have been
        billed counts with its upper bound."""
        from decimal import Decimal

        spent: Decimal = self._sum("spent", Decimal(0))
        return spent

    @property
    def reserved(self) -> Decimal:
        """US dollars held by calls in flight."""
        from decimal import Decimal

        reserved: Decimal = self._sum("reserved", Decimal(0))
        return reserved

    @property
    def spent_tokens(self) -> int:
        """Tokens spent in the running span, prompts and answers."""
        spent: int = self._sum("spent_tokens", 0)
        return spent

    @property
    def left(self) -> Decimal | None:
        """US dollars that are neither spent nor reserved, of the account that has the least; None
        without a limit in money."""
        from decimal import Decimal

        if self.usd is None:
            return None
        return min((row["left"] for row in self.accounts()), default=Decimal(str(self.usd)))

    def __repr__(self) -> str:
        limits = [f"${self.usd}"] if self.usd is not None else []
        limits += [f"{self.tokens} tokens"] if self.tokens is not None else []
        spent = f"shared as {self.shared!r}" if self.shared else f"${self.spent} spent"
        return f"<Budget {self.name!r}: {' and '.join(limits)}, {self.window}, {spent}>"


def budget(
    usd: Money | None = None,
    tokens: int | None = None,
    *,
    name: str = "budget",
    window: str = "forever",
    only: Mapping[str, str] | None = None,
    per: str = "",
    warn_at: float = 0.0,
    when_over: Literal["clamp", "refuse"] = "clamp",
    reroute: bool = False,
    shared: str = "",
) -> Budget:
    """A limit of what calls may cost, kept before they are sent.

    For each attempt an upper bound of its cost is reserved before it is sent, and settled by what
    the provider reports; so calls, threads and tasks at the same time cannot overspend together.
    An attempt that failed and may have been billed keeps what was reserved.

    Args:
        usd: US dollars, above 0. A model whose price is not known is then refused.
        tokens: of prompts and answers together, above 0.
        name: for messages.
        window: ``"forever"``, ``"day"``, ``"week"`` (from Monday), ``"month"``, in UTC, or a
            rolling length such as ``"30s"``, ``"15m"``, ``"24h"``, ``"7d"``.
        only: which calls it is for, by ``provider``, ``model``, ``deployment``, ``user``, ``team``,
            ``tag`` or ``metadata.NAME``; all that is named must fit. Default: all.
        per: one of those names: each of its values has an account of its own, with this limit.
        warn_at: a share from 0 to 1; reaching it is a warning, once in each window. Default: never.
        when_over: where the whole output of a model does not fit and the call set no limit of its
            own: ``"clamp"`` sets ``max_tokens`` to what is left (reported in the dispositions),
            ``"refuse"`` raises.
        reroute: True has a Router ask its next target, which may be cheaper, instead of failing.
        shared: a name under which all processes with the same ledger spend from one account (one
            for each value of ``per``, and for each window). Needs :func:`enable_ledger`.

    Raises:
        BadRequestError: a limit, window or name that is none.
        BudgetExceededError: from calls, when there is no room.
        InternalError: from calls, when the ledger of a shared one cannot be used; nothing was sent.

    Example:
        >>> import llmgate
        >>> with llmgate.budget(usd=0.50) as budget:
        ...     answer = llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello!")
        >>> budget.spent
        Decimal('0')
    """
    if when_over not in ("clamp", "refuse"):
        raise ValueError(f"when_over is {when_over!r}; accepted: 'clamp', 'refuse'")
    return Budget(
        {
            "usd": usd,
            "tokens": tokens,
            "name": name,
            "window": window,
            "only": dict(only or {}),
            "per": per,
            "warn_at": warn_at,
            "clamps": when_over == "clamp",
            "reroutes": reroute,
            "shared": shared,
        }
    )
