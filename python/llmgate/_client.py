"""A client in the shape that Portkey's and OpenAI's users know, over routed calls."""

from __future__ import annotations

from llmgate import _core
from llmgate._router import Router

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from llmgate._arguments import MessageLike
    from llmgate._streams import AsyncStream, Stream
    from llmgate._views import ModelResponse

    Config = Mapping[str, Any] | str


class _Options:
    """What calls of one client share, and the Routers made from their configs."""

    def __init__(
        self,
        config: Config | None,
        metadata: Mapping[str, Any] | None,
        virtual_keys: Mapping[str, Mapping[str, Any]] | None,
        configs: Mapping[str, Config] | None,
    ) -> None:
        self.config = config
        self.metadata = metadata
        self.virtual_keys = virtual_keys
        self.configs = configs
        self._routers: dict[str, Router] = {}

    def router(self, config: Config | None) -> Router:
        """The Router of a config; equal configs share one, with its health."""
        wanted = self.config if config is None else config
        if wanted is None:
            raise ValueError("no config: give one to the client or to the call")
        known = list(self.configs or {})
        if isinstance(wanted, str) and wanted not in known and "{" not in wanted:
            raise ValueError(f"{wanted!r} is the id of no config; known: {known}")
        key = wanted if isinstance(wanted, str) else _core.to_json(wanted).decode()
        router = self._routers.get(key)
        if router is None:
            parsed = {"config": wanted} if wanted in known else wanted
            router = Router.from_config(
                parsed, virtual_keys=self.virtual_keys, configs=self.configs
            )
            self._routers[key] = router
        return router

    def merged_metadata(self, metadata: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The client's metadata with the call's over it."""
        merged = {**(self.metadata or {}), **(metadata or {})}
        return merged or None


class Completions:
    """``client.chat.completions``."""

    def __init__(self, options: _Options) -> None:
        self._options = options

    def create(
        self,
        *,
        messages: str | Sequence[MessageLike],
        model: str = "",
        config: Config | None = None,
        metadata: Mapping[str, Any] | None = None,
        stream: bool | None = False,
        **arguments: Any,
    ) -> ModelResponse | Stream:
        """A routed call.

        Args:
            messages: as for :func:`llmgate.completion`.
            model: for targets whose config names none.
            config: instead of the client's: a dict, its JSON, or the id it was saved under.
            metadata: dict for conditions and attribution, over the client's.
            stream: as for :func:`llmgate.completion`.
            **arguments: as for :meth:`llmgate.Router.completion`.
        """
        complete: Any = self._options.router(config).completion
        merged = self._options.merged_metadata(metadata)
        answer: ModelResponse | Stream = complete(
            model, messages, stream=stream, metadata=merged, **arguments
        )
        return answer


class AsyncCompletions:
    """``client.chat.completions`` for asyncio."""

    def __init__(self, options: _Options) -> None:
        self._options = options

    async def create(
        self,
        *,
        messages: str | Sequence[MessageLike],
        model: str = "",
        config: Config | None = None,
        metadata: Mapping[str, Any] | None = None,
        stream: bool | None = False,
        **arguments: Any,
    ) -> ModelResponse | AsyncStream:
        """:meth:`Completions.create`, awaited."""
        complete: Any = self._options.router(config).acompletion
        merged = self._options.merged_metadata(metadata)
        answer: ModelResponse | AsyncStream = await complete(
            model, messages, stream=stream, metadata=merged, **arguments
        )
        return answer


class Chat:
    """``client.chat``."""

    def __init__(self, options: _Options) -> None:
        self.completions = Completions(options)


class AsyncChat:
    """``client.chat`` for asyncio."""

    def __init__(self, options: _Options) -> None:
        self.completions = AsyncCompletions(options)


class Client:
    """Calls by Portkey configs, in this process: ``client.chat.completions.create(...)``.

    Args:
        config: a config (strategy, targets, retry, ...) as a dict, as JSON, or by the id under
            which ``configs`` holds it.
        api_key: taken for the sake of code written for Portkey, and not used: nothing is sent to
            anyone but the targets.
        metadata: dict of str for conditions and attribution, for every call.
        virtual_keys: by ``virtual_key`` or ``@slug``, a dict of target fields such as
            ``{"provider": "openai", "api_key": "..."}``.
        configs: configs by id.

    Example:
        >>> import llmgate
        >>> client = llmgate.Client(config={"targets": []})  # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        config: Config | None = None,
        api_key: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        virtual_keys: Mapping[str, Mapping[str, Any]] | None = None,
        configs: Mapping[str, Config] | None = None,
    ) -> None:
        del api_key
        self.chat = Chat(_Options(config, metadata, virtual_keys, configs))


class AsyncClient:
    """:class:`Client` for asyncio: the same arguments, ``await`` its calls."""

    def __init__(
        self,
        *,
        config: Config | None = None,
        api_key: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        virtual_keys: Mapping[str, Mapping[str, Any]] | None = None,
        configs: Mapping[str, Config] | None = None,
    ) -> None:
        del api_key
        self.chat = AsyncChat(_Options(config, metadata, virtual_keys, configs))
