"""Caches with tiers in a process that forks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support import output_of, run_child

from llmgate.testing import FakeProvider

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def test_children_use_the_disk_while_the_parent_does(tmp_path: Path) -> None:
    with FakeProvider(lambda request: request.body["messages"][0]["content"]) as fake:
        output = output_of(
            """
            import os, sys, llmgate

            def ask(text):
                reply = llmgate.completion(
                    "openai/m", text, api_base=sys.argv[2], api_key="k", num_retries=0
                )
                return reply.choices[0].message.content

            llmgate.cache = llmgate.Cache(type="disk", disk_cache_dir=sys.argv[1])
            for number in range(20):
                for part in range(5):  # their stores still wait when the fork comes
                    ask(f"{number}-{part}")
                child = os.fork()
                if child == 0:
                    texts = [f"{number}-0", f"of child {number}"]
                    os._exit(0 if [ask(text) for text in texts] == texts else 1)
                if os.waitpid(child, 0)[1] != 0:
                    sys.exit("a child had a wrong answer")
            print("done")
            """,
            str(tmp_path),
            fake.url,
        )
    assert output == "done\n"
    assert fake.count == 20 * 6


def test_a_forked_child_has_the_parents_answers(tmp_path: Path) -> None:
    script = """
        import os, threading, llmgate
        llmgate.cache = llmgate.Cache(type="disk", disk_cache_dir={folder!r})
        def ask(i):
            return llmgate.completion("openai/m", f"Hi {{i}}", mock_response="Hello!").cache_hit
        ask(0)
        stop = threading.Event()
        def churn():
            i = 0
            while not stop.is_set():
                ask(i := i + 1)
        threads = [threading.Thread(target=churn) for _ in range(3)]
        for thread in threads: thread.start()
        for _ in range(10):
            child = os.fork()
            if child == 0:
                os._exit(0 if ask(0) and not ask(-os.getpid()) else 1)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), end=" ")
        stop.set()
        for thread in threads: thread.join()
    """
    assert run_child(script.format(folder=str(tmp_path))).stdout == "0 " * 10
