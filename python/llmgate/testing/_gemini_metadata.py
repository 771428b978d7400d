"""What Gemini tells beside an answer's parts: grounding, log probabilities, usage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llmgate.testing._blocks import Text, Usage
from llmgate.testing._format import counted_usage, texts_in
from llmgate.testing._script import ReceivedRequest, Reply


def grounding_of(reply: Reply) -> dict[str, Any]:
    """Citations as Google search gives them: places are in bytes, and 0 is left out."""
    chunks: list[dict[str, Any]] = []
    supports: list[dict[str, Any]] = []
    start = 0
    for block in reply.turn:
        if not isinstance(block, Text):
            continue
        end = start + len(block.text.encode())
        first = len(chunks)
        chunks += [{"web": {"uri": each.url, "title": each.title}} for each in block.citations]
        if block.citations:
            segment: dict[str, Any] = {"startIndex": start} if start else {}
            segment.update({"endIndex": end, "text": block.text})
            indices = list(range(first, len(chunks)))
            supports.append({"segment": segment, "groundingChunkIndices": indices})
        start = end
    if not chunks:
        return {}
    return {"groundingMetadata": {"groundingChunks": chunks, "groundingSupports": supports}}


def logprobs_of(reply: Reply) -> dict[str, Any]:
    if not reply.logprobs:
        return {}
    tops = [
        {"candidates": [_logprob(top) for top in entry.get("top_logprobs") or [entry]]}
        for entry in reply.logprobs
    ]
    chosen = [_logprob(entry) for entry in reply.logprobs]
    return {"logprobsResult": {"topCandidates": tops, "chosenCandidates": chosen}}


def _logprob(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"token": entry["token"], "logProbability": entry["logprob"]}


def candidate_count(request: ReceivedRequest) -> int:
    config = request.body.get("generationConfig") or request.body.get("generation_config") or {}
    count = config.get("candidateCount", config.get("candidate_count"))
    return count if isinstance(count, int) and count > 0 else 1


def usage_of(reply: Reply, request: ReceivedRequest, share: float) -> dict[str, Any]:
    """The usage when so much of the answer was sent; {} where none is sent."""
    usage = reply.usage
    if usage is None:
        prompt = " ".join(
            texts_in([request.body.get("systemInstruction"), request.body.get("contents")])
        )
        usage = counted_usage(reply, prompt, candidate_count(request))
    if not isinstance(usage, Usage):
        return dict(usage)
    candidates = round((usage.output - usage.reasoning) * share)
    shown: dict[str, Any] = {"promptTokenCount": usage.input}
    if candidates:
        shown["candidatesTokenCount"] = candidates
    shown["totalTokenCount"] = usage.input + candidates + usage.reasoning
    if usage.cached:
        shown["cachedContentTokenCount"] = usage.cached
    shown["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": usage.input}]
    if usage.reasoning:
        shown["thoughtsTokenCount"] = usage.reasoning
    return shown
