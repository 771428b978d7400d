"""The command ``llmgate prices``: what is known about a model, and a newer table of facts."""

from __future__ import annotations

import hashlib
import os
import sys

import llmgate
from llmgate import _core, _models

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

_PACKAGE = "llmgate"
_INSIDE = "llmgate/data/model_facts/" + _models.TABLE_NAME
_PATIENCE = 60  # seconds for a download


def add_commands(commands: Any) -> None:
    """Adds ``prices show`` and ``prices update`` to the command's parser."""
    prices = commands.add_parser(
        "prices",
        help="show what a model costs, or take a newer table of prices",
        description="Prices and limits of models: a table that comes with the package. Nothing is "
        "fetched but by `update`.",
    )
    actions = prices.add_subparsers(title="actions", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="show what is known about a model")
    show.add_argument("model", help="any name that completion() takes: gpt-4o, anthropic/...")
    show.add_argument("--json", action="store_true", help="print all of it as JSON")
    show.set_defaults(run=show_model, config=None)
    update = actions.add_parser(
        "update",
        help="take a newer table",
        description="Takes a newer table for this user: of the newest llmgate on the package index "
        "(by pip), or a file or URL of yours, a table or a wheel that has one. It is used if it is "
        "valid and newer than the one in the package.",
    )
    update.add_argument("source", nargs="?", help="a path or an https URL; none: the package index")
    update.add_argument("--sha256", metavar="HEX", help="refuse a file of another checksum")
    update.set_defaults(run=update_table, config=None)


def show_model(options: argparse.Namespace) -> int:
    facts = _models.facts_of(options.model)
    if facts is None:
        raise llmgate.NotFoundError(f"nothing is known about the model {options.model!r}")
    if options.json:
        import json

        print(json.dumps(facts, indent=2, ensure_ascii=False))
        return 0
    for name, value in _lines(facts):
        print(f"{name:24} {value}")
    return 0


def _lines(facts: Any) -> list[tuple[str, str]]:
    from decimal import Decimal

    def price(name: str, text: str) -> str:
        # The core's own order of names tells those of a token from those of a piece.
        is_token = name in _TOKEN_PRICES
        amount = (Decimal(text) * (1_000_000 if is_token else 1)).normalize()
        return f"${amount:f}" + " / million" * is_token

    lines = [("model", facts["key"])]
    lines += [
        (label, f"{facts[name]:,}")
        for name, label in (("context_window", "context window"), ("max_output", "longest answer"))
        if facts[name] is not None
    ]
    tables = [("", facts["prices"]), *((f" ({name})", t) for name, t in facts["modes"].items())]
    for suffix, table in tables:
        lines += [
            (name + suffix, price(name, text))
            for name, text in table.items()
            if isinstance(text, str)
        ]
        for tier in table.get("tiers", ()):
            above = f" > {tier['above']:,} tokens{suffix}"
            lines += [(n + above, price(n, t)) for n, t in tier.items() if n != "above"]
    said_by = [word for word in (facts["price_source"], facts["price_date"]) if word]
    lines.append(("source", ", ".join(said_by) or "no price is known"))
    lines.append(("can", ", ".join(facts["can"]) or "not known"))
    return lines


_TOKEN_PRICES = (
    frozenset(
        f"{kind}{side}"
        for kind in ("", "audio_", "image_", "video_")
        for side in ("input", "output")
    )
    | {"cache_read", "cache_write", "cache_write_1h", "reasoning", "citation"}
    | {
        "audio_cache_read",
        "image_cache_read",
    }
)


def update_table(options: argparse.Namespace) -> int:
    data = _table_in(_fetched(options.source))
    digest = hashlib.sha256(data).hexdigest()
    print(f"sha256 {digest}")
    if options.sha256 and options.sha256.lower() != digest:
        raise ValueError(f"the table has not the SHA-256 {options.sha256}: nothing was changed")
    folder = _models.data_folder()
    os.makedirs(folder, exist_ok=True)
    place = os.path.join(folder, _models.TABLE_NAME)
    fresh = f"{place}.{os.getpid()}"
    try:
        with open(fresh, "wb") as file:
            file.write(data)
        date, models = _core.check_model_facts(fresh)
        os.replace(fresh, place)
    finally:
        if os.path.exists(fresh):
            os.remove(fresh)
    print(f"{models} models, made on {date}, kept in {place}")
    _core.set_model_facts(_models.table_paths())
    if (used := _core.model_facts_date()) > date:
        print(f"llmgate: note: the package's own table of {used} is newer", file=sys.stderr)
    return 0


def _fetched(source: str | None) -> bytes:
    if source is None:
        return _from_index()
    if "://" not in source:
        with open(source, "rb") as file:
            return file.read()
    if not source.startswith("https://") and "://127.0.0.1" not in source:
        raise ValueError(f"{source}: accepted are a path and an https URL")
    from urllib.error import URLError
    from urllib.request import urlopen

    try:
        with urlopen(source, timeout=_PATIENCE) as response:
            data: bytes = response.read()
    except (URLError, TimeoutError) as error:
        raise ValueError(f"{source} cannot be fetched: {error}") from error
    return data


def _from_index() -> bytes:
    """The newest wheel of the package, by pip, which knows the user's index and proxy."""
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
        pip += ["--only-binary=:all:", "--dest", folder, _PACKAGE]
        done = subprocess.run(pip, capture_output=True, text=True, timeout=10 * _PATIENCE)
        wheels = os.listdir(folder)
        if done.returncode != 0 or not wheels:
            lines = done.stderr.strip().splitlines()
            why = next((line for line in lines if line.startswith("ERROR")), *lines[-1:])
            raise ValueError(f"pip cannot fetch {_PACKAGE} from the package index: {why}")
        with open(os.path.join(folder, wheels[0]), "rb") as file:
            return file.read()


def _table_in(data: bytes) -> bytes:
    """The table itself, or the one in a wheel."""
    if not data.startswith(b"PK"):
        return data
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            return wheel.read(_INSIDE)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"this is no wheel with {_INSIDE}: {error}") from error
