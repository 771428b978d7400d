"""Answers as Python objects: OpenAI's shape over what the provider said.

Every object is a :class:`Node`: fields are attributes and items at once, unknown fields of the
provider included, and a field that was not sent is not there. The core makes the nodes; from then
on they are ordinary mutable objects.
"""

from __future__ import annotations

from llmgate import _core
from llmgate._accounted import AccountedNode
from llmgate._node import Node, shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Function(Node):
    """The function of a tool call: ``name``, and ``arguments`` as the JSON text the model wrote."""

    name: str | None = None
    arguments: str | None = None


class ToolCall(Node):
    """A tool call: ``id``, ``type`` and ``function``; in chunks only what is new of them."""

    id: str | None = None
    type: str | None = None
    function: Any = None


class Usage(Node):
    """Token counts: ``prompt_tokens`` with cached ones, ``completion_tokens`` with reasoning."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None


class Message(Node):
    """What the model said: ``role``, ``content``, and where sent ``tool_calls``, ``refusal``,
    ``reasoning_content``, ``annotations``, ``audio`` and the provider's own fields."""

    __slots__ = ("_parsed", "_schema")
    content: str | None = None
    role: str = "assistant"
    tool_calls: Any = None
    function_call: Any = None

    @property
    def parsed(self) -> Any:
        """The content as an instance of the class given as ``response_format``; None for a refusal.

        Raises:
            AttributeError: no class was given.
            JSONSchemaValidationError: the content does not fit the class.
        """
        schema = getattr(self, "_schema", None)
        if schema is None:
            raise AttributeError("parsed: the call had no class as response_format")
        if not hasattr(self, "_parsed"):
            from llmgate import _schema

            self._parsed = _schema.parse(schema, self)
        return self._parsed


class Delta(Node):
    """What a chunk adds to the message."""

    content: str | None = None
    role: str | None = None
    tool_calls: Any = None
    function_call: Any = None


class Choice(Node):
    """One answer of a response: ``index``, ``message``, ``finish_reason``."""

    index: int
    message: Message
    finish_reason: str | None = None
    logprobs: Any = None


class StreamingChoice(Node):
    """One answer's part of a chunk: ``index``, ``delta``, ``finish_reason``."""

    index: int
    delta: Delta
    finish_reason: str | None = None
    logprobs: Any = None


class ModelResponseStream(Node):
    """A chunk of a stream, in the shape of OpenAI's ``chat.completion.chunk``."""

    id: str
    choices: list[StreamingChoice]
    usage: Usage | None = None


class _Field:
    """A field that most programs ask for first. Found on the class before the view is made, which
    spares each answer an AttributeError; afterwards the object's own field comes first."""

    __slots__ = ("_name",)

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, response: ModelResponse | None, owner: type) -> Any:
        if response is None:
            return self
        fields = response._fields()
        if self._name in fields:
            return fields[self._name]
        raise AttributeError(self._name)  # __getattr__ says more


class ModelResponse(AccountedNode):
    """An answer in the shape of OpenAI's ``chat.completion``.

    Beside OpenAI's fields: :attr:`turn`, :attr:`raw`, :attr:`dispositions`, :attr:`route`,
    :attr:`request_id`, :attr:`native_finish_reason`, :attr:`native_usage`.
    """

    __slots__ = ("_beside_node", "_completion", "_pending", "_schema")
    if TYPE_CHECKING:
        id: str
        model: str
        choices: list[Choice]
        usage: Usage | None
    else:
        id = _Field()
        model = _Field()
        choices = _Field()
        usage = _Field()

    # Asked for by programs whether a provider sent them or not.
    _optional = frozenset({"usage", "system_fingerprint", "service_tier", "created"})

    def __init__(self, completion: _core.Completion, schema: Any = None) -> None:
        self._completion: _core.Completion | None = completion
        self._pending = True
        self._beside_node: Any = None
        self._schema = schema

    # The view is made when something is touched that only it has.
    def _fields(self) -> dict[str, Any]:
        if self._pending:
            self._pending = False
            assigned = self.__dict__
            assert self._completion is not None
            self._completion.fill(self)
            self.__dict__.update(assigned)
            if self._schema is not None:
                for choice in self.__dict__["choices"]:
                    choice.message._schema = self._schema
        return self.__dict__

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            fields = self._fields()
            if name in fields:
                return fields[name]
            if name in self._optional:
                return None
        raise AttributeError(
            f"{type(self).__name__!r} has no {name!r}: the provider did not send it"
        )

    def __delattr__(self, name: str) -> None:
        self._fields()
        object.__delattr__(self, name)

    def _beside(self) -> Any:
        if self._beside_node is None:
            assert self._completion is not None
            self._beside_node = self._completion.beside()
        return self._beside_node

    @property
    def turn(self) -> Any:
        """What the provider said, block by block in its order, with nothing left out."""
        return self._beside().turn

    @property
    def dispositions(self) -> list[Any]:
        """What became of each field of the request: ``path``, ``action``, ``detail``,
        ``reason``."""
        dispositions: list[Any] = self._beside().dispositions
        return dispositions

    @property
    def route(self) -> list[Any]:
        """The attempts: ``provider``, ``model``, ``base_url``, ``status``, ``outcome``, ``why``,
        ``request_id``, ``started_ms``, ``first_content_ms``, ``total_ms``, ``maybe_billed``."""
        route: list[Any] = self._beside().route
        return route

    @property
    def request_id(self) -> str | None:
        """The provider's id of the exchange, from its headers."""
        return self._beside().request_id or None

    @property
    def native_finish_reason(self) -> str | None:
        """The provider's own word for why the first choice ended."""
        word: str | None = self._beside().native_finish_reason
        return word

    @property
    def native_usage(self) -> Any:
        """The provider's own usage object; None if it sent none."""
        return self._beside().turn.usage

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers, names in lower case."""
        headers: dict[str, str] = dict(self._beside().headers)
        return headers

    @property
    def raw(self) -> bytes:
        """The answer's body as it came; of a stream only with ``keep_raw=True``, else empty."""
        return b"" if self._completion is None else self._completion.raw

    def __reduce__(self) -> Any:
        return _restore, (type(self), dict(self._fields()), self._beside())

    def __repr__(self) -> str:
        fields = self._fields()
        choices = fields.get("choices") or []
        content = choices[0].message.content if choices else None
        return (
            f"{type(self).__name__}(id={fields.get('id')!r}, model={fields.get('model')!r}, "
            f"choices={len(choices)}, content={shortened(content)})"
        )


def _restore(cls: type[ModelResponse], fields: dict[str, Any], beside: Any) -> ModelResponse:
    response = cls.__new__(cls)
    response._completion = None
    response._pending = False
    response._beside_node = beside
    response._schema = None
    response.__dict__.update(fields)
    return response


# In the order in which the core numbers them.
CLASSES = (
    Node,
    ModelResponse,
    Choice,
    Message,
    ToolCall,
    Function,
    Usage,
    ModelResponseStream,
    StreamingChoice,
    Delta,
)
RESERVED_NAMES = frozenset(name for name in dir(Node) if not name.startswith("_"))
