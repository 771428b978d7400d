"""acompletion() on event loops of every kind, and notebooks."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
from typing import Any

import pytest
from support import KEY, aask, ask, child_environment, text_of

import llmgate
from llmgate.testing import FakeProvider, Reply


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_many_loops_one_after_another(fake: FakeProvider) -> None:
    async def main() -> str:
        first, second = await asyncio.gather(aask(fake), aask(fake))
        assert first.id != second.id
        return str(text_of(first))

    for _ in range(5):
        asyncio.run(main())
    gc.collect()
    before, threads = descriptors(), threading.active_count()
    for _ in range(200):
        assert asyncio.run(main()).startswith("You said: Hi")
    gc.collect()
    assert descriptors() <= before
    assert threading.active_count() == threads
    assert fake.connections <= 4


def test_cancelling_a_task_closes_its_connection(fake: FakeProvider) -> None:
    fake.script([Reply.stall(), "next"])

    async def main() -> None:
        task = asyncio.ensure_future(aask(fake))
        await asyncio.to_thread(fake.wait_for, lambda f: f.in_flight == 1)
        start = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(fake.wait_for, lambda f: f.closed_early == 1)
        assert time.monotonic() - start < 0.5
        assert text_of(await aask(fake)) == "next"

    asyncio.run(main())


def test_a_call_cancelled_before_it_began_is_not_sent(fake: FakeProvider) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(aask(fake))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert text_of(await aask(fake))

    asyncio.run(main())
    assert fake.count == 1


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout is of 3.11")
def test_asyncio_timeout(fake: FakeProvider) -> None:
    fake.script([Reply.stall()])

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await aask(fake)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await aask(fake, stream=True)
        await asyncio.to_thread(fake.wait_for, lambda f: f.closed_early == 2)

    asyncio.run(main())


def test_cancelling_the_reader_of_a_stream(fake: FakeProvider) -> None:
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    fake.script([Reply(pieces=[chunk, chunk], chunk_delay=30)])

    async def read(started: asyncio.Event) -> None:
        async for _ in await aask(fake, stream=True):
            started.set()

    async def main() -> None:
        started = asyncio.Event()
        task = asyncio.ensure_future(read(started))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(fake.wait_for, lambda f: f.closed_early == 1)

    asyncio.run(main())


def test_five_hundred_at_once(fake: FakeProvider) -> None:
    fake.script(lambda r: Reply(text=r.body["messages"][0]["content"], delay=0.05))

    async def main() -> list[Any]:
        return await asyncio.gather(*(aask(fake, str(n)) for n in range(500)))

    answers = asyncio.run(main())
    assert [text_of(answer) for answer in answers] == [str(n) for n in range(500)]
    assert fake.peak_in_flight > 100


def test_some_of_many_fail(fake: FakeProvider) -> None:
    fake.script(lambda r: Reply.error(429) if r.number % 2 else Reply(text="x"))

    async def main() -> list[Any]:
        return await asyncio.gather(*(aask(fake) for _ in range(20)), return_exceptions=True)

    outcomes = [type(outcome) for outcome in asyncio.run(main())]
    assert outcomes.count(llmgate.RateLimitError) == 10
    assert outcomes.count(llmgate.ModelResponse) == 10


def test_a_loop_closed_in_the_middle_of_a_call(fake: FakeProvider) -> None:
    fake.script([Reply(text="late", delay=0.2), "next"])
    loop = asyncio.new_event_loop()
    task = loop.create_task(aask(fake))
    while fake.count == 0:
        loop.run_until_complete(asyncio.sleep(0.01))
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    loop.close()
    assert fake.wait_for(lambda f: f.in_flight == 0)
    del task, loop
    gc.collect()
    assert text_of(asyncio.run(aask(fake))) == "next"


def test_two_loops_in_two_threads_at_once(fake: FakeProvider) -> None:
    fake.script(lambda r: Reply(text=r.body["messages"][0]["content"]))
    answers: dict[int, list[Any]] = {}

    async def main(name: int) -> list[Any]:
        found = []
        for n in range(50):
            found.append(text_of(await aask(fake, f"{name}-{n}")))
        return found

    def work(name: int) -> None:
        answers[name] = asyncio.run(main(name))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == {name: [f"{name}-{n}" for n in range(50)] for name in range(2)}


class LoopWithoutReaders(asyncio.SelectorEventLoop):
    """Like the loops of Windows' proactor: descriptors cannot be watched."""

    def add_reader(self, *arguments: Any) -> None:
        raise NotImplementedError


def test_a_loop_that_cannot_watch_descriptors(fake: FakeProvider) -> None:
    async def main() -> None:
        answers = await asyncio.gather(*(aask(fake) for _ in range(20)))
        assert len({answer.id for answer in answers}) == 20
        stream = await aask(fake, stream=True)
        assert len([chunk async for chunk in stream]) > 3
        with pytest.raises(llmgate.BadRequestError):
            await aask(fake, [])

    for _ in range(3):
        loop = LoopWithoutReaders()
        loop.run_until_complete(main())
        loop.close()
    deadline = time.monotonic() + 10
    names = ["llmgate-watch"]
    while "llmgate-watch" in names and time.monotonic() < deadline:
        names = [thread.name for thread in threading.enumerate()]
        threading.Event().wait(0.05)
    assert "llmgate-watch" not in names


def test_uvloop(fake: FakeProvider) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def main() -> int:
        stream = await aask(fake, stream=True)
        assert [chunk async for chunk in stream]
        return len(await asyncio.gather(*(aask(fake) for _ in range(50))))

    loop = uvloop.new_event_loop()
    assert loop.run_until_complete(main()) == 50
    loop.close()


def test_sync_calls_inside_a_running_loop(fake: FakeProvider) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(aask(fake))
        assert text_of(ask(fake))
        assert list(ask(fake, stream=True))
        assert text_of(await task)

    asyncio.run(main())


def test_acompletion_without_a_loop_says_so(fake: FakeProvider) -> None:
    call = aask(fake)
    with pytest.raises(RuntimeError, match="no running event loop"):
        call.send(None)
    assert fake.count == 0


CELLS = [
    "import llmgate, os\nwhere = dict(api_base=os.environ['FAKE_URL'], api_key=os.environ['KEY'])",
    "print(llmgate.completion('openai/m', 'one', **where).choices[0].message.content)",
    "r = await llmgate.acompletion('openai/m', 'two', **where)\n"
    "print(r.choices[0].message.content)",
    "s = await llmgate.acompletion('openai/m', 'three', stream=True, **where)\n"
    "print(''.join([c.choices[0].delta.content or '' async for c in s]))",
    "s = llmgate.completion('openai/m', 'four', stream=True, **where)\n"
    "print(''.join(c.choices[0].delta.content or '' for c in s))",
    "llmgate.completion('openai/m', [], **where)",
    "print('still here', llmgate.completion('openai/m', 'five', **where).choices[0].index)",
]


def test_a_notebook(fake: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    import nbclient
    import nbformat

    fake.script(lambda r: Reply(text="You: " + r.body["messages"][0]["content"]))
    for name, value in child_environment(FAKE_URL=fake.url, KEY=KEY).items():
        monkeypatch.setenv(name, value)
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60, allow_errors=True).execute()
    texts = ["".join(o.get("text", o.get("evalue", "")) for o in c.outputs) for c in cells]
    assert texts[:5] == ["", "You: one\n", "You: two\n", "You: three\n", "You: four\n"]
    assert texts[5].startswith("$.messages: ")
    assert texts[6] == "still here 0\n"
