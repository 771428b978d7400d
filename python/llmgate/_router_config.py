"""Configurations of a Router on their way to the core: dicts, files and texts."""

from __future__ import annotations

from llmgate import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from os import PathLike
    from typing import Any


class Text:
    """A configuration's text, the name of its file, and how files beside it are read."""

    __slots__ = ("content", "folder", "name")

    def __init__(self, content: bytes | str, name: str = "", folder: str = "") -> None:
        self.content = content
        self.name = name
        self.folder = folder

    @property
    def read_file(self) -> Callable[[str], str] | None:
        """Reads a file that the configuration includes; None where there is no folder."""
        if not self.folder:
            return None

        def read(path: str) -> str:
            import os

            with open(os.path.join(self.folder, path), encoding="utf-8") as file:
                return file.read()

        return read

    def replaced(self, config: Mapping[str, Any]) -> Text:
        """Another configuration from the same place."""
        return Text(_core.to_json(config), "", self.folder)

    @staticmethod
    def table(entries: Mapping[str, Any] | None) -> dict[str, str]:
        """The values as JSON."""
        if not entries:
            return {}
        return {name: _core.to_json(entry).decode() for name, entry in entries.items()}

    def warn(self, notices: Iterable[tuple[str, str]], *, depth: int = 2) -> None:
        """What is accepted but waits for a later part, or needs an eye: one warning for each thing
        said. ``depth`` is how many calls below the user's own this one is."""
        places: dict[str, list[str]] = {}
        for path, message in notices:
            places.setdefault(message, []).append(path)
        file = f"{self.name}: " if self.name else ""
        for message, paths in places.items():
            import warnings

            from llmgate._warnings import LLMGateWarning

            warnings.warn(
                f"{file}{', '.join(paths)}: {message}", LLMGateWarning, stacklevel=depth + 2
            )


class Converted(dict[str, object]):
    """A configuration in another dialect; ``losses`` are what that dialect cannot express."""

    def __init__(self, config: Mapping[str, object], losses: list[str]) -> None:
        super().__init__(config)
        self.losses = losses


def settings_text(
    model_list: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None, settings: dict[str, Any]
) -> Text:
    """The arguments of ``Router()`` as one configuration."""
    from collections.abc import Mapping as AnyMapping

    if not isinstance(model_list, AnyMapping):
        config: dict[str, Any] = {"model_list": [] if model_list is None else list(model_list)}
        if settings:
            config["router_settings"] = settings
        return Text(_core.to_json(config))
    config = dict(model_list)
    if "model_list" in config:
        config["router_settings"] = {**config.get("router_settings", {}), **settings}
    elif "targets" in config or "strategy" in config or "provider" in config:
        config.update(settings)
    elif settings:
        routes = config.pop("routes", None)
        reserved = ("policies", "num_retries", "timeout", "deadline", "defaults")
        beside = {name: config.pop(name) for name in reserved if name in config}
        config = {"routes": routes if routes is not None else config, **beside, **settings}
    return Text(_core.to_json(config))


def read_config(source: str | PathLike[str] | Mapping[str, Any]) -> Text:
    """What ``Router.from_config()`` takes."""
    import os
    from collections.abc import Mapping as AnyMapping

    if isinstance(source, AnyMapping):
        return Text(_core.to_json(source))
    if isinstance(source, str) and ("\n" in source or "{" in source):
        return Text(source)
    path = os.fspath(source)
    with open(path, encoding="utf-8") as file:
        return Text(file.read(), os.path.basename(path), os.path.dirname(os.path.abspath(path)))


# Arguments of a routed call that its plan reads and no provider sees.
_FOR_THE_PLAN = (
    *("tags", "region", "priority", "session_id", "disable_fallbacks", "fallbacks", "deployment"),
    "specific_deployment",
)


def take_plan_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """Takes out of a call's arguments what only the plan reads."""
    plan = {name: arguments.pop(name) for name in _FOR_THE_PLAN if name in arguments}
    if "specific_deployment" in plan:
        plan["deployment"] = plan.pop("specific_deployment")
    return plan
