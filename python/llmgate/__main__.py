"""The command ``llmgate``: a Router's configuration looked at and tried out; prices."""

from __future__ import annotations

import argparse
import sys
import warnings
from contextlib import contextmanager

import llmgate
from llmgate._prices_command import add_commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

_SCENARIOS = "outage, brown_out, fast_429, slow_one, thundering_restart, everything"
_CONFIG = "a Router's configuration, YAML or JSON: LiteLLM's, Portkey's or llmgate's own"
_FAILED, _BAD_INPUT = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. 0: good; 1: too few calls succeeded; 2: the input is wrong."""
    options = _parser().parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):  # a terminal without the bars of the timeline
        sys.stdout.reconfigure(errors="replace")
    try:
        if options.config is None:
            done: int = options.run(options)
            return done
        with warnings.catch_warnings(record=True) as noted:
            warnings.simplefilter("always", llmgate.LLMGateWarning)
            with _keys_stood_in_for():
                router = llmgate.Router.from_config(_existing(options.config))
        for note in noted:
            print(f"llmgate: note: {_one_line(note.message)}", file=sys.stderr)
        code: int = options.run(router, options)
    except (llmgate.LLMGateError, OSError, ValueError) as error:
        print(f"llmgate: {_one_line(error)}", file=sys.stderr)
        return _BAD_INPUT
    except KeyError as error:
        print(f"llmgate: {_one_line(error.args[0])}", file=sys.stderr)
        return _BAD_INPUT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="llmgate",
        description="Look at the configuration of an llmgate Router and try it out. Nothing is "
        "sent to any provider, and no keys are needed.",
    )
    parser.add_argument("--version", action="version", version=f"llmgate {llmgate.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    simulate = commands.add_parser(
        "simulate",
        help="play an outage against the configuration, in virtual time",
        description="Plays thousands of calls against the configuration while something goes "
        "wrong, in virtual time, and shows how many got their answer, how long they took, where "
        "they went and what they cost.",
    )
    simulate.add_argument("config", help=_CONFIG)
    simulate.add_argument(
        "--scenario",
        default="outage",
        help=f"what goes wrong: {_SCENARIOS}, or a JSON file with faults of your own "
        "(default: outage)",
    )
    simulate.add_argument(
        "--seed",
        type=int,
        default=0,
        help="of chance: the same seed, the same figures (default: 0)",
    )
    simulate.add_argument("--model", help="the alias that is called (default: the first)")
    simulate.add_argument(
        "--calls-per-second", type=float, metavar="N", help="how many calls begin (default: 50)"
    )
    simulate.add_argument(
        "--seconds", type=float, metavar="S", help="for how long calls begin (default: 60)"
    )
    simulate.add_argument("--stream", action="store_true", help="the calls are streams")
    simulate.add_argument(
        "--at-least",
        type=_share,
        metavar="SHARE",
        help="exit with 1 if a smaller share of the calls succeeds, 0 to 1",
    )
    simulate.add_argument("--json", action="store_true", help="print all figures as JSON")
    simulate.set_defaults(run=_simulate)

    explain = commands.add_parser(
        "explain",
        help="show where calls go, as a tree",
        description="Shows where the calls of each alias go, and where next when that fails.",
    )
    explain.add_argument("config", help=_CONFIG)
    explain.add_argument("alias", nargs="?", help="only this one")
    explain.set_defaults(run=_explain)

    convert = commands.add_parser(
        "convert",
        help="write the configuration in another dialect",
        description="Prints the configuration in another dialect, as JSON. What that dialect "
        "cannot express is listed on standard error.",
    )
    convert.add_argument("config", help=_CONFIG)
    convert.add_argument("--to", required=True, choices=("litellm", "portkey", "native"))
    convert.set_defaults(run=_convert)
    add_commands(commands)
    return parser


def _simulate(router: llmgate.Router, options: argparse.Namespace) -> int:
    load: dict[str, Any] = {
        name: value
        for name in ("model", "calls_per_second", "seconds")
        if (value := getattr(options, name)) is not None
    }
    if options.stream:
        load["stream"] = True
    simulation = router.simulate(_scenario(options.scenario), seed=_seed(options.seed), **load)
    if options.json:
        import json

        print(json.dumps(simulation.to_dict(), indent=2))
    else:
        print(simulation)
    share = simulation.success_share
    if options.at_least is not None and (share is None or share < options.at_least):
        shown = "no call was made" if share is None else f"only {share:.4f} of the calls succeeded"
        print(f"llmgate: {shown}; --at-least {options.at_least:g}", file=sys.stderr)
        return _FAILED
    return 0


def _explain(router: llmgate.Router, options: argparse.Namespace) -> int:
    print(router.explain(options.alias).rstrip("\n"))
    return 0


def _convert(router: llmgate.Router, options: argparse.Namespace) -> int:
    import json

    converted = router.to(options.to)
    print(json.dumps(converted, indent=2, ensure_ascii=False))
    for loss in converted.losses:
        print(f"llmgate: lost: {_one_line(loss)}", file=sys.stderr)
    return 0


@contextmanager
def _keys_stood_in_for() -> Iterator[None]:
    """Providers' keys that the environment lacks: a look at a configuration sends nothing."""
    import os

    missing = [
        provider.key_variables[0]
        for provider in llmgate.providers()
        if provider.key_variables and not any(os.environ.get(key) for key in provider.key_variables)
    ]
    os.environ.update(dict.fromkeys(missing, "stand-in"))
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)


def _existing(path: str) -> Any:
    from pathlib import Path

    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: there is no such file")
    return Path(path)


def _scenario(name: str) -> Any:
    """A name, or the content of a JSON file."""
    if not name.endswith(".json"):
        return name
    import json

    with open(name, encoding="utf-8") as file:
        scenario = json.load(file)
    if not isinstance(scenario, dict):
        raise ValueError(f'{name}: a scenario is an object with "faults"')
    return scenario


def _seed(seed: int) -> int:
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"--seed {seed}: accepted are whole numbers from 0 to 2**64 - 1")
    return seed


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; accepted: 0 to 1")
    return share


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


if __name__ == "__main__":
    sys.exit(main())
