"""Licences of what is installed and of what npm's locks name, and which of them may be used here.

What may be used is one list for all: what is deployed, and what only builds and tests. Packages outside of it
are named one by one, each with the reason why it is used all the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, cast

from license_expression import ExpressionError, get_spdx_licensing
from packaging.utils import canonicalize_name

from infra.audit.locks import locked, locks
from infra.audit.tracked import ROOT

# They ask for their notice to be kept, if that. MPL's terms reach as far as its own files.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MIT-CMU", "Zlib"),
    *("CNRI-Python", "PSF-2.0", "Python-2.0"),
    *("CC0-1.0", "Unlicense"),
    "MPL-2.0",
}

# Packages under another one.
EXCEPTIONS: Mapping[str, str] = {
    "frozendict": "LGPL, deployed for genanki: whole and unchanged, a folder that anybody may replace",
    "pypdfium2": "deployed: PDFium with its libraries, each permissive; the layer holds their texts",
    "text-unidecode": "Artistic or GPL: cookiecutter, of the SAM CLI, needs it; a tool, never deployed",
}

# Packages whose metadata names no licence of SPDX's list, and what the files that come with them say.
READ: Mapping[str, str] = {
    "cached-property": "BSD-3-Clause",
    "click": "BSD-3-Clause",
    "cookiecutter": "BSD-3-Clause",
    "forbiddenfruit": "GPL-3.0-or-later OR MIT",
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "pypdfium2": "(Apache-2.0 OR BSD-3-Clause) AND LicenseRef-PDFium",
    "python-dateutil": "BSD-3-Clause",  # newer parts are Apache-2.0 as well
    "reportlab": "BSD-3-Clause",
    "sympy": "BSD-3-Clause",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
}

_CLASSIFIER = "License :: OSI Approved :: "
_SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


spdx = cache(get_spdx_licensing)  # reads 2,000 licences


@dataclass(frozen=True, order=True)
class Licensed:
    """A package and its licence as an SPDX expression; empty if it says nothing that SPDX knows."""

    ecosystem: str  # as package URLs spell it
    name: str
    version: str
    licence: str


def all_licensed() -> list[Licensed]:
    """Every package that is installed beside this, or that one of npm's locks names."""
    installed = (one for folder in environments() for one in of_environment(folder))
    return sorted({*installed, *(one for lock in locks() if lock.suffix == ".json" for one in of_npm(lock))})


def environments() -> list[Path]:
    """The virtual environments that the Makefile makes; those of the benches are there only once they ran."""
    return sorted(path.parent for path in ROOT.glob(".venv*/pyvenv.cfg"))


@cache
def of_environment(folder: Path) -> list[Licensed]:
    """The packages installed in one."""
    found = distributions(path=[str(path) for path in folder.glob("lib/python*/site-packages")])
    return sorted(_of_distribution(one) for one in found if one.name != "freshet")


def of_npm(lock: Path) -> list[Licensed]:
    """The packages of a lock, which has their licences."""
    return [Licensed("npm", one.name, one.version, one.licence) for one in locked(lock)]


def problems(packages: Iterable[Licensed]) -> list[str]:
    """Those that may not be used, each with what it says of itself."""
    return [
        f"{one.name} {one.version}: {one.licence or 'no licence of SPDX'}"
        for one in packages
        if not _excepted(one) and not allowed(one.licence)
    ]


def unused_exceptions(packages: Iterable[Licensed]) -> set[str]:
    """Exceptions of packages that are gone, or that need none any more."""
    return EXCEPTIONS.keys() - {one.name for one in packages if not allowed(one.licence)}


@cache
def allowed(licence: str) -> bool:
    """Whether an SPDX expression can be met with what is allowed: all of an AND, one of an OR."""
    try:
        return bool(licence) and _met(spdx().parse(licence))
    except ExpressionError:
        return False


def _met(part: Any) -> bool:
    """A node of the expression: licences are leaves, and one WITH an exception is another licence."""
    if not part.args:
        return part.render() in ALLOWED
    return (all if part.operator.strip() == "AND" else any)(map(_met, part.args))


def _excepted(one: Licensed) -> bool:
    return one.ecosystem == "pypi" and one.name in EXCEPTIONS


def _of_distribution(one: Distribution) -> Licensed:
    name = canonicalize_name(one.name)
    metadata = cast(Message, one.metadata)  # its own type has no `get`
    licence = metadata.get("License-Expression") or READ.get(name) or _said(metadata)
    return Licensed("pypi", name, one.version, licence)


def _said(metadata: Message) -> str:
    """What a package says in the ways from before there were expressions."""
    first = next(iter((metadata.get("License") or "").strip().splitlines()), "").strip()
    if _is_known(spelt := _SPELLINGS.get(first, first)):
        return spelt
    return " AND ".join(_classified(metadata.get_all("Classifier") or []))


def _classified(classifiers: Iterable[str]) -> Iterator[str]:
    named = [one.removeprefix(_CLASSIFIER) for one in classifiers if one.startswith(_CLASSIFIER)]
    return (_SPELLINGS.get(name, "LicenseRef-unknown") for name in sorted(named))


def _is_known(licence: str) -> bool:
    return bool(licence) and not spdx().validate(licence).errors
