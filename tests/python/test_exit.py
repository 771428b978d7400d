"""How a process ends while calls are under way, and what Ctrl-C does: in child processes."""

from __future__ import annotations

import concurrent.futures
import signal
import subprocess
import time
from textwrap import dedent

import pytest
from support import output_of, run_child

from llmgate.testing import FakeProvider, Reply

START = """
import asyncio, atexit, contextlib, os, signal, sys, threading, time
import llmgate
from llmgate.testing import FakeProvider, Reply

URL = sys.argv[1] if len(sys.argv) > 1 else ""
def call(**more):
    return llmgate.completion("m", "Hi", api_base=URL, **more)
"""
SILENT = Reply.stall()
HALF = Reply(
    pieces=[b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'] * 2, chunk_delay=60
)


@pytest.mark.parametrize("way", ["call", "stream", "stream open"])
def test_ctrl_c_raises_at_once_and_closes_the_connection(fake: FakeProvider, way: str) -> None:
    fake.script([HALF if way == "stream" else SILENT])
    script = """
        sent = []
        def interrupt():
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)
        signal.signal(signal.SIGALRM, lambda *_: interrupt())
        times = []
        for _ in range(5):
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            try:
                if WAY == "call":
                    call()
                else:
                    for chunk in call(stream=True):
                        pass
                print("nothing was raised")
            except KeyboardInterrupt:
                times.append(time.monotonic() - sent[-1])
        print(min(times) < 0.1 and max(times) < 1 or times)
    """
    text = START + f"WAY = {way!r}\n" + dedent(script)
    assert output_of(text, fake.url) == "True\n"
    assert fake.wait_for(lambda f: f.closed_early == 5)


def test_ctrl_c_from_a_thread(fake: FakeProvider) -> None:
    fake.script([SILENT])
    script = """
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            call()
        except KeyboardInterrupt:
            print("interrupted")
        call(mock_response="x")
    """
    assert output_of(START + dedent(script), fake.url) == "interrupted\n"


def test_ctrl_c_ends_asyncio(fake: FakeProvider) -> None:
    fake.script([SILENT])
    script = """
        async def main():
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            await llmgate.acompletion("m", "Hi", api_base=URL)
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted")
    """
    assert output_of(START + dedent(script), fake.url) == "interrupted\n"
    assert fake.wait_for(lambda f: f.closed_early == 1)


def test_ctrl_c_kills_an_unprepared_program(fake: FakeProvider) -> None:
    fake.script([SILENT])
    done = run_child(
        START + "threading.Timer(0.3, os.kill, (os.getpid(), 2)).start()\ncall()", fake.url
    )
    assert done.returncode == -signal.SIGINT
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")


THREADS = """
def wait():
    try:
        call()
    except BaseException as error:
        errors.append(type(error).__name__)
errors = []
for _ in range(4):
    threading.Thread(target=wait, daemon=True).start()
while fake_count() < 4:
    time.sleep(0.005)
"""
FAKE = """
from llmgate.testing import FakeProvider, Reply
fake = FakeProvider([Reply.stall()]).start()
URL = fake.url
def fake_count():
    return fake.count
def half():
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\\n\\n'
    fake.script([Reply(pieces=[chunk, chunk], chunk_delay=60)])
"""
ENDINGS = {
    # name: script, exit code, what stderr ends with
    "main returns": ("", 0, ""),
    "daemon threads": (THREADS, 0, ""),
    "sys.exit": (THREADS + "sys.exit(3)", 3, ""),
    "exception": (THREADS + "raise ValueError('mine')", 1, "ValueError: mine\n"),
    "after a call": ("call(mock_response='x')", 0, ""),
    "stream open": ("half(); s = call(stream=True); next(s)", 0, ""),
    "stream in a thread": (
        "half()\n"
        "def read():\n"
        "    with contextlib.suppress(llmgate.EngineShutdownError):\n"
        "        list(call(stream=True))\n"
        "threading.Thread(target=read, daemon=True).start()\n"
        "fake.wait_for(lambda f: f.count == 1)",
        0,
        "",
    ),
    "async pending": (
        "loop = asyncio.new_event_loop()\n"
        "async def ask():\n"
        "    await llmgate.acompletion('m', 'Hi', api_base=URL)\n"
        "task = loop.create_task(ask())\n"
        "while fake.count < 1:\n"
        "    loop.run_until_complete(asyncio.sleep(0.01))\n"
        "task.cancel()\n"
        "loop.run_until_complete(asyncio.gather(task, return_exceptions=True))\n"
        "loop.close()",
        0,
        "",
    ),
    "loop in a daemon thread": (
        "async def ask():\n"
        "    with contextlib.suppress(llmgate.EngineShutdownError):\n"
        "        await llmgate.acompletion('m', 'Hi', api_base=URL)\n"
        "threading.Thread(target=lambda: asyncio.run(ask()), daemon=True).start()\n"
        "fake.wait_for(lambda f: f.count == 1)",
        0,
        "",
    ),
    "atexit handler calls": (
        "@atexit.register\n"
        "def late():\n"
        "    print(call(mock_response='late').choices[0].message.content)\n",
        0,
        "",
    ),
    "object calls as it dies": (
        "class Late:\n"
        "    def __del__(self):\n"
        "        try:\n"
        "            call(mock_response='x')\n"
        "        except Exception:\n"
        "            pass\n"
        "late = Late(); late.itself = late\n"
        "call(mock_response='x')",
        0,
        "",
    ),
    "os._exit": (THREADS + "os._exit(5)", 5, ""),
}
TIMES = 20


def end(script: str) -> subprocess.CompletedProcess[str]:
    return run_child(START + FAKE + script, timeout=60)


@pytest.mark.parametrize("way", ENDINGS)
def test_a_process_ends_whatever_is_under_way(way: str) -> None:
    script, code, last_words = ENDINGS[way]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(end, [script] * TIMES))
    for done in runs:
        assert done.returncode == code, done.stderr[-4000:]
        assert "Fatal" not in done.stderr
        assert done.stderr.endswith(last_words)
        if not last_words:
            assert done.stderr == ""
    if way == "atexit handler calls":
        assert {done.stdout for done in runs} == {"late\n"}


