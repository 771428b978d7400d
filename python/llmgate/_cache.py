"""``Cache``: answers kept for requests that say exactly the same, of one caller's scope."""

from __future__ import annotations

from llmgate import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Cache:
    """Keeps whole answers and gives them back to equal requests.

    Two requests are equal if they say the same to the same provider, address and credential, in the
    same namespace; the order of members, white space and ``stream`` do not matter, every parameter
    does. Only complete answers that no filter touched are kept.

    Args:
        type: ``"local"`` (memory), ``"disk"`` or ``"redis"`` (both behind memory).
        **settings: LiteLLM's arguments and ours:

            - ``mode``: ``"default_on"`` (the default), or ``"default_off"``: only for calls with
              ``caching=True`` or ``cache={"use-cache": True}``.
            - ``namespace``: str; entries of other namespaces are never seen. Default ``""``.
            - ``ttl``: seconds an entry lives, at most ten years. Default: until there is no room.
            - ``default_in_memory_ttl``: seconds after which memory forgets earlier than that.
            - ``max_bytes``: of memory, requests and answers together. Default 256 MiB.
            - ``max_entry_bytes``: a larger answer is not kept. Default: half of a shard (4 MiB).
            - ``only_deterministic``: True leaves out calls without temperature 0 or a seed.
            - ``merge``: True lets equal calls in flight share one.
            - ``supported_call_types``: list of str; without ``"completion"`` or
              ``"acompletion"`` nothing is cached.
            - ``disk_cache_dir``: str, a folder. ``max_disk_bytes``: default 1 GiB.
            - ``host``, ``port``, ``username``, ``password``, ``db``, or ``url``: of Redis.

    Raises:
        BadRequestError: a setting is unknown or out of range, or a tier cannot be opened; it names
            the setting.

    Example:
        >>> import llmgate
        >>> llmgate.cache = llmgate.Cache(ttl=600)
        >>> for _ in range(2):
        ...     response = llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello!")
        >>> response.cache_hit
        True
        >>> llmgate.cache = None
    """

    def __init__(self, type: str = "local", **settings: Any) -> None:
        given = {name: value for name, value in settings.items() if value is not None}
        self._load(_core.to_json({"type": _plain(type), **given}))

    @classmethod
    def _from_settings(cls, text: bytes | str) -> Cache:
        cache = cls.__new__(cls)
        cache._load(text, warns=False)  # the configuration's notices say it with their places
        return cache

    def _load(self, text: bytes | str, *, warns: bool = True) -> None:
        self._settings = text
        self._core = _core.Cache(text)
        for path, message in self._core.notices if warns else ():
            import warnings

            from llmgate._warnings import LLMGateWarning

            warnings.warn(f"Cache: {path}: {message}", LLMGateWarning, stacklevel=4)
        _core.show_tier_warnings()

    @property
    def stats(self) -> Any:
        """Counts since it was made: ``hits``, ``misses``, ``stores``, ``evictions``,
        ``expirations``, ``refused_stores``; ``entries``, ``bytes`` and ``max_bytes`` as of now;
        ``saved_prompt_tokens`` and ``saved_completion_tokens``; and ``tiers``."""
        _core.show_tier_warnings()
        return self._core.stats()

    def entries(self) -> list[Any]:
        """What memory holds: ``id``, ``namespace``, ``provider``, ``model``, ``bytes``,
        ``stored_at`` and ``expires_at`` (seconds since 1970; None: never)."""
        entries: list[Any] = self._core.entries()
        return entries

    def get(self, id: str) -> Any:
        """One entry with its ``request`` and ``response``; None if it is not in memory."""
        return self._core.entry(id)

    def delete(self, id: str) -> bool:
        """Takes an entry out of all tiers; False if memory does not know it."""
        return self._core.erase(id)

    def clear(self, namespace: str | None = None) -> int:
        """Takes out all entries, or those of one namespace; returns how many memory held."""
        return self._core.clear(namespace)

    def export(self, path: Any) -> int:
        """Writes memory's entries to a file, one JSON object a line; returns how many."""
        count = 0
        with open(path, "wb") as file:
            for row in self.entries():
                entry = self.get(row.id)
                if entry is not None:
                    file.write(_core.to_json(entry) + b"\n")
                    count += 1
        return count

    def __len__(self) -> int:
        return int(self._core.stats().entries)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        stats = self._core.stats()
        return (
            f"<Cache of {stats.entries} entries, {stats.bytes} bytes, "
            f"{stats.hits} hits, {stats.misses} misses>"
        )


def _plain(type: Any) -> Any:
    """LiteLLM's ``LiteLLMCacheType`` is an enumeration of str."""
    return getattr(type, "value", type)


_current: Cache | None = None


def current_cache() -> Cache | None:
    """What ``llmgate.cache`` is."""
    return _current


def set_cache(cache: Cache | None) -> None:
    """What ``llmgate.cache = ...`` does.

    Raises:
        TypeError: it is neither a :class:`Cache` nor None.
    """
    global _current
    if cache is not None and not isinstance(cache, Cache):
        raise TypeError(f"llmgate.cache is of type {type(cache).__name__}; accepted: Cache or None")
    _core.set_cache(None if cache is None else cache._core)
    _current = cache


def enable_cache(type: str = "local", **settings: Any) -> None:
    """Sets ``llmgate.cache`` to a new :class:`Cache`, unless there is one already.

    Example:
        >>> import llmgate
        >>> llmgate.enable_cache(ttl=60)
        >>> llmgate.disable_cache()
    """
    if _current is None:
        set_cache(Cache(type, **settings))


def update_cache(type: str = "local", **settings: Any) -> None:
    """Sets ``llmgate.cache`` to a new :class:`Cache`, whatever it was.

    Example:
        >>> import llmgate
        >>> llmgate.update_cache(only_deterministic=True)
        >>> llmgate.disable_cache()
    """
    set_cache(Cache(type, **settings))


def disable_cache() -> None:
    """Sets ``llmgate.cache`` to None.

    Example:
        >>> import llmgate
        >>> llmgate.disable_cache()
    """
    set_cache(None)
