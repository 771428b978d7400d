"""Counts and prices in one environment: prints one JSON object with the microseconds of one.

counting_client.py history TEXT_FILE ROUNDS     llmgate: a history of 200 turns, and one more
counting_client.py cost PEER ROUNDS             llmgate's or litellm's completion_cost()
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TURNS = 200
GROWTH = 20
TURN_LETTERS = {"user": 400, "assistant": 1600}
COSTS = 300


def timed(call: Callable[[], Any]) -> float:
    start = time.process_time()  # nothing in it waits
    call()
    return (time.process_time() - start) * 1e6


def histories(text: str, rounds: int) -> list[list[dict[str, str]]]:
    """As many conversations of 200 turns and those that follow, no two with a text in common."""
    made = []
    at = 0
    for _ in range(rounds):
        messages = []
        for turn in range(TURNS + GROWTH):
            role = "assistant" if turn % 2 and turn < TURNS else "user"
            if at + TURN_LETTERS[role] > len(text):
                at = len(made) + 1  # again, and cut elsewhere
            messages.append({"role": role, "content": text[at : at + TURN_LETTERS[role]]})
            at += TURN_LETTERS[role]
        made.append(messages)
    return made


def history(file: str, rounds: int) -> dict[str, float]:
    import llmgate

    whole, newest = [], []
    for messages in histories(Path(file).read_text(encoding="utf-8"), rounds + 1):
        counts = []

        def count(turns: int, messages: Any = messages, counts: Any = counts) -> None:
            counts.append(llmgate.token_counter("gpt-4o", messages=messages[:turns]))

        whole.append(timed(lambda count=count: count(TURNS)))
        for turns in range(TURNS + 1, TURNS + GROWTH + 1):
            newest.append(timed(lambda count=count, turns=turns: count(turns)))
        parts = [llmgate.token_counter("gpt-4o", m["content"]) for m in messages]
        if counts[-1] != sum(parts) + 4 * len(messages) + 3:
            raise SystemExit("a count is wrong")
    return {"recount_us": statistics.median(whole[1:]), "us": statistics.median(newest[GROWTH:])}


def cost(peer: str, rounds: int) -> dict[str, float]:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    if peer == "litellm":
        import litellm

        answer = litellm.ModelResponse(
            model="gpt-4o", choices=[{"message": {"content": "Hi"}}], usage=usage
        )
        find = litellm.completion_cost
    else:
        import llmgate

        answer = {"model": "gpt-4o", "usage": usage}
        find = llmgate.completion_cost
    if abs(find(answer) - 0.0035) > 1e-9:
        raise SystemExit(f"{peer} finds a cost of {find(answer)}")

    def many() -> None:
        for _ in range(COSTS):
            find(answer)

    many()
    return {"us": min(timed(many) for _ in range(rounds)) / COSTS}


if __name__ == "__main__":
    found = {"history": history, "cost": cost}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
    print(json.dumps(found))
