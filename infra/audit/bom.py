"""The bill of materials: what others wrote of what is deployed, as CycloneDX 1.6.

That is the packages of the layers, and those that the console's lock has for more than development: a few of
these leave nothing in its pages. The same locks give the same bytes: no time, and a serial number made of the
content. What does not belong here: Lambda's own runtime, and packages that only build and test (`licences`).
"""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from infra.audit.licences import Licensed, of_environment
from infra.audit.locks import CONSOLE, LAYERS, locked
from infra.audit.tracked import ROOT

_PART = "freshet:part"  # the folder that a component is deployed from


def deployed() -> dict[str, list[Licensed]]:
    """The packages in what is deployed, by its folder; without a licence those not installed here."""
    installed = {(one.name, one.version): one for one in of_environment(ROOT / ".venv")}
    layers = {
        layer: [
            installed.get((one.name, one.version), Licensed("pypi", one.name, one.version, ""))
            for one in locked(Path(layer, "requirements.txt"))
        ]
        for layer in LAYERS
    }
    console = {
        Licensed("npm", one.name, one.version, one.licence)
        for one in locked(Path(CONSOLE, "package-lock.json"))
        if not one.dev
    }
    return {**layers, CONSOLE: sorted(console)}


def rendered(parts: dict[str, list[Licensed]]) -> str:
    """The bill as JSON. Raises ValueError if it is not valid."""
    components = [_component(one, part) for part, packages in parts.items() for one in packages]
    written = json.loads(JsonV1Dot6(_bill(components)).output_as_string())
    del written["metadata"]["timestamp"]
    written["serialNumber"] = uuid5(NAMESPACE_URL, json.dumps(written["components"])).urn
    text = json.dumps(written, indent=2, ensure_ascii=False) + "\n"
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(str(wrong))
    return text


def _bill(components: Iterable[Component]) -> Bom:
    bill = Bom(components=components)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    root = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref=project["name"],
        licenses=[LicenseFactory().make_from_string(project["license"])],
    )
    bill.metadata.component = root
    bill.register_dependency(root, bill.components)
    return bill


def _component(one: Licensed, part: str) -> Component:
    namespace, _, name = one.name.rpartition("/")  # npm has scopes
    url = PackageURL(one.ecosystem, namespace or None, name, one.version)
    return Component(
        name=name,
        group=namespace or None,
        version=one.version,
        purl=url,
        bom_ref=url.to_string(),
        licenses=[LicenseFactory().make_from_string(one.licence)] if one.licence else None,
        properties=[Property(name=_PART, value=part)],
    )
