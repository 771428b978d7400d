"""The objects that answers are made of."""

from __future__ import annotations

from llmgate import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator, KeysView, ValuesView
    from typing import Any


class Node:
    """An object of an answer: ``node.name`` and ``node["name"]`` are the same field."""

    __slots__ = ("__dict__", "__weakref__")

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def _fields(self) -> dict[str, Any]:
        return self.__dict__

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __getitem__(self, name: str) -> Any:
        return self._fields()[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._fields()[name] = value

    def __delitem__(self, name: str) -> None:
        del self._fields()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._fields()

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields())

    def __len__(self) -> int:
        return len(self._fields())

    def __bool__(self) -> bool:
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """The field's value, or ``default`` if it was not sent."""
        return self._fields().get(name, default)

    def keys(self) -> KeysView[str]:
        """The names of the fields that were sent."""
        return self._fields().keys()

    def values(self) -> ValuesView[Any]:
        """The values of the fields that were sent."""
        return self._fields().values()

    def items(self) -> ItemsView[str, Any]:
        """Names and values of the fields that were sent."""
        return self._fields().items()

    def model_dump(
        self, *, mode: str = "python", exclude_none: bool = False, exclude_unset: bool = False
    ) -> dict[str, Any]:
        """The object as plain dicts and lists, as pydantic's method of the same name gives it.

        ``mode`` and ``exclude_unset`` change nothing: all values are JSON, and a field that was not
        sent does not exist.
        """
        return {
            name: _plain(value, exclude_none)
            for name, value in self._fields().items()
            if not (exclude_none and value is None)
        }

    to_dict = model_dump

    def model_dump_json(
        self, *, indent: int | None = None, exclude_none: bool = False, exclude_unset: bool = False
    ) -> str:
        """The object as JSON text; compact unless ``indent`` (in spaces) is given."""
        if indent is None:
            text: str = _core.to_json(self.model_dump(exclude_none=exclude_none)).decode()
            return text
        import json

        return json.dumps(
            self.model_dump(exclude_none=exclude_none), indent=indent, ensure_ascii=False
        )

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Node):
            return type(self) is type(other) and self._fields() == other._fields()
        if isinstance(other, dict):
            return self.model_dump() == other
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={shortened(value)}" for name, value in self._fields().items())
        return f"{type(self).__name__}({fields})"


def _plain(value: Any, exclude_none: bool) -> Any:
    if isinstance(value, Node):  # a field of the provider's may be called model_dump
        return type(value).model_dump(value, exclude_none=exclude_none)
    if isinstance(value, list):
        return [_plain(item, exclude_none) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item, exclude_none) for name, item in value.items()}
    return value


def shortened(value: Any, limit: int = 80) -> str:
    """A value for a one-line repr."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
