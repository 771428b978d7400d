"""What an answer cost, and whether it came out of a cache."""

from __future__ import annotations

from llmgate._node import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmgate._cost import Cost


class AccountedNode(Node):
    """The part of a :class:`llmgate.ModelResponse` that is about money."""

    __slots__ = ()
    if TYPE_CHECKING:

        @property
        def headers(self) -> dict[str, str]: ...

        def _beside(self) -> Any: ...

    @property
    def cache_hit(self) -> bool:
        """Whether the answer came out of a cache."""
        cache = self._beside().cache
        return cache is not None and cache.status == "HIT"

    @property
    def cache_age(self) -> float | None:
        """Seconds since a cached answer was stored; None for an answer that is new."""
        return self._beside().cache.age if self.cache_hit else None

    @property
    def _hidden_params(self) -> dict[str, Any]:
        """LiteLLM's name for what stands beside an answer."""
        beside = self._beside()
        cache = beside.cache
        last = beside.route[-1] if beside.route else None
        return {
            "response_cost": self.cost,
            "cache_hit": self.cache_hit,
            "cache_key": cache.id if cache is not None else None,
            "cache_age": self.cache_age,
            "saved_cost": self.saved,
            "custom_llm_provider": last.provider if last is not None else None,
            "api_base": last.base_url if last is not None else None,
            "model_id": last.deployment if last is not None else None,
            "additional_headers": self.headers,
        }

    @property
    def cost(self) -> Cost | None:
        """US dollars for all attempts of the call whose cost is known: a float that knows the exact
        figure, its parts and who says so; None where no price or no usage is known. A part
        ``other_attempts`` is what failed and hedged ones came to."""
        beside = self._beside()
        if beside.cost is None:
            return None
        from llmgate._cost import Cost

        detail = beside.cost_detail
        if detail is None:
            return Cost(beside.cost, {}, "none")
        parts = {name: detail.parts[name] for name in detail.parts}
        return Cost(beside.cost, parts, detail.source, detail.date, detail.model)

    @property
    def saved(self) -> Cost | None:
        """US dollars that a cached answer cost when it was made, or that a shared call cost whoever
        began it; None for an answer that was paid for, or had no known price."""
        amount = self._beside().saved
        if amount is None:
            return None
        from llmgate._cost import Cost

        return Cost(amount, {}, "cache")
