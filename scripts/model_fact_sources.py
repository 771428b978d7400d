"""Reads the two packages that publish facts about models into one shape: prices as exact decimals.

A model's prices are a dict of names (see PER_MILLION and PER_PIECE) with what changes them beside:
`tiers` by size of the prompt, `modes` by the way a request is processed, `hours` of the day (UTC),
`later` prices. No number ever passes through a float.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Any

Prices = dict[str, Any]

# From the names that genai-prices has for prices to ours, and how many pieces one of its prices is
# for. All token prices are for a million, here and there; the others are for one piece here.
GENAI = {
    **{"input_mtok": "input", "output_mtok": "output", "cache_read_mtok": "cache_read"},
    **{"cache_write_mtok": "cache_write", "cache_write_1h_mtok": "cache_write_1h"},
    **{"output_reasoning_mtok": "reasoning", "output_citation_mtok": "citation"},
    **{"input_audio_mtok": "audio_input", "output_audio_mtok": "audio_output"},
    **{"cache_audio_read_mtok": "audio_cache_read", "input_image_mtok": "image_input"},
    **{"output_image_mtok": "image_output", "cache_image_read_mtok": "image_cache_read"},
    **{"input_video_mtok": "video_input", "output_video_mtok": "video_output"},
}
GENAI_PIECES = {
    **{"requests_kcount": ("request", 1000), "web_searches_kcount": ("web_search", 1000)},
    **{"storage_searches_kcount": ("file_search", 1000), "input_document_kpages": ("page", 1000)},
    **{"input_audio_hours": ("input_second", 3600), "audio_hours": ("input_second", 3600)},
    **{"input_mchars": ("input_character", 1_000_000)},
}
# What neither has in a form that a chat's usage is counted in.
GENAI_LEFT_OUT = {"input_annotated_document_kpages", "input_text_messages_kcount"}
GENAI_MODES = {
    ("processing", "batch"): "batch",
    ("service_tier", "priority"): "priority",
    ("service_tier", "flex"): "flex",
    ("service_tier", "fast"): "fast",
    ("speed", "fast"): "fast",
}

LITELLM = {
    **{"input_cost_per_token": "input", "output_cost_per_token": "output"},
    **{"cache_read_input_token_cost": "cache_read"},
    **{"cache_creation_input_token_cost": "cache_write"},
    **{"cache_creation_input_token_cost_above_1hr": "cache_write_1h"},
    **{"output_cost_per_reasoning_token": "reasoning", "citation_cost_per_token": "citation"},
    **{"input_cost_per_audio_token": "audio_input", "output_cost_per_audio_token": "audio_output"},
    **{"cache_read_input_audio_token_cost": "audio_cache_read"},
    **{"input_cost_per_image_token": "image_input", "output_cost_per_image_token": "image_output"},
    **{"cache_read_input_image_token_cost": "image_cache_read"},
    **{"input_cost_per_video_token": "video_input", "output_cost_per_video_token": "video_output"},
}
LITELLM_PIECES = {
    **{"input_cost_per_request": "request", "input_cost_per_query": "query"},
    **{"output_cost_per_image": "image", "input_cost_per_image": "input_image"},
    **{"input_cost_per_second": "input_second", "output_cost_per_second": "output_second"},
    **{"input_cost_per_character": "input_character", "ocr_cost_per_page": "page"},
    **{"output_cost_per_character": "output_character"},
    **{"google_maps_grounding_cost_per_query": "map_search"},
}
LITELLM_MODES = {
    **{"_batches": "batch", "_priority": "priority", "_flex": "flex"},
    **{"_ultrafast": "ultrafast", "_balanced": "balanced"},
}
LITELLM_FIELD = re.compile(
    r"(.*?)(?:_above_(\d+)k_tokens)?(" + "|".join(LITELLM_MODES) + r")?$",
)

PER_MILLION = sorted({*GENAI.values(), *LITELLM.values()})
PER_PIECE = sorted({*(name for name, _ in GENAI_PIECES.values()), *LITELLM_PIECES.values()})
PER_PIECE = sorted({*PER_PIECE, "web_search_low", "web_search_high"})
LONGEST = Context(prec=10)  # digits of a price that stood in a float and shows it
WIDE = Context(prec=40)
MILLION = Decimal(1_000_000)


def decimal(value: object) -> Decimal:
    """An exact number; what only a float's noise makes long is rounded to 10 digits."""
    number = Decimal(str(value))
    return LONGEST.plus(number) if len(number.as_tuple().digits) > 15 else number


