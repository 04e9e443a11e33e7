"""SAM's own translation of a template, offline: what CloudFormation would be given.

What belongs here: calling aws-sam-translator and keeping track of local folders. What does not: what the
translated resources mean (`template.py`). Reading SAM's shorthand a second time would be a second truth:
whether a route streams is decided by the translator, and wrong words for it translate to "buffered".
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.errors import TemplateError

LOCAL_BUCKET = "local"  # the translator wants code in S3; a key in this bucket is a path beside the template
_FOLDERS = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


class _ManagedPolicies:
    """Answers the translator's question for AWS's managed policies without asking AWS."""

    def load(self) -> dict[str, str]:
        return {}


def translate(path: Path, region: str) -> dict[str, Any]:
    """The CloudFormation template that SAM makes of `path`. Raises TemplateError with SAM's words."""
    os.environ.setdefault("AWS_DEFAULT_REGION", region)  # the translator asks boto3 where it is
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    try:
        source = yaml_parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TemplateError(f"Can't read {path}: {error.strerror}.") from error
    except Exception as error:  # PyYAML's and the tag constructors' errors share no class of their own
        raise TemplateError(f"{path.name} is no YAML template: {error}") from error
    _point_at_folders(source)
    try:
        translated: dict[str, Any] = transform(source, {}, _ManagedPolicies())
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes) or error.message
        raise TemplateError(f"SAM refuses {path.name}: {causes}") from error
    return translated


def folder(location: Mapping[str, str], beside: Path) -> Path:
    """The local folder or file that a translated code location stands for."""
    if location.get("S3Bucket") != LOCAL_BUCKET:
        raise TemplateError(f"Code at {dict(location)} is not a local folder.")
    return (beside / location["S3Key"]).resolve()


def nested_path(url: str, beside: Path) -> Path:
    """The local template of a nested stack, from its translated `TemplateURL`."""
    return (beside / url.removeprefix(f"https://{LOCAL_BUCKET}/")).resolve()


def _point_at_folders(source: dict[str, Any]) -> None:
    shared = source.get("Globals", {}).get("Function", {})
    if "CodeUri" in shared:
        shared["CodeUri"] = _as_key(shared["CodeUri"])
    for resource in source.get("Resources", {}).values():
        properties = resource.setdefault("Properties", {})
        kind = resource.get("Type")
        if (name := _FOLDERS.get(kind)) and name in properties:
            properties[name] = _as_key(properties[name])
        if kind == "AWS::Serverless::Application":
            properties["Location"] = f"https://{LOCAL_BUCKET}/{properties['Location']}"
        if kind == "AWS::CloudFormation::Stack":
            properties["TemplateURL"] = f"https://{LOCAL_BUCKET}/{properties['TemplateURL']}"


def _as_key(uri: str) -> str:
    return f"s3://{LOCAL_BUCKET}/{uri.removeprefix('./')}"
