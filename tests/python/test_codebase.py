"""The text of the project itself: what may include what, what must stand beside what, sizes, names.

Every rule is a function that lists what breaks it; each has one test over the real files and one
over a made-up breach, so that a rule that can no longer fail is noticed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import llmgate

ROOT = Path(__file__).resolve().parents[2]
CPP = ROOT / "cpp"
PACKAGE = ROOT / "python" / "llmgate"

# From first to last: each may include those before it.
FOLDERS = [
    *("base", "json", "net", "store", "chat", "cache", "tokens", "wire", "providers", "routing"),
    *("account", "config", "engine", "server", "bindings"),
]
ALLOWED = {folder: set(FOLDERS[: place + 1]) for place, folder in enumerate(FOLDERS)}
ALLOWED["net"] = {"base", "net"}
ALLOWED["store"] = {"base", "store"}
ALLOWED["routing"] = {"base", "json", "chat", "routing"}

# Where a library's headers may be included: the start of the file's path.
LIBRARIES = {
    r"pybind11/|Python\.h": "bindings/",
    r"curl/": "net/curl_",
    r"boost/": "net/event_loop.cc",
    r"xxhash": "base/hash.cc",
    r"openssl/": "base/",
    r"re2/": "routing/pattern.cc",
    r"yaml\.h": "json/yaml_nodes.cc",
    r"sqlite3\.h": "store/sqlite.cc",
    r"hiredis": "store/redis.cc",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
PRINTS = re.compile(r"std::(?:cout|cerr|clog)\b|\b(?:printf|fprintf|puts|abort)\s*\(")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
LONGEST_SOURCE, LONG_SOURCE, LONGEST_MODULE = 600, 400, 300


def cpp_files() -> dict[str, str]:
    """Path below cpp/ and text of every header and source."""
    paths = [*CPP.rglob("*.h"), *CPP.rglob("*.cc")]
    return {path.relative_to(CPP).as_posix(): path.read_text() for path in sorted(paths)}


def package_modules() -> dict[str, str]:
    """Path below the package and text of every Python module."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {path.relative_to(PACKAGE).as_posix(): path.read_text() for path in paths}


def bad_includes(files: dict[str, str]) -> list[str]:
    """Includes of a folder to the right in the order, or of a library outside its place."""
    breaches = []
    for path, text in files.items():
        for bracket, name in INCLUDE.findall(text):
            folder = name.split("/")[0]
            if bracket == '"' and folder not in ALLOWED[path.split("/")[0]]:
                breaches.append(f"{path} includes {name}")
            breaches += [
                f"{path} includes <{name}>, which belongs in {place}"
                for library, place in LIBRARIES.items()
                if re.match(library, name) and not path.startswith(place)
            ]
    return breaches


def missing_tests(sources: Iterable[str], tests: Iterable[str]) -> list[str]:
    """Tests that should stand in tests/cpp/ where their source stands in cpp/."""
    wanted = {
        f"{source.removesuffix('.cc')}_test.cc"
        for source in sources
        if source.endswith(".cc") and not source.startswith("bindings/")
    }
    return sorted(wanted - set(tests))


def printing_lines(files: dict[str, str]) -> list[str]:
    """Lines of the core that print or end the process."""
    return [
        f"{path}:{number}: {line.strip()}"
        for path, text in files.items()
        if not path.startswith("bindings/")
        for number, line in enumerate(text.splitlines(), 1)
        if PRINTS.search(line.split("//")[0])
    ]


def unfinished_lines(files: dict[str, str]) -> list[str]:
    """Lines that promise work still to be done."""
    return [
        f"{path}:{number}: {line.strip()}"
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]


def longer_than(limit: int, files: dict[str, str]) -> list[str]:
    """Files with more lines than the limit."""
    lengths = {path: len(text.splitlines()) for path, text in files.items()}
    return [f"{path}: {length} lines" for path, length in lengths.items() if length > limit]


def public_names(module: ModuleType) -> list[str]:
    """Names a user sees in a module: no underscore in front, no modules, no `annotations`."""
    return sorted(
        name
        for name in dir(module)
        if not name.startswith("_")
        and not isinstance(getattr(module, name), ModuleType)
        and type(getattr(module, name)).__module__ != "__future__"
    )


