"""Changes of a Router's configuration while its calls run."""

from __future__ import annotations

from llmgate import _core
from llmgate._cache import Cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from llmgate._router_config import Text


class ChangeableConfig:
    """The half of a Router that others may change; calls in flight keep the plan they have."""

    _core: _core.Router
    _text: Text
    _merges: bool
    cache: Cache | None = None
    _tables: tuple[dict[str, str], dict[str, str]]

    def _open_cache(self) -> None:
        """The cache that the configuration asks for, if it is another one than before."""
        settings = self._core.cache_settings
        if self.cache is None or self.cache._settings != settings:
            self.cache = Cache._from_settings(settings) if settings else None
        core = None if self.cache is None else self.cache._core
        _core.set_router_cache(self._core, core, self._merges)

    @property
    def config(self) -> dict[str, Any]:
        """The configuration as a dict of your own."""
        config: dict[str, Any] = self._core.source.model_dump()
        return config

    def change(self, config: Mapping[str, Any]) -> None:
        """Puts another configuration in the place of this one.

        Deployments that both have keep their health. Calls in flight finish on the plan they
        started with. A configuration with an error changes nothing.
        """
        text = self._text.replaced(config)
        self._core.change(text.content, text.name, "", *self._tables, text.read_file)
        self._text = text
        self._open_cache()
        text.warn(self._core.notices, depth=1)

    def add_deployment(self, deployment: Mapping[str, Any]) -> None:
        """Adds one entry of LiteLLM's ``model_list``."""
        config = self._litellm_config()
        self.change({**config, "model_list": [*config["model_list"], deployment]})

    def delete_deployment(self, id: str) -> None:
        """Removes the deployment of this id from LiteLLM's ``model_list``."""
        config = self._litellm_config()
        ids = self._core.deployment_ids
        kept = [entry for entry, own in zip(config["model_list"], ids, strict=False) if own != id]
        if len(kept) == len(config["model_list"]):
            raise KeyError(f"{id!r} is no deployment's id; known: {', '.join(ids)}")
        self.change({**config, "model_list": kept})

    def set_alias(self, name: str, targets: Any) -> None:
        """Adds or replaces an alias of the native form, or one of ``model_group_alias``."""
        config = self.config
        if "model_list" in config:
            settings = config.setdefault("router_settings", {})
            settings.setdefault("model_group_alias", {})[name] = targets
        else:
            config.get("routes", config)[name] = targets
        self.change(config)

    def remove_alias(self, name: str) -> None:
        """Removes an alias that :meth:`set_alias` could have added."""
        config = self.config
        if "model_list" in config:
            table = config.get("router_settings", {}).get("model_group_alias", {})
        else:
            table = config.get("routes", config)
        if name not in table:
            raise KeyError(f"{name!r} is no alias; known: {', '.join(self._core.aliases)}")
        del table[name]
        self.change(config)

    def _litellm_config(self) -> dict[str, Any]:
        config = self.config
        if "model_list" not in config:
            raise TypeError("this Router has no model_list; change(config) or set_alias() fit it")
        return config