def test_the_end_of_a_process_does_not_take_long() -> None:
    script = THREADS + "print(time.time())"
    times = []
    for _ in range(3):
        done = end(script)
        times.append(time.time() - float(done.stdout))
    assert min(times) < 2


def test_a_thread_that_is_no_daemon_is_waited_for() -> None:
    script = """
def work():
    print("begun", flush=True)
    try:
        call(timeout=0.5)
    except llmgate.Timeout:
        print("in time", flush=True)
threading.Thread(target=work).start()
"""
    assert output_of(START + FAKE + script) == "begun\nin time\n"


def test_waiting_threads_are_told_of_the_end() -> None:
    script = """
def work():
    try:
        call()
    except llmgate.EngineShutdownError as error:
        os.write(1, b"told\\n")
threading.Thread(target=work, daemon=True).start()
fake.wait_for(lambda f: f.count == 1)
"""
    assert output_of(START + FAKE + script) == "told\n"


def test_a_closed_pipe_is_no_signal(fake: FakeProvider) -> None:
    script = """
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        for _ in range(20):
            try:
                llmgate.completion("m", "x" * 4_000_000, api_base=URL)
            except llmgate.APIConnectionError:
                pass
        print("alive")
    """
    fake.script([Reply.cut(reset=True)])
    assert output_of(START + dedent(script), fake.url) == "alive\n"


def test_a_storm_of_signals_breaks_nothing(fake: FakeProvider) -> None:
    script = """
        count = 0
        def tick(*_):
            global count
            count += 1
        signal.signal(signal.SIGALRM, tick)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        for n in range(200):
            assert call().choices[0].message.content == "a b c"
            text = [c.choices[0].delta.content or "" for c in call(stream=True)]
            assert "".join(text) == "a b c"
        async def many():
            calls = (llmgate.acompletion("m", "Hi", api_base=URL) for _ in range(50))
            return await asyncio.gather(*calls)
        assert len(asyncio.run(many())) == 50
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(count > 20)
    """
    fake.script([Reply(text="a b c")])
    assert output_of(START + dedent(script), fake.url) == "True\n"


def test_an_error_in_a_signal_handler_ends_the_call(fake: FakeProvider) -> None:
    script = """
        def handler(*_):
            raise TimeoutError("mine")
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            call()
        except TimeoutError as error:
            print(error)
    """
    fake.script([SILENT])
    assert output_of(START + dedent(script), fake.url) == "mine\n"
    assert fake.wait_for(lambda f: f.closed_early == 1)


def test_import_starts_nothing() -> None:
    script = """
        import os, sys
        before = set(os.listdir("/proc/self/fd"))
        import llmgate
        print(sorted({"asyncio", "openai", "ssl", "socket"} & set(sys.modules)))
        print(len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")) - len(before))
    """
    assert output_of(script) == "[]\n1 0\n"