def undocumented(module: Any, names: Iterable[str]) -> list[str]:
    """Functions and classes among the names that have no docstring of their own."""
    objects = {name: getattr(module, name) for name in names}
    return [
        name
        for name, item in objects.items()
        if callable(item) and not (vars(item).get("__doc__") if is_class(item) else item.__doc__)
    ]


def is_class(item: object) -> bool:
    return isinstance(item, type)


def stub_names(stub: str) -> dict[str, set[str]]:
    """The public names of a stub's module ("") and of each class in it."""
    tree = ast.parse(stub)
    names = {"": declared(tree.body)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not is_protocol(node):
            names[node.name] = declared(node.body)
    return names


def is_protocol(node: ast.stmt) -> bool:
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in bases)


def declared(body: list[ast.stmt]) -> set[str]:
    """Names a block of a stub declares, without private ones, imports and type aliases."""
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not is_protocol(node):
                names.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return {name for name in names if not name.startswith("_")}


def real_names(module: ModuleType) -> dict[str, set[str]]:
    """The public names of a compiled module ("") and of each class defined in it."""
    members = {name: item for name, item in vars(module).items() if not name.startswith("_")}
    names = {"": set(members)}
    for name, item in members.items():
        if isinstance(item, type):
            names[name] = {member for member in vars(item) if not member.startswith("_")}
    return names


def differences(stub: dict[str, set[str]], real: dict[str, set[str]]) -> list[str]:
    """What only the stub or only the module has."""
    only_stub, only_real = [], []
    for scope in stub.keys() | real.keys():
        prefix = f"{scope}." if scope else ""
        declared_here, found_here = stub.get(scope, set()), real.get(scope, set())
        only_stub += [f"stub only: {prefix}{name}" for name in declared_here - found_here]
        only_real += [f"module only: {prefix}{name}" for name in found_here - declared_here]
    return sorted(only_stub + only_real)


def test_folders_include_only_what_stands_before_them() -> None:
    assert bad_includes(cpp_files()) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("json/writer.cc", '#include "chat/turn.h"'),
        ("net/http.h", '#include "json/document.h"'),
        ("routing/health.h", '#include "wire/openai/chat.h"'),
        ("chat/turn.cc", '#include "stray.h"'),
        ("engine/call.cc", "#include <pybind11/pybind11.h>"),
        ("engine/call.cc", "#include <Python.h>"),
        ("engine/call.cc", "#include <curl/curl.h>"),
        ("net/http.cc", "#include <curl/curl.h>"),
        ("net/curl_transport.cc", "#include <boost/asio.hpp>"),
    ],
)
def test_an_include_against_the_order_is_found(path: str, line: str) -> None:
    assert len(bad_includes({path: f"// A comment.\n#pragma once\n{line}\n"})) == 1


def test_every_source_has_its_test() -> None:
    tests = ROOT / "tests" / "cpp"
    found = [path.relative_to(tests).as_posix() for path in tests.rglob("*_test.cc")]
    assert missing_tests(cpp_files(), found) == []


def test_a_source_without_its_test_is_found() -> None:
    sources = ["base/error.cc", "base/error.h", "providers/catalog/x.cc", "bindings/module.cc"]
    assert missing_tests(sources, ["base/error_test.cc"]) == ["providers/catalog/x_test.cc"]


def test_the_core_never_prints_and_never_aborts() -> None:
    assert printing_lines(cpp_files()) == []


@pytest.mark.parametrize(
    "line", ['std::cout << "x";', 'std::cerr << "x";', 'printf("x");', "std::abort();", "puts(x);"]
)
def test_a_printing_line_is_found(line: str) -> None:
    assert printing_lines({"base/error.cc": line}) == [f"base/error.cc:1: {line}"]
    assert printing_lines({"base/error.cc": f"std::snprintf(a, 1, b);  // not {line}"}) == []


def test_nothing_is_left_to_be_done() -> None:
    assert unfinished_lines(cpp_files() | package_modules()) == []


