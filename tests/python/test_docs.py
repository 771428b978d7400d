"""The pages: their generated parts are what the code says, and their Python examples run."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from llmgate import _core
from llmgate.testing import FakeProvider

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> list[Any]:
    """Every Python block of every page, moved down so that errors name the page's own line."""
    found_examples = []
    for page in PAGES:
        text = page.read_text()
        for found in EXAMPLE.finditer(text):
            line = text.count("\n", 0, found.start(1))
            name = f"{page.relative_to(ROOT)}:{line + 1}"
            found_examples.append(pytest.param("\n" * line + found[1], str(page), id=name))
    return found_examples


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    source = ROOT / "scripts" / "generate_docs.py"
    spec = importlib.util.spec_from_file_location("generate_docs", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("source", "page"), examples())
def test_an_example_runs_as_printed(
    source: str,
    page: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    request.addfinalizer(_core.reset_models)  # of what a page registered
    with FakeProvider() as fake:
        monkeypatch.setenv("OPENAI_API_KEY", "test-key")
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        exec(compile(source, page, "exec"), {"__name__": "example"})


def test_the_readme_has_examples() -> None:
    assert len(EXAMPLE.findall((ROOT / "README.md").read_text())) >= 3


def test_generated_parts_are_up_to_date(generator: ModuleType) -> None:
    assert [path.name for path in generator.outdated()] == []


def test_a_part_replaces_what_stood_between_its_markers(generator: ModuleType) -> None:
    text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n"
    assert generator.fill(text, "x", "new") == text.replace("old", "new")
    with pytest.raises(ValueError, match="markers of 'y'"):
        generator.fill(text, "y", "new")


def test_figures_are_shown_with_their_date_and_machine(
    generator: ModuleType, tmp_path: Path
) -> None:
    row = {"what": "plain call", "unit": "us", "llmgate": 2, "peers": {"other": 9}, "limit": 1}
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"date": "2001-02-03", "machine": "m", "rows": [row]}))
    head, _, *table = generator.overhead_table(results).splitlines()
    assert head == "2001-02-03, m."
    assert "plain call" in table[-1]
    assert "other 9" in table[-1]
