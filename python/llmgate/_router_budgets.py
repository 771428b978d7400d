"""The budgets that a LiteLLM configuration sets for its providers, deployments and tags."""

from __future__ import annotations

from llmgate._budget import Budget, budget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from llmgate import _core


def set_budgets(
    core: _core.Router, given: Budget | Sequence[Budget] | None, shared: str
) -> list[Budget]:
    """Puts the Router under the budgets given and those of its configuration; returns them all.

    Those of the configuration have accounts in the ledger if ``shared`` names them."""
    own = [given] if isinstance(given, Budget) else list(given or ())
    budgets = [*own, *_budgets_of(core, shared)]
    core.set_budgets(budgets)
    return budgets


def _budgets_of(core: _core.Router, shared: str) -> list[Budget]:
    """In the order of the configuration. A target whose budget is used up is passed over."""
    source = core.source.model_dump()
    settings = [source, source.get("router_settings") or {}, source.get("litellm_settings") or {}]
    found: list[Budget] = []
    for group in settings:
        for provider, entry in (group.get("provider_budget_config") or {}).items():
            found.append(_budget(entry, "provider", provider, shared))
        for tag, entry in (group.get("tag_budget_config") or {}).items():
            found.append(_budget(entry, "tag", tag, shared))
    found += _of_deployments(source.get("model_list") or [], core.deployment_ids, shared)
    overall = source.get("litellm_settings") or {}
    if overall.get("max_budget") is not None:
        found.append(
            budget(
                overall["max_budget"],
                name="max_budget",
                window=overall.get("budget_duration") or "forever",
                shared=_shared_name(shared, "max_budget"),
            )
        )
    return found


def _of_deployments(rows: list[Any], ids: list[str], shared: str) -> Iterator[Budget]:
    if len(rows) != len(ids):
        return  # some entries stand for several deployments, which no budget is said for
    for row, deployment in zip(rows, ids, strict=True):
        params = row.get("litellm_params") or {}
        if params.get("max_budget") is not None:
            yield _budget(params, "deployment", deployment, shared)


def _budget(entry: Mapping[str, Any], dimension: str, value: str, shared: str) -> Budget:
    limit = entry.get("budget_limit", entry.get("max_budget"))
    window = entry.get("time_period", entry.get("budget_duration"))
    return budget(
        limit,
        name=f"{dimension} {value}",
        shared=_shared_name(shared, f"{dimension} {value}"),
        window=window or "forever",
        only={dimension: value},
        reroute=True,
    )


def _shared_name(shared: str, name: str) -> str:
    return f"{shared}: {name}" if shared else ""