def test_an_unfinished_line_is_found() -> None:
    assert unfinished_lines({"base/error.cc": "int a;\n// TO" + "DO: more"}) != []


def test_no_file_is_too_long(record_property: Any) -> None:
    files = cpp_files() | package_modules()
    record_property(f"over {LONG_SOURCE} lines", "; ".join(longer_than(LONG_SOURCE, files)))
    assert longer_than(LONGEST_SOURCE, files) == []
    assert longer_than(LONGEST_MODULE, package_modules()) == []


def test_a_file_that_is_too_long_is_found() -> None:
    assert longer_than(2, {"a.cc": "1\n2\n", "b.cc": "1\n2\n3\n"}) == ["b.cc: 3 lines"]


def test_the_version_is_the_same_everywhere() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    written = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert written is not None
    assert [llmgate.__version__, llmgate._core.__version__] == [written[1]] * 2


def test_all_lists_the_public_names_in_order() -> None:
    assert list(llmgate.__all__) == sorted(llmgate.__all__)
    exported = [name for name in llmgate.__all__ if not name.startswith("_")]
    assert exported == public_names(llmgate)


def test_a_name_that_is_not_listed_is_found() -> None:
    module = ModuleType("made_up")
    vars(module).update({"listed": 1, "_private": 2, "re": re, "stray": 3})
    assert public_names(module) == ["listed", "stray"]


def test_every_public_function_and_class_is_documented() -> None:
    names = [name for name in llmgate.__all__ if not name.startswith("_")]
    assert undocumented(llmgate, names) == []


def test_a_missing_docstring_is_found() -> None:
    module = ModuleType("made_up")
    base = type("Base", (), {"__doc__": "Documented."})
    vars(module).update({"Base": base, "Child": type("Child", (base,), {}), "f": lambda: None})
    assert undocumented(module, ["Base", "Child", "f"]) == ["Child", "f"]


def test_the_stub_names_what_the_module_has() -> None:
    stub = stub_names((PACKAGE / "_core.pyi").read_text())
    assert differences(stub, real_names(llmgate._core)) == []


def test_a_stub_that_differs_is_found() -> None:
    module = ModuleType("made_up")
    vars(module).update({"f": 1, "g": 2, "C": type("C", (), {"a": 1, "b": 2})})
    stub = "def f() -> int: ...\ndef h() -> int: ...\nclass C:\n    a: int\n    c: int\n"
    assert differences(stub_names(stub), real_names(module)) == [
        "module only: C.b",
        "module only: g",
        "stub only: C.c",
        "stub only: h",
    ]


def drawn_parents(drawing: str) -> dict[str, str]:
    """Each name of a tree drawn with box characters, with the name it hangs from."""
    parents: dict[str, str] = {}
    above: dict[int, str] = {}
    for found in re.finditer(r"^[ │├└─]* (\w+)", drawing, re.MULTILINE):
        column = found.start(1) - found.start()
        above[column] = found[1]
        if column - 4 in above and "─" in found[0]:
            parents[found[1]] = above[column - 4]
    return parents


def test_the_drawn_tree_of_exceptions_is_the_real_one() -> None:
    assert llmgate._errors.__doc__ is not None
    drawn = drawn_parents(llmgate._errors.__doc__)
    items = [getattr(llmgate, name) for name in llmgate.__all__]
    errors = [item for item in items if is_class(item) and issubclass(item, llmgate.LLMGateError)]
    real = {error.__name__: error.__base__.__name__ for error in errors}
    del real["LLMGateError"]
    assert drawn == real


def test_a_drawn_tree_is_read() -> None:
    drawing = "Words.\n\n    A\n    ├── B    why\n    │   └── C\n    └── D\n"
    assert drawn_parents(drawing) == {"B": "A", "C": "B", "D": "A"}


def test_every_folder_is_described() -> None:
    text = (CPP / "README.md").read_text()
    folders = [path.name for path in CPP.iterdir() if path.is_dir() and any(path.iterdir())]
    assert [folder for folder in folders if f"`{folder}/`" not in text] == []
    assert [folder for folder in folders if folder not in FOLDERS] == []


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert "bash scripts/demo\n" in text
    assert "bash scripts/test\n" in text
