"""CloudFormation's functions on plain data."""

from typing import Any

import pytest

from infra.local.errors import TemplateError
from infra.local.intrinsics import Names, resolve

NAMES = Names(
    ref={"Stage": "prod", "List": ["a", "b"], "Yes": "true"}.__getitem__,
    attribute=lambda resource, attribute: {("Data", "Outputs.Bucket"): "files"}[(resource, attribute)],
    conditions={
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "Not": {"Fn::Not": [{"Condition": "IsProd"}]},
    },
    mappings={"Sizes": {"prod": {"memory": 512}}},
    exports={"shared-queue": "q"},
)


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Stage"}, "prod"),
        ({"Fn::GetAtt": ["Data", "Outputs.Bucket"]}, "files"),
        ({"Fn::GetAtt": "Data.Outputs.Bucket"}, "files"),
        ({"Fn::Sub": "${Stage}/${Data.Outputs.Bucket}/${!Literal}"}, "prod/files/${Literal}"),
        ({"Fn::Sub": ["${Own}-${Stage}", {"Own": {"Ref": "Stage"}}]}, "prod-prod"),
        ({"Fn::If": ["IsProd", 1, 2]}, 1),
        ({"Fn::If": ["Not", 1, 2]}, 2),
        ({"Fn::And": [{"Condition": "IsProd"}, {"Condition": "Not"}]}, False),
        ({"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "Not"}]}, True),
        ({"Fn::Equals": [True, {"Ref": "Yes"}]}, True),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-prod"),
        ({"Fn::Join": [",", {"Ref": "List"}]}, "a,b"),
        ({"Fn::Select": [1, {"Fn::Split": ["/", "x/y"]}]}, "y"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 512),
        ({"Fn::ImportValue": {"Fn::Sub": "shared-queue"}}, "q"),
        ({"Fn::Base64": "hi"}, "aGk="),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Condition": {"Bool": {"x": "y"}}}, {"Condition": {"Bool": {"x": "y"}}}),
    ],
)
def test_a_function_is_replaced_by_its_value(node: Any, value: Any) -> None:
    assert resolve(node, NAMES) == value


@pytest.mark.parametrize(
    ("node", "named"),
    [
        ({"Ref": "Missing"}, "Missing"),
        ({"Fn::Sub": "${Data.Outputs.Other}"}, "Data.Outputs.Other"),
        ({"Fn::If": ["Unknown", 1, 2]}, "Unknown"),
        ({"Fn::ImportValue": "nobody"}, "nobody"),
        ({"Fn::FindInMap": ["Sizes", "test", "memory"]}, "Sizes"),
    ],
)
def test_what_is_not_known_is_named(node: Any, named: str) -> None:
    with pytest.raises(TemplateError, match=named):
        resolve(node, NAMES)
