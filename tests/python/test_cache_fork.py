"""Caches with tiers in a process that forks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support import output_of

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
