"""What `sam build` made, if it has been run: sizes, the wrapper, compiled code."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.contract.translation import ROOT, Templates

BUILD = ROOT / ".aws-sam/build"
MAX_BYTES = 230_000_000  # Lambda takes 250 MB, layers included
UNCHECKED = 0b01  # PEP 552: by hash, and never compared with the source

pytestmark = pytest.mark.skipif(not BUILD.is_dir(), reason="`make build` has not been run")


def test_functions_fit_into_lambda_with_their_layers() -> None:
    for name, resource in Templates().root["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            layers = ["CoreLayer", "DependenciesLayer"]
            layers += _names(resource["Properties"].get("Layers", []))
            assert sum(_size(BUILD / part) for part in [name, *layers]) <= MAX_BYTES, name


def test_the_wrapper_is_where_lambda_looks_for_it_and_can_be_run() -> None:
    wrapper = BUILD / "CoreLayer/streaming-wrapper"  # /opt/streaming-wrapper
    assert os.access(wrapper, os.X_OK)


@pytest.mark.parametrize("layer", ["CoreLayer", "DependenciesLayer", "ParsersLayer", "BailianLayer"])
def test_compiled_code_is_used_whatever_the_timestamps(layer: str) -> None:
    sources = list((BUILD / layer / "python").rglob("*.py"))
    assert sources
    compiled = [source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc" for source in sources]
    missing = [path for path in compiled if not path.is_file()]
    assert len(missing) <= len(compiled) // 100, missing[:5]  # a few files are no Python 3.13
    headers = {path.read_bytes()[4:8] for path in compiled if path.is_file()}
    assert headers == {UNCHECKED.to_bytes(4, "little")}


def test_the_console_is_its_pages_and_nothing_that_they_were_made_of() -> None:
    folder = BUILD / "ConsoleFunction"
    shipped = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    code = {"app.py", "__pycache__/app.cpython-313.pyc"}
    assert code <= shipped
    assert all(name.startswith("web/dist/") for name in shipped - code)
    assert not [name for name in shipped if name.endswith((".ts", ".tsx", ".map", "/.built"))]


def _names(layers: list[dict[str, Any]]) -> list[str]:
    """What the list refers to, or would if its conditions held."""
    return [layer["Ref"] if "Ref" in layer else layer["Fn::If"][1]["Ref"] for layer in layers]


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
