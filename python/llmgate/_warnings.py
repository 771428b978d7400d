"""What was lost on the way to a provider, said once."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmgate import _core


class LLMGateWarning(UserWarning):
    """A field of a request was dropped or is unknown, or a cost is not known; each is told once."""


_warned: set[tuple[str, str]] = set()


def warn_losses(completion: _core.Completion) -> None:
    """Warns of the fields that the provider did not get, once for each field and provider."""
    beside = completion.beside()
    for warning in beside.warnings:
        import warnings

        warnings.warn(warning, LLMGateWarning, stacklevel=_outside())
    if completion.drop_params:
        return
    provider = beside.turn.provider or (beside.route[-1].provider if beside.route else "")
    for entry in beside.dispositions:
        if entry.action not in ("dropped", "clamped", "unknown"):
            continue
        field = _without_positions(entry.path)
        if (provider, field) in _warned:
            continue
        _warned.add((provider, field))
        import warnings

        hint = (
            f"; did you mean {entry.detail!r}?"
            if entry.action == "unknown" and entry.detail
            else ""
        )
        warnings.warn(
            f"{provider}: {entry.path} is {entry.action}: {entry.reason}{hint}",
            LLMGateWarning,
            stacklevel=_outside(),
        )


def warn_unknown_cost(model: str) -> None:
    """Warns, once for each model, that its price is not known: None, and never zero."""
    if ("", model) in _warned:
        return
    _warned.add(("", model))
    import warnings

    warnings.warn(
        f"the cost of {model!r} is not known; register_model() adds its prices",
        LLMGateWarning,
        stacklevel=_outside(),
    )


def _outside() -> int:
    """The stack level, for the function that calls this, of the first frame beyond the package."""
    import sys

    folder = __file__.rpartition("_warnings")[0]
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(folder):
        level, frame = level + 1, frame.f_back
    return level


def warn_tier(message: str) -> None:
    """A tier of a cache or the ledger is in trouble; the core says so once for each time."""
    import warnings

    warnings.warn(message, LLMGateWarning, stacklevel=_outside())


def _without_positions(path: str) -> str:
    """``$.messages[3].x`` and ``$.messages[4].x`` are one field."""
    kept = []
    for piece in path.split("["):
        position, bracket, rest = piece.partition("]")
        kept.append(rest if bracket and position.isdigit() else piece)
    return "[]".join(kept)
