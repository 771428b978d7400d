"""The command ``llmgate``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from llmgate.__main__ import main

CONFIG = "chat:\n  - openai/gpt-4o\n  - anthropic/claude-opus-4-7\n"


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return str(path)


def test_simulate_prints_a_table(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", config, "--seed", "1"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("outage on 'chat', seed 1: ")
    assert shown.err == ""


def test_simulate_prints_json(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["simulate", config, "--json", "--scenario", "fast_429", "--seconds", "20"]
    assert main([*arguments, "--calls-per-second", "5", "--model", "chat", "--stream"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["scenario"] == "fast_429"
    assert 60 < figures["calls"] < 150
    assert figures["first_content_p50_ms"] > 0


def test_too_small_a_share_is_a_failure(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["simulate", config, "--scenario", "thundering_restart"]
    assert main([*arguments, "--at-least", "1"]) == 1
    assert "--at-least 1" in capsys.readouterr().err
    assert main(["simulate", config, "--at-least", "0.99"]) == 0


def test_a_scenario_of_ones_own_is_a_file(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.json"
    path.write_text('{"faults": [{"kind": "outage"}]}')
    assert main(["simulate", config, "--scenario", str(path), "--at-least", "0.01"]) == 1
    path.write_text("[]")
    assert main(["simulate", config, "--scenario", str(path)]) == 2
    assert "a scenario is an object" in capsys.readouterr().err


def test_explain_shows_the_plan(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", config, "chat"]) == 0
    assert "claude-opus-4-7" in capsys.readouterr().out


def test_convert_prints_json(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", config, "--to", "litellm"]) == 0
    assert "model_list" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["simulate", "CONFIG", "--scenario", "outtage"], "outage"),
        (["simulate", "CONFIG", "--model", "chta"], "chat"),
        (["simulate", "CONFIG", "--seed", "-1"], "--seed"),
        (["simulate", "nowhere.yaml"], "nowhere.yaml"),
        (["simulate", "CONFIG", "--scenario", "nowhere.json"], "nowhere.json"),
        (["explain", "CONFIG", "chta"], "chta"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([config if word == "CONFIG" else word for word in arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("llmgate: ")
    assert shown.err.count("\n") == 1
    assert said in shown.err


def test_a_wrong_configuration_names_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("model_list:\n  - model_nam: chat\n")
    assert main(["explain", str(path)]) == 2
    shown = capsys.readouterr().err
    assert "line 2" in shown
    assert "model_name" in shown


def test_wrong_options_are_exit_code_2(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["simulate"], ["simulate", config, "--at-least", "2"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
    assert "accepted: 0 to 1" in capsys.readouterr().err


def test_the_module_runs_as_a_program(config: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "llmgate", "explain", config],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "gpt-4o" in shown.stdout
