"""A Router changes while calls run, is shown and converted, and shares nothing with others."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from router_support import Three, server_of, three_providers, told
from support import KEY, output_of, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply, ToolCall


@pytest.fixture
def three() -> Iterator[Three]:
    with three_providers() as providers:
        yield providers


def ask(router: llmgate.Router, model: str = "chat", **more: Any) -> Any:
    return router.completion(model, "Hi", **more)


def test_calls_in_flight_finish_on_the_plan_they_started_with() -> None:
    slow = Reply(text="from the old plan", delay=0.3)
    with three_providers(a=[slow]) as three:
        router = llmgate.Router([three.deployment("a"), three.deployment("c", "large")])

        async def change_meanwhile() -> list[Any]:
            running = [asyncio.ensure_future(router.acompletion("chat", "Hi")) for _ in range(3)]
            await asyncio.to_thread(three.a.wait_for, lambda fake: fake.in_flight == 3)
            router.add_deployment(three.deployment("b"))
            router.delete_deployment("a")
            assert server_of(await router.acompletion("chat", "Hi")) == "b"
            return list(await asyncio.gather(*running))

        answers = asyncio.run(change_meanwhile())
        assert [text_of(answer) for answer in answers] == ["from the old plan"] * 3
        assert [row.id for row in router.status()] == ["c", "b"]
        assert three.counts == [3, 1, 0]


def test_deployments_that_stay_keep_their_health(three: Three) -> None:
    router = llmgate.Router([three.deployment("a")])
    ask(router)
    router.add_deployment(three.deployment("b", "other"))
    assert router.status()["a"].attempts == 1
    assert router.status()["b"].attempts == 0


def test_aliases_are_set_and_removed(three: Three) -> None:
    router = three.router()
    router.set_alias("fast", "large")
    assert router.aliases == ["chat", "fast", "large"]
    assert server_of(ask(router, "fast")) == "c"
    router.remove_alias("fast")
    with pytest.raises(llmgate.BadRequestError, match="does not know"):
        ask(router, "fast")
    with pytest.raises(KeyError, match="is no alias"):
        router.remove_alias("fast")
    with pytest.raises(KeyError, match="no deployment's id; known: a, b, c"):
        router.delete_deployment("z")


def test_native_routes_change_too(three: Three) -> None:
    target = {"model": "openai/a", "api_key": KEY, "api_base": three.a.url, "id": "a"}
    router = llmgate.Router({"chat": [target]})
    router.set_alias("other", [{**target, "id": "again"}])
    assert server_of(ask(router, "other")) == "again"
    with pytest.raises(TypeError, match="no model_list"):
        router.add_deployment(three.deployment("b"))


def test_explain_draws_the_plan(three: Three) -> None:
    router = three.router(fallbacks=[{"chat": ["large"]}])
    text = router.explain("chat")
    assert text.splitlines()[0] == "chat"
    assert [model for model in ("openai/a", "anthropic/b", "gemini/c") if model in text] == [
        "openai/a",
        "anthropic/b",
        "gemini/c",
    ]
    assert "large" in router.explain()
    assert text in router.explain()
    with pytest.raises(KeyError, match="is no alias; known: chat, large"):
        router.explain("nobody")
    assert repr(router) == "<Router of chat, large>"


@pytest.mark.filterwarnings("ignore:.*has no default")  # of a Portkey config that names aliases
@pytest.mark.parametrize("dialect", ["litellm", "portkey", "native"])
def test_a_configuration_is_converted_and_loads_again(
    dialect: str, three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI", "ANTHROPIC", "GEMINI"):
        monkeypatch.setenv(f"{name}_API_KEY", KEY)
    converted = three.router(num_retries=0).to(dialect)
    assert KEY not in str(converted) or dialect == "litellm"  # its own dialect: as it was given
    again = llmgate.Router.from_config(converted)
    assert again.completion("chat", "Hi").choices[0].message.content
    assert three.counts == [1, 0, 0]


def test_an_unknown_dialect_is_refused(three: Three) -> None:
    with pytest.raises(ValueError, match="accepted: litellm, portkey, native"):
        three.router().to("toml")


def test_status_is_a_table_and_rows() -> None:
    with three_providers(a=[Reply.error(429, retry_after=30)]) as three:
        router = three.router(num_retries=0)
        ask(router)
        status = router.status()
        assert len(status) == 3
        assert [row.id for row in status] == ["a", "b", "c"]
        assert status["a"].failures == 1
        assert 25 < status["a"].cooling_down_s <= 30
        assert (status["b"].attempts, status["b"].state, status["b"].in_flight) == (1, "closed", 0)
        assert status["b"].latency_p50_ms > 0
        assert status.to_dicts()[2]["latency_p50_ms"] is None
        lines = repr(status).splitlines()
        assert len(lines) == 4
        assert lines[0].startswith("deployment")
        assert lines[1].startswith("a ")
        assert lines[0].split()[-2:] == ["retries", "left"]
        assert lines[2].split().count("-") == 1, "of b only the time to first content is unknown"
        html = status._repr_html_()
        assert html.count("<tr>") == 4
        assert "<td>closed</td>" in html
        with pytest.raises(KeyError, match="known: "):
            status["z"]


def test_routers_share_no_state() -> None:
    with three_providers(a=[Reply.error(429, retry_after=60), "well"]) as three:
        routers = [
            llmgate.Router([three.deployment("a", order=1), three.deployment("b", order=2)])
            for _ in range(20)
        ]
        assert server_of(ask(routers[0])) == "b"
        assert {server_of(ask(router)) for router in routers[1:]} == {"a"}
        assert server_of(ask(routers[0])) == "b"
        assert [router.status()["a"].attempts for router in routers] == [1] * 20


def test_a_router_may_go_while_its_calls_run() -> None:
    with three_providers(a=[Reply.error(500), Reply(text="whole", delay=0.1)]) as three:

        async def drop() -> Any:
            router = llmgate.Router([three.deployment("a")], num_retries=2)
            gone = weakref.ref(router)
            running = asyncio.ensure_future(router.acompletion("chat", "Hi"))
            await asyncio.to_thread(three.a.wait_for, lambda fake: fake.count == 1)
            del router
            gc.collect()
            answer = await running
            gc.collect()
            return gone, answer

        gone, answer = asyncio.run(drop())
        assert text_of(answer) == "whole"
        assert len(told(answer)) == 2
        assert gone() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_router_works_in_a_forked_child() -> None:
    script = """
        import os, sys, llmgate
        from router_support import three_providers, server_of
        with three_providers() as three:
            router = three.router()
            print(server_of(router.completion("chat", "Hi")))
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                print(server_of(router.completion("large", "Hi")), router.status()["a"].attempts)
                sys.stdout.flush()
                os._exit(0)
            print("child", os.waitpid(child, 0)[1])
            print(server_of(router.completion("chat", "Hi")), router.status()["a"].attempts)
    """
    assert output_of(script).split("\n") == ["a", "c 0", "child 0", "a 2", ""]


class TestReasoningState:
    """Signed reasoning goes back to who issued it, whatever the strategy says."""

    QUESTION = "What is the weather in Oslo?"
    TOOLS = (
        {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}},
    )

    def loop(self, three: Three, **settings: Any) -> Any:
        router = llmgate.Router(
            [three.deployment("b"), three.deployment("a")], routing_strategy="ordered", **settings
        )
        first: Any = router.completion("chat", self.QUESTION, tools=list(self.TOOLS))
        assert server_of(first) == "b"
        message = first.choices[0].message
        messages = [
            {"role": "user", "content": self.QUESTION},
            message,
            {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "Rain."},
        ]
        reversed_router = llmgate.Router(
            [three.deployment("a"), three.deployment("b")], routing_strategy="ordered", **settings
        )
        return reversed_router.completion("chat", messages, tools=list(self.TOOLS))

    THINKS = Reply(reasoning="I ask the tool.", tool_calls=[ToolCall("weather", {"city": "Oslo"})])

    def test_the_next_call_goes_back_to_the_issuer(self) -> None:
        with three_providers(b=[self.THINKS, "It rains."]) as three:
            answer = self.loop(three)
            assert told(answer) == [("b", "finished")]
            sent = three.b.requests[-1].body["messages"][1]["content"]
            assert sent[0]["type"] == "thinking"
            assert sent[0]["signature"]

    # What is lost on the way is told by dispositions; a warning comes once in a process only.
    @pytest.mark.filterwarnings("ignore::llmgate.LLMGateWarning")
    def test_a_forced_move_is_told_in_the_route(self) -> None:
        with three_providers(a=["It rains."], b=[self.THINKS, Reply.error(503)]) as three:
            answer = self.loop(three)
            lost = [entry.reason for entry in answer.dispositions if entry.action == "dropped"]
            assert any("only to anthropic" in reason for reason in lost), lost
            assert told(answer) == [("b", "service_unavailable"), ("a", "finished")]
            assert "leaves the issuer of its reasoning state" in answer.route[-1].why
            assert "leaves" not in answer.route[0].why


def test_ctrl_c_ends_a_call_that_waits_for_a_place(three: Three) -> None:
    with FakeProvider([Reply.stall()]) as silent:
        entry = three.deployment("a", max_parallel_requests=1)
        entry["litellm_params"]["api_base"] = silent.url
        router = llmgate.Router([entry])

        async def waits() -> None:
            held = asyncio.ensure_future(router.acompletion("chat", "Hi"))
            await asyncio.to_thread(silent.wait_for, lambda fake: fake.in_flight == 1)
            queued = asyncio.ensure_future(router.acompletion("chat", "Hi"))
            await asyncio.sleep(0)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.gather(held, queued)

        with pytest.raises(KeyboardInterrupt):
            asyncio.run(waits())
        assert ask(llmgate.Router([three.deployment("b")])).route[-1].deployment == "b"
