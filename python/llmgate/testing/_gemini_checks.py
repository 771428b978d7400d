"""What Gemini refuses: requests whose shape, order or signatures are wrong, in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from llmgate.testing._script import ReceivedRequest, Reply
from llmgate.testing._signatures import Signatures, canonical

_MODEL = re.compile(r"([^/]+):(?:stream)?[gG]enerateContent$")
_MOST_STOPS = 5
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")
# Google's own words for "this call was not made by Gemini", from its page on thought signatures.
_DUMMY_SIGNATURES = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Members as the reference of the API lists them, in camel case; both spellings are taken.
_MEMBERS = _names(
    "contents tools toolConfig safetySettings systemInstruction generationConfig cachedContent "
    "model labels serviceTier store"
)
_CONFIG_MEMBERS = _names(
    "temperature topP topK candidateCount maxOutputTokens stopSequences seed presencePenalty "
    "frequencyPenalty responseMimeType responseSchema responseJsonSchema _responseJsonSchema "
    "responseLogprobs logprobs responseModalities speechConfig thinkingConfig mediaResolution "
    "imageConfig enableEnhancedCivicAnswers audioTimestamp routingConfig"
)
_PART_DATA = _names(
    "text inlineData fileData functionCall functionResponse executableCode codeExecutionResult "
    "toolCall toolResponse"
)
_PART_MEMBERS = _PART_DATA | {
    "thought", "thoughtSignature", "videoMetadata", "mediaResolution", "partMetadata",
}  # fmt: skip
_TOOL_MEMBERS = _names(
    "functionDeclarations googleSearch googleSearchRetrieval codeExecution urlContext computerUse "
    "googleMaps fileSearch retrieval enterpriseWebSearch mcpServers"
)
_FUNCTION_MEMBERS = _names(
    "name description parameters parametersJsonSchema response responseJsonSchema behavior"
)


def model_of(request: ReceivedRequest) -> str:
    """The model that the path names."""
    found = _MODEL.search(request.path.partition("?")[0])
    return found[1] if found else ""


def check_key(request: ReceivedRequest, api_key: str | None) -> Reply | None:
    """Google's answer to a key that is missing, wrong or in the wrong header."""
    is_vertex = "/publishers/" in request.path
    if is_vertex and request.key_header != "authorization":
        message = (
            "API keys are not supported by this API. Expected OAuth2 access token or other "
            "authentication credentials that assert a principal. See "
            "https://cloud.google.com/docs/authentication"
        )
        return Reply.error(401, message=message, code="CREDENTIALS_MISSING")
    if not is_vertex and request.key_header is None:
        message = (
            "Method doesn't allow unregistered callers (callers without established identity). "
            "Please use API Key or other form of API consumer identity to call this API."
        )
        return Reply.error(403, message=message)
    if not is_vertex and request.key_header != "x-goog-api-key":
        message = "Request had invalid authentication credentials. Expected OAuth 2 access token."
        return Reply.error(401, message=message, code="ACCESS_TOKEN_TYPE_UNSUPPORTED")
    if api_key is None or request.api_key == api_key:
        return None
    if is_vertex:
        return Reply.error(401)
    message = "API key not valid. Please pass a valid API key."
    return Reply.error(400, message=message, code="API_KEY_INVALID")


def fault_of(request: ReceivedRequest, signatures: Signatures) -> Reply | None:
    """What Gemini would complain about first; None where it would answer."""
    body = _camel(request.body)
    if not isinstance(body, dict):
        return Reply.error(400, message="Invalid JSON payload received. Unexpected end of string.")
    try:
        for faults in (
            _shape_faults(body),
            _config_faults(body.get("generationConfig") or {}),
            _tool_faults(body.get("tools") or []),
            _content_faults(body["contents"] if body.get("contents") else []),
            _order_faults(body.get("contents") or []),
            _signature_faults(body.get("contents") or [], model_of(request), signatures),
        ):
            fault = next(faults, None)
            if fault is not None:
                return Reply.error(400, message=fault)
    except (AttributeError, KeyError, TypeError) as error:
        message = f"Invalid value: a value has the wrong type or is missing: {error!r}"
        return Reply.error(400, message=message)
    return None


def content_of(part: dict[str, Any]) -> str:
    """What the signature of a part signs: the part without signature and id of its call."""
    call = part.get("functionCall")
    if call is not None:
        return canonical(["functionCall", call.get("name"), call.get("args") or {}])
    return "part"  # texts come back joined or apart, so any signature issued fits them


