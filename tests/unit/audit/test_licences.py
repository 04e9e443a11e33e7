"""An expression is allowed if it can be met; what packages said before there were any is understood."""

from pathlib import Path

import pytest

from infra.audit.licences import Licensed, allowed, of_environment, problems


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "MIT OR GPL-3.0-only",
        "(AFL-2.1 OR BSD-3-Clause)",
        "MPL-2.0 AND (Apache-2.0 OR MIT)",
        "MIT-CMU AND ISC",
    ],
)
def test_an_expression_that_can_be_met(licence: str) -> None:
    assert allowed(licence)


@pytest.mark.parametrize(
    "licence",
    [
        *("", "GPL-3.0-only", "MIT AND AGPL-3.0-only", "(MIT OR ISC) AND SSPL-1.0", "BUSL-1.1"),
        *("LicenseRef-Proprietary", "See LICENSE.txt", "UNLICENSED", "MIT OR"),
        "GPL-2.0-only WITH Classpath-exception-2.0",
    ],
)
def test_an_expression_that_can_not_be_met(licence: str) -> None:
    assert not allowed(licence)
    (problem,) = problems([Licensed("npm", "x", "1.0", licence)])
    assert problem.startswith("x 1.0: ")


def test_an_exception_is_for_one_package_of_one_registry() -> None:
    assert problems([Licensed("pypi", "frozendict", "1", "LGPL-3.0-only")]) == []
    assert problems([Licensed("npm", "frozendict", "1", "LGPL-3.0-only")])
    assert problems([Licensed("pypi", "frozenlist", "1", "LGPL-3.0-only")])


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: MIT OR Apache-2.0\nLicense: whatever", "MIT OR Apache-2.0"),
        ("License: Apache License 2.0", "Apache-2.0"),
        ("License: MIT License\n        Copyright (c) 2022 Somebody\n        Permission is hereby", "MIT"),
        ("License: BSD\nClassifier: License :: OSI Approved :: MIT License", "MIT"),
        ("Classifier: License :: OSI Approved :: BSD License", "LicenseRef-unknown"),
        (
            "Classifier: License :: OSI Approved :: MIT License\n"
            "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
            "LicenseRef-unknown AND MIT",
        ),
        ("Classifier: Programming Language :: Python", ""),
    ],
)
def test_what_an_installed_package_says(tmp_path: Path, metadata: str, licence: str) -> None:
    folder = tmp_path / "lib/python3.13/site-packages/some_name-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: Some_Name\nVersion: 1.0\n{metadata}\n")
    assert of_environment(tmp_path) == [Licensed("pypi", "some-name", "1.0", licence)]
