"""``Router``: many deployments behind names of your own, in any of three dialects."""

from __future__ import annotations

from llmgate import _core
from llmgate._budget import Budget
from llmgate._completion import acomplete, complete
from llmgate._router_budgets import set_budgets
from llmgate._router_changes import ChangeableConfig
from llmgate._router_choice import Chooser, make_chooser
from llmgate._router_config import (
    Converted,
    Text,
    read_config,
    settings_text,
    take_plan_arguments,
)
from llmgate._router_models import deployments_of
from llmgate._router_simulation import Chaos, Simulation, scenario_text
from llmgate._router_status import RouterStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike
    from typing import Any, Literal, overload

    from llmgate._arguments import MessageLike
    from llmgate._streams import AsyncStream, Stream
    from llmgate._views import ModelResponse
else:

    def overload(function: Any) -> Any:
        """Stands for typing's at run time: importing typing costs 4 ms."""
        return function


class Router(ChangeableConfig):
    """Deployments behind aliases, with retries, fallbacks, balancing, limits and health.

    Args:
        model_list: LiteLLM's list of deployments (``model_name``, ``litellm_params``,
            ``model_info``), or a dict: LiteLLM's whole configuration, a Portkey config, or the
            native form, alias → list of models in the order in which they are tried.
        virtual_keys: for Portkey configs: by ``virtual_key`` or ``@slug``, a dict of target fields
            such as ``{"provider": "openai", "api_key": "..."}``.
        configs: Portkey configs by the ids under which they were saved.
        classifier: who chooses the alias of a call for ``"auto"``: a dict from task (``"code"``,
            ``"summarise"``, ``"translate"``, ``"maths"``, ``"long"``, ``"chat"``), tier
            (``"simple"``, ``"medium"``, ``"complex"``, ``"reasoning"``) or ``"default"`` to an
            alias, or a callable that takes the messages and returns an alias.
        strategy: a callable that takes the status rows of all deployments and the call's arguments
            and returns the id of the one to try first, or None. It has ``strategy_timeout``
            seconds; without an answer by then the plan's own strategy decides.
        strategy_timeout: seconds. Default 0.1.
        budget: a :class:`Budget`, or a list of them, that its calls are under, beside those that a
            LiteLLM configuration sets (``provider_budget_config``, ``tag_budget_config``, a
            deployment's ``max_budget``); all of them are in ``router.budgets``.
        shared_budgets: a name under which all processes with the same ledger spend from the same
            accounts of those that the configuration sets (see :func:`enable_ledger`).
        **settings: every setting of LiteLLM's Router (``num_retries``, ``fallbacks``,
            ``routing_strategy``, ``timeout``, ``cache_responses``, ``cache_kwargs``, ...),
            ``merge`` (True: equal calls in flight share one), or of the native form
            (``num_retries``, ``timeout``, ``deadline``, ``policies``).

    Raises:
        BadRequestError: the configuration is wrong; it names the place, the value and what is
            accepted.

    Example:
        >>> import llmgate
        >>> target = {"model": "openai/a", "mock_response": "Hi!"}
        >>> router = llmgate.Router([{"model_name": "m", "litellm_params": target}])
        >>> router.completion("m", "Hello").choices[0].message.content
        'Hi!'
    """

    _core: _core.Router
    _chooser: Chooser | None

    def __init__(
        self,
        model_list: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None = None,
        *,
        virtual_keys: Mapping[str, Mapping[str, Any]] | None = None,
        configs: Mapping[str, Mapping[str, Any] | str] | None = None,
        classifier: Mapping[str, str] | Callable[..., Any] | None = None,
        strategy: Callable[..., Any] | None = None,
        strategy_timeout: float = 0.1,
        budget: Budget | Sequence[Budget] | None = None,
        shared_budgets: str = "",
        **settings: Any,
    ) -> None:
        self._merges = settings.pop("merge", None) is True
        if callable(settings.get("routing_strategy")):
            strategy = settings.pop("routing_strategy")
        self._load(settings_text(model_list, settings), virtual_keys, configs)
        self.budgets = set_budgets(self._core, budget, shared_budgets)
        self._chooser = make_chooser(self._core, classifier, strategy, strategy_timeout)

    @classmethod
    def from_config(
        cls,
        source: str | PathLike[str] | Mapping[str, Any],
        *,
        virtual_keys: Mapping[str, Mapping[str, Any]] | None = None,
        configs: Mapping[str, Mapping[str, Any] | str] | None = None,
        classifier: Mapping[str, str] | Callable[..., Any] | None = None,
        strategy: Callable[..., Any] | None = None,
        strategy_timeout: float = 0.1,
        budget: Budget | Sequence[Budget] | None = None,
        shared_budgets: str = "",
    ) -> Router:
        """A Router from a file, a text or a dict, in YAML or JSON, of whichever dialect it is.

        A str with a line break or a brace is the text itself, any other one a path.
        """
        router = cls.__new__(cls)
        router._merges = False
        router._load(read_config(source), virtual_keys, configs)
        router.budgets = set_budgets(router._core, budget, shared_budgets)
        router._chooser = make_chooser(router._core, classifier, strategy, strategy_timeout)
        return router

    @classmethod
    def from_models(cls, *patterns: str, alias: str | None = None, **settings: Any) -> Router:
        """A Router of known models by patterns (``"anthropic/*"``) or names; keys are the
        environment's. Each is called by its own name, and all by ``alias``."""
        return cls(deployments_of(patterns, alias), **settings)

    def _load(
        self,
        text: Text,
        virtual_keys: Mapping[str, Mapping[str, Any]] | None,
        configs: Mapping[str, Mapping[str, Any] | str] | None,
    ) -> None:
        self._text = text
        self._tables = (text.table(virtual_keys), text.table(configs))
        self._core = _core.Router(text.content, text.name, "", *self._tables, text.read_file)
        self._text.warn(self._core.notices)
        self._open_cache()

    # ---- calls

    @overload
    def completion(
        self,
        model: str,
        messages: str | Sequence[MessageLike],
        *,
        stream: Literal[True],
        **arguments: Any,
    ) -> Stream: ...
    @overload
    def completion(
        self,
        model: str,
        messages: str | Sequence[MessageLike],
        *,
        stream: Literal[False] | None = False,
        **arguments: Any,
    ) -> ModelResponse: ...
    def completion(
        self,
        model: str,
        messages: str | Sequence[MessageLike],
        *,
        stream: bool | None = False,
        **arguments: Any,
    ) -> ModelResponse | Stream:
        """:func:`llmgate.completion` through the plan.

        Args:
            model: an alias, ``"auto"``, or a deployment's own model.
            messages: as for :func:`llmgate.completion`.
            stream: as for :func:`llmgate.completion`.
            **arguments: those of :func:`llmgate.completion` except ``api_key`` and ``api_base``,
                OpenRouter's ``models``, ``route``, ``provider`` and ``route_preference``, and:
                ``tags`` (list of str), ``region``, ``priority`` (int, lower goes first),
                ``session_id``, ``fallbacks`` (names tried after ``model``),
                ``disable_fallbacks``, ``deployment`` (an id to try first).
        """
        plan = take_plan_arguments(arguments) if arguments else {}
        if self._chooser is not None:
            model = self._chooser.choose(model, messages, arguments, plan)
        arguments["llmgate_routing"] = (self._core, plan)
        return complete(model, messages, stream, arguments)

    @overload
    async def acompletion(
        self,
        model: str,
        messages: str | Sequence[MessageLike],
        *,
        stream: Literal[True],
        **arguments: Any,
    ) -> AsyncStream: ...
    @overload
    async def acompletion(
        self,
        model: str,
        messages: str | Sequence[MessageLike],
        *,
        stream: Literal[False] | None = False,
        **arguments: Any,
    ) -> ModelResponse: ...
    async def acompletion(
        self,
        model: str,
        messages: str | Sequence[MessageLike],
        *,
        stream: bool | None = False,
        **arguments: Any,
    ) -> ModelResponse | AsyncStream:
        """:meth:`completion` for asyncio."""
        plan = take_plan_arguments(arguments) if arguments else {}
        if self._chooser is not None:
            model = await self._chooser.achoose(model, messages, arguments, plan)
        arguments["llmgate_routing"] = (self._core, plan)
        return await acomplete(model, messages, stream, arguments)

    # ---- what it would do, and how it goes

    def explain(self, model: str | None = None) -> str:
        """The plan as a tree: of one alias, or of all."""
        text = self._core.explain(model or "")
        if model is not None and not text:
            raise KeyError(f"{model!r} is no alias; known: {', '.join(self.aliases)}")
        return text

    def to(self, dialect: str) -> Converted:
        """The configuration in another dialect: ``"litellm"``, ``"portkey"`` or ``"native"``.

        Returns:
            A dict; its ``losses`` say what that dialect cannot express.
        """
        if dialect not in ("litellm", "portkey", "native"):
            raise ValueError(f"{dialect!r} is no dialect; accepted: litellm, portkey, native")
        config, losses = self._core.convert(dialect)
        return Converted(config.model_dump(), [f"{path}: {text}" for path, text in losses])

    def status(self) -> RouterStatus:
        """Health, breaker, latency, load and limits of each deployment, as of now."""
        return RouterStatus(self._core.status())

    def simulate(
        self, scenario: str | Mapping[str, Any] = "outage", *, seed: int = 0, **load: Any
    ) -> Simulation:
        """This Router under faults, in virtual time: nothing is sent.

        Args:
            scenario: ``"outage"``, ``"brown_out"``, ``"fast_429"``, ``"slow_one"``,
                ``"thundering_restart"``, ``"everything"``, or a dict with ``faults``, ``load``,
                ``latency`` and ``tokens`` (docs/fallbacks.md lists what they hold).
            seed: of chance; the same seed gives the same figures. Default 0.
            **load: over the scenario's own: ``calls_per_second`` (default 50) or ``concurrency``
                (callers that each make one call after another), ``seconds`` (default 60),
                ``model`` (the alias; default: the first), ``stream``, ``timeout`` and
                ``deadline`` (seconds), ``max_retries``, ``priorities``, ``sessions``.

        Raises:
            BadRequestError: the scenario names something that is not there; it says where.

        Example:
            >>> import llmgate
            >>> router = llmgate.Router({"chat": ["ollama/llama3.3", "lm_studio/qwen3"]})
            >>> router.simulate("outage", seed=1).success_share == 1
            True
        """
        return Simulation(self._core.simulate(scenario_text(scenario, load), seed))

    def chaos(self, scenario: str | Mapping[str, Any] | None, *, seed: int = 0) -> Chaos:
        """Lets real calls of this Router meet a scenario's faults, from now on.

        Args:
            scenario: as for :meth:`simulate`; a named one begins with its first fault. None ends
                what is on.
            seed: of chance. Default 0.

        Returns:
            A context manager that ends it.
        """
        return Chaos(self._core, "" if scenario is None else scenario_text(scenario), seed)

    @property
    def aliases(self) -> list[str]:
        """The names that calls may ask for, patterns at the end."""
        return list(self._core.aliases)

    def __repr__(self) -> str:
        return f"<Router of {', '.join(self.aliases) or 'no alias'}>"