def _camel(value: Any) -> Any:
    """The value with the members of the API's own messages in camel case."""
    if isinstance(value, list):
        return [_camel(element) for element in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for name, member in value.items():
        own = re.sub(r"(?<=[a-z0-9])_([a-z])", lambda found: found[1].upper(), name)
        # What a caller's own JSON holds is nobody's member.
        is_foreign = own in ("args", "response", "parametersJsonSchema", "parameters", "labels")
        result[own] = member if is_foreign or "chema" in own else _camel(member)
    return result


def _unknown(members: Any, known: frozenset[str], place: str) -> Iterator[str]:
    for name in members:
        if name not in known:
            where = f" at '{place}'" if place else ""
            yield f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'


def _shape_faults(body: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(body, _MEMBERS, "")
    if not body.get("contents"):
        yield "* GenerateContentRequest.contents: contents is not specified\n"
    system = body.get("systemInstruction") or {}
    yield from _unknown(system, frozenset({"role", "parts"}), "system_instruction")


def _config_faults(config: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(config, _CONFIG_MEMBERS, "generation_config")
    place = "* GenerateContentRequest.generation_config"
    if not 0 <= (config.get("temperature") or 0) <= 2:
        yield f"{place}.temperature: temperature must be in the range [0.0, 2.0].\n"
    if not 0 <= (config.get("topP") or 0) <= 1:
        yield f"{place}.top_p: top_p must be in the range [0.0, 1.0].\n"
    if len(config.get("stopSequences") or []) > _MOST_STOPS:
        yield f"{place}.stop_sequences: at most {_MOST_STOPS} stop sequences are allowed.\n"
    thinking = config.get("thinkingConfig") or {}
    if "thinkingBudget" in thinking and "thinkingLevel" in thinking:
        yield "You can only set only one of thinking budget and thinking level."
    has_schema = any("chema" in name for name in config)
    if has_schema and config.get("responseMimeType") != "application/json":
        yield f"{place}.response_schema: only allowed with response mime type application/json.\n"


def _tool_faults(tools: list[dict[str, Any]]) -> Iterator[str]:
    for index, tool in enumerate(tools):
        yield from _unknown(tool, _TOOL_MEMBERS, f"tools[{index}]")
        for position, function in enumerate(tool.get("functionDeclarations") or []):
            place = f"tools[{index}].function_declarations[{position}]"
            yield from _unknown(function, _FUNCTION_MEMBERS, place)
            if not _NAME.fullmatch(function.get("name", "")):
                yield f"* GenerateContentRequest.{place}.name: Invalid function name.\n"
            if "parameters" in function and "parametersJsonSchema" in function:
                yield f"* GenerateContentRequest.{place}: only one kind of parameters may be set.\n"


def _content_faults(contents: list[dict[str, Any]]) -> Iterator[str]:
    for index, content in enumerate(contents):
        place = f"contents[{index}]"
        yield from _unknown(content, frozenset({"role", "parts"}), place)
        if content.get("role", "user") not in ("user", "model", "function"):
            yield "Please use a valid role: user, model."
        if not content.get("parts"):
            whole = f"* GenerateContentRequest.{place}.parts"
            yield f"{whole}: contents.parts must not be empty.\n"
        for position, part in enumerate(content["parts"]):
            spot = f"{place}.parts[{position}]"
            yield from _unknown(part, _PART_MEMBERS, spot)
            if len(_PART_DATA & set(part)) != 1:
                whole = f"* GenerateContentRequest.{spot}.data"
                yield f"{whole}: required oneof field 'data' must have one initialized field\n"


def _order_faults(contents: list[dict[str, Any]]) -> Iterator[str]:
    """Calls and responses that do not stand next to each other or do not match."""
    asked: list[dict[str, Any]] = []
    for index, content in enumerate(contents):
        calls = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
        answers = [part["functionResponse"] for part in content["parts"] if _is_answer(part)]
        if answers and not asked:
            yield (
                "Please ensure that function response turn comes immediately after a function call "
                "turn."
            )
        if len(answers) != len(asked):
            yield (
                "Please ensure that the number of function response parts is equal to the number "
                "of function call parts of the function call turn."
            )
        yield from _answer_faults(asked, answers, index)
        if calls and (index == 0 or contents[index - 1].get("role") == "model"):
            yield (
                "Please ensure that function call turn comes immediately after a user turn or "
                "after a function response turn."
            )
        asked = calls
    if asked:
        yield (
            "Please ensure that the number of function response parts is equal to the number of "
            "function call parts of the function call turn."
        )


def _answer_faults(
    asked: list[dict[str, Any]], answers: list[dict[str, Any]], index: int
) -> Iterator[str]:
    place = f"* GenerateContentRequest.contents[{index}].parts"
    if sorted(str(call.get("name")) for call in asked) != sorted(
        str(answer.get("name")) for answer in answers
    ):
        yield f"{place}: function response names do not match the function calls.\n"
    if {call.get("id") for call in asked} != {answer.get("id") for answer in answers}:
        yield f"{place}: function response ids do not match the function calls.\n"
    if any(not isinstance(answer.get("response"), dict) for answer in answers):
        yield f"{place}.function_response.response: a Struct is expected.\n"


def _is_answer(part: dict[str, Any]) -> bool:
    return "functionResponse" in part


def _signature_faults(
    contents: list[dict[str, Any]], model: str, signatures: Signatures
) -> Iterator[str]:
    """Signatures that nobody issued, or that are missing in the running turn of a Gemini 3."""
    said = [at for at, content in enumerate(contents) if _is_said_by_user(content)]
    must_sign = not model.startswith(("gemini-1", "gemini-2"))
    for index, content in enumerate(contents):
        is_running = index > (said[-1] if said else -1)
        calls = [part for part in content["parts"] if "functionCall" in part]
        for part in content["parts"]:
            signature = part.get("thoughtSignature")
            if signature is None or signature in _DUMMY_SIGNATURES:
                continue
            if not signatures.knows(signature):
                yield "Corrupted thought signature."
            if not signatures.fits(signature, content_of(part)):
                yield "Thought signature is not valid."
        if must_sign and is_running and calls and "thoughtSignature" not in calls[0]:
            yield (
                "Function call is missing a thought_signature in functionCall parts. This is "
                "required for tools to work correctly, and missing thought_signature may lead to "
                "degraded model performance. Additional data, function call "
                f"`default_api:{calls[0]['functionCall']['name']}` , position {index + 1}. Please "
                "refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more "
                "details."
            )


def _is_said_by_user(content: dict[str, Any]) -> bool:
    is_user = content.get("role", "user") == "user"
    return is_user and not any(_is_answer(part) for part in content["parts"])