def text(number: Decimal, places: int) -> str:
    """Without an exponent and without zeros at its end; fails on what has more decimal places."""
    if not 0 <= number <= 1_000_000 or number != number.quantize(
        Decimal(f"1e-{places}"), context=WIDE
    ):
        raise SystemExit(f"{number} is no price")
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def places(name: str) -> int:
    """A dollar is counted in 1e-18, also where the price is for a million tokens."""
    return 12 if name in PER_MILLION else 18


def genai_value(node: ast.expr) -> Any:
    """The package's data as it stands in its source: nothing of the package is run."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List):
        return [genai_value(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        keys = [genai_value(key) for key in node.keys if key]
        return dict(zip(keys, map(genai_value, node.values), strict=True))
    if isinstance(node, ast.Attribute):
        return node.attr
    if not isinstance(node, ast.Call):
        raise SystemExit(f"genai-prices: cannot read {ast.dump(node)[:80]}")
    kind = ast.unparse(node.func)
    arguments = [genai_value(item) for item in node.args]
    if kind == "Decimal":
        return Decimal(arguments[0])
    fields = {word.arg: genai_value(word.value) for word in node.keywords}
    return {"kind": kind, "arguments": arguments, **fields}


def genai_providers(source: str) -> list[dict[str, Any]]:
    for node in ast.parse(source).body:
        if (
            isinstance(node, ast.AnnAssign)
            and ast.unparse(node.target) == "providers"
            and node.value
        ):
            providers = genai_value(node.value)
            assert isinstance(providers, list)
            return providers
    raise SystemExit("genai-prices: no providers in data.py")


def exact_names(clause: dict[str, Any]) -> Iterator[str]:
    """The names that a match clause lists one by one."""
    if clause["kind"] == "ClauseEquals":
        yield clause["equals"].lower()
    for part in clause.get("or_", []):
        yield from exact_names(part)


def matches(clause: dict[str, Any], name: str) -> bool:
    kind = clause["kind"]
    if kind == "ClauseOr":
        return any(matches(part, name) for part in clause["or_"])
    if kind == "ClauseAnd":
        return all(matches(part, name) for part in clause["and_"])
    if kind == "ClauseRegex":
        return re.search(clause["regex"], name) is not None
    word = {"ClauseEquals": "equals", "ClauseContains": "contains"}.get(kind)
    word = word or {"ClauseStartsWith": "starts_with", "ClauseEndsWith": "ends_with"}[kind]
    value = clause[word].lower()
    test = {"equals": name == value, "contains": value in name}
    test |= {"starts_with": name.startswith(value), "ends_with": name.endswith(value)}
    return test[word]


def genai_set(model_price: dict[str, Any]) -> Prices:
    """One of its price sets: names and prices, and the tiers of all its prices as one list."""
    flat: dict[str, Decimal] = {}
    steps: dict[str, list[tuple[int, Decimal]]] = {}
    for key, value in model_price.items():
        if key in ("kind", "arguments") or key in GENAI_LEFT_OUT:
            continue
        name, per = (GENAI[key], 1) if key in GENAI else GENAI_PIECES[key]
        base = value["base"] if isinstance(value, dict) else value
        flat[name] = base / per
        if isinstance(value, dict):
            steps[name] = sorted((tier["start"], tier["price"] / per) for tier in value["tiers"])
    tiers = []
    for start in sorted({start for rows in steps.values() for start, _ in rows}):
        reached = {
            name: [price for at, price in rows if at <= start] for name, rows in steps.items()
        }
        now = {name: text(prices[-1], places(name)) for name, prices in reached.items() if prices}
        tiers.append({"above": start, **now})
    prices: Prices = {name: text(LONGEST.plus(price), places(name)) for name, price in flat.items()}
    return prices | ({"tiers": tiers} if tiers else {})


def day(constraint: dict[str, Any] | None) -> str | None:
    if constraint is None or constraint["kind"] != "StartDateConstraint":
        return None
    year, month, date = constraint["start_date"]["arguments"]
    return f"{year:04d}-{month:02d}-{date:02d}"


def clock(moment: dict[str, Any]) -> str:
    hour, minute = [*moment["arguments"], 0][:2]
    return f"{hour:02d}:{minute:02d}"


def genai_prices(model: dict[str, Any], today: str) -> tuple[Prices, str | None]:
    """The prices in force today with what changes them, and since when they are in force."""
    listed = model.get("prices") or []
    rows = listed if isinstance(listed, list) else [{"prices": listed}]
    prices: Prices = {}
    since, hours, later = None, [], []
    for row in rows:
        constraint = row.get("constraint")
        start = day(constraint)
        if constraint and start is None:
            times = {"from": clock(constraint["start_time"]), "to": clock(constraint["end_time"])}
            hours.append(times | genai_set(row["prices"]))
        elif start and start > today:
            later.append({"date": start, **genai_set(row["prices"])})
        else:
            prices, since, hours = genai_set(row["prices"]), start or since, []
    modes: dict[str, Prices] = {}
    for variant in model.get("price_variants") or []:
        mode = GENAI_MODES.get(next(iter(variant["when"].items())))
        start = day(variant.get("constraint"))
        if mode and len(variant["when"]) == 1 and not (start and start > today):
            # The first one to name a price decides, as its package reads them.
            modes[mode] = genai_set(variant["prices"]) | modes.get(mode, {})
    found = {"hours": hours, "later": later, "modes": {k: v for k, v in modes.items() if v}}
    return prices | {name: value for name, value in found.items() if value}, since


def litellm_table(source: str) -> dict[str, dict[str, Any]]:
    table = json.loads(source, parse_float=str)
    table.pop("sample_spec", None)
    rows = {name: row for name, row in table.items() if row.get("litellm_provider")}
    for row in list(rows.values()):
        rows |= {alias: row for alias in row.get("aliases", []) if alias not in rows}
    return rows


def litellm_tiers(row: dict[str, Any]) -> list[Prices]:
    """The steps of `tiered_pricing`: what the first one says is the base of the others."""
    tiers = []
    for step in row.get("tiered_pricing") or []:
        if "range" in step:
            names = {
                LITELLM[key]: text(decimal(step[key]) * MILLION, 12)
                for key in step
                if key in LITELLM
            }
            tiers.append({"above": int(Decimal(str(step["range"][0]))), **names})
    return tiers


def litellm_prices(row: dict[str, Any]) -> Prices:
    base: Prices = {}
    tiers: dict[tuple[str, int], Prices] = {}
    modes: dict[str, Prices] = {}
    for field, value in row.items():
        match = LITELLM_FIELD.fullmatch(field)
        if not match or isinstance(value, (dict, list, bool)) or value is None:
            continue
        name, above, mode = match[1], match[2], LITELLM_MODES.get(match[3] or "")
        if name not in LITELLM and name not in LITELLM_PIECES:
            continue
        price = text(decimal(value) * MILLION, 12) if name in LITELLM else text(decimal(value), 18)
        if above:
            place = tiers.setdefault((mode or "", int(above) * 1000), {})
        else:
            place = modes.setdefault(mode, {}) if mode else base
        place[LITELLM.get(name) or LITELLM_PIECES[name]] = price
    if "cache_read" not in base and "input_cost_per_token_cache_hit" in row:
        base["cache_read"] = text(decimal(row["input_cost_per_token_cache_hit"]) * MILLION, 12)
    search = row.get("search_context_cost_per_query") or {}
    for size, name in {"low": "_low", "medium": "", "high": "_high"}.items():
        if price := search.get(f"search_context_size_{size}"):
            base["web_search" + name] = text(decimal(price), 18)
    for (mode, above), prices in sorted(tiers.items()):
        place = modes.setdefault(mode, {}) if mode else base
        place.setdefault("tiers", []).append({"above": above, **prices})
    if steps := litellm_tiers(row):
        base = {k: v for k, v in steps[0].items() if k != "above"} | base
        base["tiers"] = steps[1:] or base.get("tiers", [])
    # Some have no price for writing to the cache and say so by a zero.
    if base.get("cache_write") == "0" and base.get("input", "0") != "0":
        del base["cache_write"]
    base = {name: value for name, value in base.items() if value != []}
    return base | ({"modes": modes} if modes else {})
