"""Choices that a Router leaves to Python: who classifies prompts, and which deployment is first."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from llmgate import _core


def make_chooser(
    core: _core.Router,
    classifier: Mapping[str, str] | Callable[..., Any] | None,
    strategy: Callable[..., Any] | None,
    strategy_timeout: float,
) -> Chooser | None:
    """None where the core decides alone."""
    if classifier is not None and not callable(classifier):
        _check_classes(core, classifier)
        core.set_classes(dict(classifier))
        classifier = None
    if classifier is None and strategy is None:
        return None
    if not 0 < strategy_timeout <= 60:
        raise ValueError(f"strategy_timeout is {strategy_timeout!r}; accepted: 0 to 60 seconds")
    return Chooser(core, classifier, strategy, strategy_timeout)


_CLASSES = (
    *("code", "summarise", "translate", "maths", "long", "chat"),
    *("simple", "medium", "complex", "reasoning", "default"),
)


def _check_classes(core: _core.Router, classes: Mapping[str, str]) -> None:
    for name, alias in classes.items():
        if name not in _CLASSES:
            raise ValueError(f"classifier: {name!r} is no task or tier; accepted: {_CLASSES}")
        if alias not in core.aliases:
            raise ValueError(f"classifier: {alias!r} is no alias; known: {core.aliases}")


class Chooser:
    """Asks callables of the caller, off the core's loop."""

    def __init__(
        self,
        core: _core.Router,
        classifier: Callable[..., Any] | None,
        strategy: Callable[..., Any] | None,
        timeout: float,
    ) -> None:
        self._core = core
        self._classifier = classifier
        self._strategy = strategy
        self._timeout = timeout

    def choose(
        self, model: str, messages: Any, arguments: dict[str, Any], plan: dict[str, Any]
    ) -> str:
        """The alias to ask for; the deployment to try first goes into ``plan``."""
        if model == "auto" and self._classifier is not None:
            model = self._classifier(messages)
        if self._strategy is not None and "deployment" not in plan:
            answer = _Answer(self._strategy, self._rows(), {"model": model, **arguments})
            self._note(answer.wait(self._timeout), plan)
        return model

    async def achoose(
        self, model: str, messages: Any, arguments: dict[str, Any], plan: dict[str, Any]
    ) -> str:
        """The same on an asyncio loop; coroutine functions are awaited."""
        import asyncio

        if model == "auto" and self._classifier is not None:
            answer = self._classifier(messages)
            model = await answer if asyncio.iscoroutine(answer) else answer
        if self._strategy is not None and "deployment" not in plan:
            asked = {"model": model, **arguments}
            if asyncio.iscoroutinefunction(self._strategy):
                waiting = self._strategy(self._rows(), asked)
            else:
                loop = asyncio.get_running_loop()
                waiting = loop.run_in_executor(None, self._strategy, self._rows(), asked)
            try:
                chosen = await asyncio.wait_for(waiting, self._timeout)
            except asyncio.TimeoutError:
                chosen = None
            self._note(chosen, plan)
        return model

    def _rows(self) -> list[Any]:
        return list(self._core.status().deployments)

    @staticmethod
    def _note(chosen: Any, plan: dict[str, Any]) -> None:
        if chosen is not None:
            plan["deployment"] = chosen


class _Answer:
    """What a callable says, computed on a thread of its own so that it can be late."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        import threading

        self._result: Any = None
        self._error: BaseException | None = None
        self._is_there = threading.Event()
        thread = threading.Thread(
            target=self._run, args=(function, arguments), name="llmgate-strategy", daemon=True
        )
        thread.start()

    def _run(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        try:
            self._result = function(*arguments)
        except BaseException as error:  # for the caller to raise
            self._error = error
        self._is_there.set()

    def wait(self, timeout: float) -> Any:
        """The result, or None when it is late; raises what the callable raised."""
        if not self._is_there.wait(timeout):
            return None
        if self._error is not None:
            raise self._error
        return self._result
