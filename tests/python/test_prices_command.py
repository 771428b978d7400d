"""The command ``llmgate prices``: it fetches only when asked, and takes only what is valid."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import llmgate
from llmgate import _core, _models
from llmgate.__main__ import main

SHIPPED = Path(llmgate.__file__).parent / "data" / "model_facts" / "model_facts.table"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "own"
    monkeypatch.setenv("LLMGATE_DATA_DIR", str(folder))
    yield folder
    monkeypatch.delenv("LLMGATE_DATA_DIR")
    _core.set_model_facts([str(SHIPPED)])


def newer_table(path: Path, price: str = "123") -> Path:
    """The package's table with another date and another price for gpt-4o."""
    first, *rows = SHIPPED.read_text().splitlines()
    place = next(at for at, row in enumerate(rows) if row.startswith("openai/gpt-4o\t"))
    facts = json.loads(rows[place].split("\t")[1])
    facts["input"] = price
    rows[place] = "openai/gpt-4o\t" + json.dumps(facts)
    body = ("\n".join(rows) + "\n").encode()
    words = memoryview(body + bytes(-len(body) % 8)).cast("Q")
    total = sums = 0
    for word in words:
        total += word
        sums += total
    header = json.loads(first) | {"date": "2099-01-01", "bytes": len(body)}
    header["checksum"] = f"{total % 2**64:016x}{sums % 2**64:016x}"
    path.write_bytes(json.dumps(header).encode() + b"\n" + body)
    return path


def test_show_prints_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prices", "show", "gpt-4o"]) == 0
    shown = capsys.readouterr().out
    lines = [line.split(maxsplit=1) for line in shown.splitlines()]
    assert ["model", "openai/gpt-4o"] in lines
    assert ["input", "$2.5 / million"] in lines
    assert ["web_search", "$0.01"] in lines
    assert "input (batch)            $1.25 / million" in shown
    assert "128,000" in shown
    assert main(["prices", "show", "gemini/gemini-2.5-pro"]) == 0
    assert "input > 200,000 tokens   $2.5 / million" in capsys.readouterr().out


def test_show_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prices", "show", "anthropic/claude-opus-4.7", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["key"] == "anthropic/claude-opus-4-7"
    assert facts["prices"]["input"] == "0.000005"


def test_show_knows_when_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prices", "show", "openai/nobody-knows-it"]) == 2
    assert "nothing is known" in capsys.readouterr().err


def test_update_takes_a_newer_table(
    tmp_path: Path, own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = newer_table(tmp_path / "new.table")
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    assert main(["prices", "update", str(table), "--sha256", digest]) == 0
    shown = capsys.readouterr().out
    assert digest in shown
    assert "made on 2099-01-01" in shown
    assert os.listdir(own_folder) == ["model_facts.table"]
    assert _core.model_facts_date() == "2099-01-01"
    assert llmgate.cost_per_token("gpt-4o", 1_000_000) == (123.0, 0.0)


def test_another_process_uses_it(tmp_path: Path) -> None:
    main(["prices", "update", str(newer_table(tmp_path / "new.table"))])
    program = "import llmgate; print(llmgate.cost_per_token('gpt-4o', 1000000)[0])"
    home = str(Path(llmgate.__file__).parents[1])
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": home},
    )
    assert result.stdout.strip() == "123.0"


def test_update_takes_a_wheel_and_a_url(tmp_path: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    with zipfile.ZipFile(served / "llmgate.whl", "w") as wheel:
        table = newer_table(tmp_path / "new.table", "7")
        wheel.write(table, "llmgate/data/model_facts/model_facts.table")
    assert main(["prices", "update", str(served / "llmgate.whl")]) == 0
    assert llmgate.cost_per_token("gpt-4o", 1_000_000)[0] == 7
    newer_table(served / "new.table", "9")
    handler = partial(SimpleHTTPRequestHandler, directory=str(served))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        handler.log_message = lambda *_: None  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        assert main(["prices", "update", f"{url}/new.table"]) == 0
        assert main(["prices", "update", f"{url}/missing.table"]) == 2
        server.shutdown()
        thread.join()
    assert llmgate.cost_per_token("gpt-4o", 1_000_000)[0] == 9


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK-no-wheel", SHIPPED.read_bytes()[:-9]])
def test_what_is_no_table_changes_nothing(
    content: bytes, tmp_path: Path, own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.table"
    bad.write_bytes(content)
    before = _core.model_facts_date()
    assert main(["prices", "update", str(bad)]) == 2
    assert capsys.readouterr().err.startswith("llmgate: ")
    assert not own_folder.exists() or os.listdir(own_folder) == []
    assert _core.model_facts_date() == before


def test_another_checksum_changes_nothing(tmp_path: Path, own_folder: Path) -> None:
    table = newer_table(tmp_path / "new.table")
    assert main(["prices", "update", str(table), "--sha256", "00"]) == 2
    assert not own_folder.exists()


def test_without_a_network_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    assert main(["prices", "update"]) == 2
    assert "pip cannot fetch llmgate from the package index" in capsys.readouterr().err
    assert main(["prices", "update", "/nowhere/at.all"]) == 2
    assert main(["prices", "update", "ftp://example.com/x"]) == 2
    assert main(["prices", "update", "http://example.com/x"]) == 2


def test_a_damaged_own_table_is_passed_over(own_folder: Path) -> None:
    own_folder.mkdir()
    (own_folder / "model_facts.table").write_text("damaged")
    _core.set_model_facts(_models.table_paths())
    assert llmgate.cost_per_token("gpt-4o", 1_000_000)[0] == 2.5
