"""Configurations that could not work are refused when they are loaded, with their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import llmgate

HEAD = """\
model_list:
  - model_name: chat
    litellm_params:
      model: openai/a
      api_key: sk-of-the-tests
"""


def refusal(source: Any) -> llmgate.BadRequestError:
    with pytest.raises(llmgate.BadRequestError) as caught:
        llmgate.Router.from_config(source)
    return caught.value


def deployment(name: str = "chat", **more: Any) -> dict[str, Any]:
    return {
        "model_name": name,
        "litellm_params": {"model": "openai/a", "api_key": "sk-of-the-tests", **more},
    }


@pytest.mark.parametrize(
    ("rest", "place", "words"),
    [
        ("      weight: -2\n", "$.model_list[0].litellm_params.weight", ("line 6", "-2")),
        ("      wieght: 2\n", "$.model_list[0].litellm_params.wieght", ("line 6", '"weight"')),
        (
            "router_settings:\n  fallbacks:\n    - chat: [nowhere]\n",
            "$.router_settings.fallbacks[0].chat[0]",
            ("line 8", '"nowhere" is no model group. As a model: '),
        ),
        (
            "router_settings:\n  fallbacks:\n    - chatt: [chat]\n",
            "$.router_settings.fallbacks[0].chatt",
            ("line 8", '"chatt" is unknown', "chat"),
        ),
        (
            "router_settings:\n  model_group_alias: {x: y, y: z, z: x}\n",
            "$.router_settings.model_group_alias.x",
            ("line 7", "leads back to itself"),
        ),
        (
            "router_settings:\n  model_group_alias: {x: nowhere}\n",
            "$.router_settings.model_group_alias.x",
            ("line 7", '"nowhere" is unknown'),
        ),
        (
            "router_settings:\n  routing_strategy: least-bussy\n",
            "$.router_settings.routing_strategy",
            ("line 7", '"least-bussy" is unknown', '"least-busy"'),
        ),
        (
            "router_settings:\n  num_retries: many\n",
            "$.router_settings.num_retries",
            ("line 7", "accepted: a number from 0 to 100"),
        ),
        ("router_settings:\n  num_retrys: 1\n", "$.router_settings.num_retrys", ("num_retries",)),
        ("      a: [\n", "$", ("line 7",)),
    ],
)
def test_a_yaml_file_is_refused_with_line_and_path(
    rest: str, place: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(HEAD + rest, encoding="utf-8")
    error = refusal(path)
    assert error.json_path == place
    for word in (*words, "config.yaml" if place == "$" else "line"):
        assert word in str(error), str(error)


def test_weights_that_are_all_zero_leave_a_group_without_a_deployment() -> None:
    error = refusal({"model_list": [deployment(weight=0), deployment(weight=0)]})
    assert '"chat", whose weights are all zero' in str(error)
    error = refusal(
        {
            "strategy": {"mode": "loadbalance"},
            "targets": [{"provider": "openai", "api_key": "k", "weight": 0}] * 2,
        }
    )
    assert error.json_path == "$.targets"
    assert "all weights are 0" in str(error)


def test_a_missing_environment_variable_is_named() -> None:
    error = refusal(HEAD.replace("sk-of-the-tests", "os.environ/NOBODY_SET_THIS"))
    assert error.json_path == "$.model_list[0].litellm_params.api_key"
    assert "line 5: the environment variable NOBODY_SET_THIS is not set" in str(error)


@pytest.mark.parametrize("source", ["model_list: []\n", {"model_list": []}])
def test_an_empty_model_list_is_refused(source: Any) -> None:
    error = refusal(source)
    assert error.json_path == "$.model_list"
    assert "is empty" in str(error)
    with pytest.raises(llmgate.BadRequestError, match="is empty"):
        llmgate.Router([])


def test_a_yaml_bomb_is_refused_before_it_grows() -> None:
    lines = ["a: &a [" + ", ".join("x" * 10) + "]"]
    for name, before in zip("bcdefghij", "abcdefghi", strict=True):
        lines.append(f"{name}: &{name} [" + ", ".join([f"*{before}"] * 10) + "]")
    assert "expands to more than" in str(refusal("\n".join(lines) + "\n"))


@pytest.mark.parametrize(
    ("config", "place", "words"),
    [
        ({}, "$", "names no alias"),
        ({"routes": {"m": []}}, "$.routes.m", "leads nowhere"),
        ({"m": ["opnai/a"]}, "$.m[0]", 'did you mean "openai"?'),
        ({"m": ["n"], "n": ["m"]}, "$.m[0]", "names no provider"),
        ({"m": {"targets": ["ollama/a"], "strategi": "x"}}, "$.m.strategi", '"strategy"'),
        ({"m": {"targets": ["ollama/a"], "strategy": "wheel"}}, "$.m.strategy", "unknown"),
        (
            {"strategy": {"mode": "fallbak"}, "targets": [{"provider": "ollama"}]},
            "$.strategy.mode",
            'nearest: "fallback"',
        ),
        ({"strategy": {"mode": "fallback"}, "targets": []}, "$.targets", "at least one"),
        ({"virtual_key": "vk-1"}, "$.virtual_key", "not in virtual_keys"),
    ],
)
def test_other_dialects_are_refused_with_their_path(
    config: dict[str, Any], place: str, words: str
) -> None:
    error = refusal(config)
    assert error.json_path == place
    assert words in str(error)


def test_a_refused_change_changes_nothing() -> None:
    router = llmgate.Router([deployment(mock_response="as before")])
    with pytest.raises(llmgate.BadRequestError, match="weight"):
        router.add_deployment(deployment("other", weight=-1))
    with pytest.raises(llmgate.BadRequestError, match="leads back"):
        router.set_alias("loop", "loop")
    assert router.aliases == ["chat"]
    assert router.completion("chat", "Hi").choices[0].message.content == "as before"


def test_groups_that_fall_back_in_a_circle_are_refused() -> None:
    with pytest.raises(llmgate.BadRequestError, match="in a circle: one -> two -> one"):
        llmgate.Router(
            [deployment("one", mock_response="1"), deployment("two", mock_response="2")],
            fallbacks=[{"one": ["two"]}, {"two": ["one"]}],
        )
