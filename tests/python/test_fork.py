"""fork(): the child starts anew, the parent notices nothing. In child processes of these tests."""

from __future__ import annotations

from textwrap import dedent

import pytest
from support import output_of

from llmgate.testing import FakeProvider, Reply

# Python 3.12 and later warn of every fork with threads; that is what is under test.
START = """
import asyncio, multiprocessing, os, sys, threading, warnings
import llmgate
warnings.filterwarnings("ignore", category=DeprecationWarning)
URL = sys.argv[1]

def call(text="Hi", **more):
    return llmgate.completion("m", text, api_base=URL, timeout=20, **more)

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def in_child(function):
    # Runs a function in a fork of this process and returns its exit code.
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            function()
            code = 0
        except BaseException:
            import traceback
            os.write(2, traceback.format_exc().encode())
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def content(response):
    return response.choices[0].message.content
"""
CHUNK = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'


@pytest.fixture
def echo(fake: FakeProvider) -> FakeProvider:
    fake.script(lambda request: Reply(text=request.body["messages"][0]["content"]))
    return fake


def run(script: str, fake: FakeProvider) -> str:
    return output_of(START + dedent(script), fake.url)


def test_child_and_parent_go_on_after_a_fork(echo: FakeProvider) -> None:
    script = """
        call()
        def child():
            assert content(call("child")) == "child"
            assert "".join(c.choices[0].delta.content or "" for c in call("s", stream=True)) == "s"
            async def main():
                return content(await llmgate.acompletion("m", "async", api_base=URL))
            assert asyncio.run(main()) == "async"
        for n in range(5):
            assert in_child(child) == 0
            assert content(call("parent")) == "parent"
        say("well")
    """
    assert run(script, echo) == "well\n"
    assert echo.connections <= 1 + 5 * 3  # the parent's one stays in use


def test_a_fork_with_calls_in_flight_in_other_threads(fake: FakeProvider) -> None:
    fake.script(
        lambda r: (
            Reply(text="late", delay=0.5)
            if r.body["messages"][0]["content"] == "slow"
            else Reply(text="soon")
        )
    )
    script = """
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(content(call("slow"))))
                   for _ in range(8)]
        for thread in threads:
            thread.start()
        for _ in range(10):
            assert in_child(lambda: call("quick")) == 0
        for thread in threads:
            thread.join()
        say(answers == ["late"] * 8)
    """
    assert run(script, fake) == "True\n"
    assert fake.count == 18


def test_a_child_of_a_child(echo: FakeProvider) -> None:
    script = """
        call()
        def child():
            call()
            assert in_child(call) == 0
            call()
        assert in_child(child) == 0
        say(content(call("end")))
    """
    assert run(script, echo) == "end\n"


def test_a_process_pool_of_forks(echo: FakeProvider) -> None:
    script = """
        def work(n):
            return content(call(str(n)))
        call()
        with multiprocessing.get_context("fork").Pool(4) as pool:
            assert pool.map(work, range(40)) == [str(n) for n in range(40)]
            pool.close()
            pool.join()
        say(content(call("end")))
    """
    assert run(script, echo) == "end\n"
    assert echo.count == 42


def test_an_inherited_stream_says_whose_it_is(fake: FakeProvider) -> None:
    fake.script([Reply(pieces=[CHUNK, CHUNK], chunk_delay=0.4)])
    script = """
        stream = call(stream=True)
        next(stream)
        def child():
            try:
                next(stream)
            except llmgate.EngineShutdownError as error:
                assert "forked" in str(error), error
            else:
                raise AssertionError("nothing was raised")
            stream.close()
        assert in_child(child) == 0
        try:
            say(next(stream).choices[0].delta.content)
        finally:
            stream.close()
    """
    assert run(script, fake) == "a\n"


def test_a_fork_inside_a_running_loop(fake: FakeProvider) -> None:
    fake.script(lambda r: Reply(text="x", delay=0.5 if r.number == 1 else 0))
    script = """
        async def ask():
            return await llmgate.acompletion("m", "Hi", api_base=URL)
        def child():
            assert content(asyncio.run(ask())) == "x"
        async def main():
            task = asyncio.ensure_future(ask())
            while not task.done():
                await asyncio.sleep(0.05)
                assert in_child(child) == 0
            say(content(await task))
        asyncio.run(main())
    """
    assert run(script, fake) == "x\n"


def test_the_child_closes_the_connections_it_has_inherited(fake: FakeProvider) -> None:
    fake.script(lambda r: Reply.stall() if r.number > 1 else Reply(text="x"))
    script = """
        def connections():
            with open("/proc/self/net/tcp") as file:
                known = {"socket:[" + line.split()[9] + "]" for line in file}
            found = []
            for name in os.listdir("/proc/self/fd"):
                try:
                    found.append(os.readlink("/proc/self/fd/" + name))
                except OSError:
                    pass
            return [link for link in found if link in known]
        call()
        for _ in range(2):
            threading.Thread(target=call, daemon=True).start()
        while len(connections()) < 2:
            pass
        def child():
            assert connections() == []
        say(in_child(child), len(connections()))
        os._exit(0)
    """
    assert run(script, fake) == "0 2\n"


def test_a_fork_before_the_first_call(echo: FakeProvider) -> None:
    script = """
        assert in_child(call) == 0
        say(content(call("parent")))
    """
    assert run(script, echo) == "parent\n"


def test_a_child_that_exits_as_usual(echo: FakeProvider) -> None:
    script = """
        call()
        pid = os.fork()
        if pid == 0:
            call()
            sys.exit(3)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
        pid = os.fork()
        if pid == 0:
            sys.exit(4)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 4
        say(content(call("end")))
    """
    assert run(script, echo) == "end\n"


def test_spawned_children_are_like_any_process(echo: FakeProvider) -> None:
    script = """
        import subprocess
        call()
        command = [sys.executable, "-c", "import llmgate, sys; "
                   "llmgate.completion('m', 'Hi', api_base=sys.argv[1])", URL]
        say(subprocess.run(command, check=True).returncode)
    """
    assert run(script, echo) == "0\n"
