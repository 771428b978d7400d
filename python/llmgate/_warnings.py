"""What was lost on the way to a provider, said once."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmgate import _core


class LLMGateWarning(UserWarning):
    """A field of a request was dropped or is unknown; shown once for each field and provider."""


_warned: set[tuple[str, str]] = set()


def warn_losses(completion: _core.Completion) -> None:
    """Warns of the fields that the provider did not get, once for each field and provider."""
    beside = completion.beside()
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
            stacklevel=3,
        )


def _without_positions(path: str) -> str:
    """``$.messages[3].x`` and ``$.messages[4].x`` are one field."""
    kept = []
    for piece in path.split("["):
        position, bracket, rest = piece.partition("]")
        kept.append(rest if bracket and position.isdigit() else piece)
    return "[]".join(kept)
