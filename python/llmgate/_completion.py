"""``completion()`` and ``acompletion()``: one call to any model."""

from __future__ import annotations

from llmgate import _bridge, _core
from llmgate._streams import AsyncStream, Stream
from llmgate._views import ModelResponse
from llmgate._warnings import warn_losses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal, overload

    from typing_extensions import Unpack

    from llmgate._arguments import CompletionArguments, MessageLike
else:

    def overload(function: Any) -> Any:
        """Stands for typing's at run time: importing typing costs 4 ms."""
        return function


@overload
def completion(
    model: str,
    messages: str | Sequence[MessageLike],
    *,
    stream: Literal[True],
    **arguments: Unpack[CompletionArguments],
) -> Stream: ...


@overload
def completion(
    model: str,
    messages: str | Sequence[MessageLike],
    *,
    stream: Literal[False] | None = False,
    **arguments: Unpack[CompletionArguments],
) -> ModelResponse: ...


# The arguments stay one dict from here to the core: a signature of fifty names with their defaults
# would cost each call more than reading the few that were given.
def completion(
    model: str, messages: Any, *, stream: bool | None = False, **arguments: Any
) -> ModelResponse | Stream:
    """Asks a model and waits for its answer.

    Args:
        model: ``"provider/model"`` or ``"provider:model"``, such as ``"openai/gpt-4o"``; a bare
            name where one provider is known for it. See :func:`llmgate.providers`.
        messages: a list of messages in OpenAI's shape, earlier answers among them, or a plain
            string as one user message.
        stream: True gives a :class:`Stream` of chunks instead of the whole answer.
        **arguments: every parameter of OpenAI's chat API (``temperature``, ``tools``,
            ``response_format``, ...), and llmgate's own:

            - ``api_key``, ``api_base`` (or ``base_url``): instead of the environment's.
              ``api_base`` makes any server that speaks OpenAI's chat API a provider.
            - ``api_version``, ``azure_ad_token`` (Azure), ``vertex_project``, ``vertex_location``
              (Vertex), ``aws_region_name`` (Bedrock): str, what these providers' URLs and headers
              need; by default from the environment.
            - ``timeout``: seconds for each attempt: the whole of a plain call; of a stream, the
              first token and each gap. Or a dict of ``connect`` (default 5), ``first_token`` (600),
              ``idle`` (300) and ``total`` (600 for plain calls, none for streams), in seconds.
            - ``deadline``: seconds for the call with all its attempts. Default: none.
            - ``num_retries``: attempts after a failed one where that is safe, 0 to 10. Default 0.
            - ``extra_headers``: dict of str to str. ``extra_body``: dict of further members of the
              request's body.
            - ``metadata``: dict, for your own attribution; sent to the provider only with
              ``store``.
            - ``drop_params``: True accepts in silence what the provider cannot take.
            - ``strict``: True refuses, before sending, a request of which anything would be
              dropped, clamped or is unknown.
            - ``response_format``: also a JSON schema on its own, or a pydantic class; then
              ``message.parsed`` is an instance of it.
            - ``budget``: a :class:`Budget`, or a list of them, beside those of ``with`` blocks.
            - ``max_cost``: US dollars that the call may cost with all its attempts.
            - ``mock_response``: a str (the text), a dict (a message, or a whole answer) or an
              exception, instead of asking anyone.
            - ``caching``: False leaves ``llmgate.cache`` alone, True uses it where it is off by
              default. ``cache``: dict of ``no-cache``, ``no-store``, ``use-cache`` (bool),
              ``ttl``, ``s-maxage`` (seconds) and ``namespace``; see :class:`llmgate.Cache`.
            - ``merge``: True shares one call with equal ones in flight. Default False.
            - ``keep_raw``: True keeps the bytes of a stream for ``response.raw``.

            Unknown names are forwarded to the provider, with one warning.

    Returns:
        The answer, in the shape of OpenAI's ``chat.completion``; see :class:`ModelResponse`.

    Raises:
        APIError: in one of its kinds; the tree is in the documentation of
            :class:`llmgate.APIError`'s module. Bad input is a :class:`BadRequestError` that names
            the JSON path, before anything is sent.

    Example:
        >>> import llmgate
        >>> response = llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello!")
        >>> response.choices[0].message.content
        'Hello!'
    """
    return complete(model, messages, stream, arguments)


def complete(
    model: str, messages: Any, stream: bool | None, arguments: dict[str, Any]
) -> ModelResponse | Stream:
    """:func:`completion` with its further arguments in a dict, which is changed."""
    schema = None
    if "response_format" in arguments or "mock_response" in arguments:
        schema = _prepare(arguments)
    if stream:
        if stream is not True:
            arguments["stream"] = stream  # for the core to refuse
        return Stream(_core.open_stream(model, messages, arguments), schema)
    done = _core.complete(model, messages, arguments)
    if done.has_losses:
        warn_losses(done)
    return ModelResponse(done, schema)


@overload
async def acompletion(
    model: str,
    messages: str | Sequence[MessageLike],
    *,
    stream: Literal[True],
    **arguments: Unpack[CompletionArguments],
) -> AsyncStream: ...


@overload
async def acompletion(
    model: str,
    messages: str | Sequence[MessageLike],
    *,
    stream: Literal[False] | None = False,
    **arguments: Unpack[CompletionArguments],
) -> ModelResponse: ...
async def acompletion(
    model: str, messages: Any, *, stream: bool | None = False, **arguments: Any
) -> ModelResponse | AsyncStream:
    """:func:`completion` for asyncio: the same arguments, awaited.

    With ``stream=True`` the result is an :class:`AsyncStream`. Cancelling the task closes the
    connection.

    Example:
        >>> import asyncio, llmgate
        >>> async def main() -> str:
        ...     response = await llmgate.acompletion("openai/gpt-4o", "Hi", mock_response="Hello!")
        ...     return response.choices[0].message.content
        >>> asyncio.run(main())
        'Hello!'
    """
    return await acomplete(model, messages, stream, arguments)


async def acomplete(
    model: str, messages: Any, stream: bool | None, arguments: dict[str, Any]
) -> ModelResponse | AsyncStream:
    """:func:`acompletion` with its further arguments in a dict, which is changed."""
    schema = None
    if "response_format" in arguments or "mock_response" in arguments:
        schema = _prepare(arguments)
    loop = _running_loop()
    sink = _bridge.sink_of(loop)
    if stream:
        if stream is not True:
            arguments["stream"] = stream
        chunks = AsyncStream(sink.submit_stream(model, messages, arguments), loop, schema)
        await chunks._open()
        return chunks
    future = loop.create_future()
    token = sink.submit(model, messages, arguments, future)
    try:
        done = await future
    except BaseException:
        sink.cancel(token)
        raise
    if done.failed:
        done.raise_if_failed()
    if done.has_losses:
        warn_losses(done)
    return ModelResponse(done, schema)


def _running_loop() -> Any:
    # The first call replaces this by asyncio's own function: importing asyncio costs 36 ms and is
    # for those who run a loop.
    global _running_loop
    from asyncio import get_running_loop

    _running_loop = get_running_loop
    return get_running_loop()


def _prepare(arguments: dict[str, Any]) -> Any:
    from llmgate import _schema

    mock = arguments.get("mock_response")
    if isinstance(mock, BaseException):
        raise mock
    return _schema.prepare(arguments)
