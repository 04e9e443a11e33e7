"""Settings against the template that sets them, and the environments they are read from."""

import pytest
from pydantic import ValidationError

from freshet.settings import Settings, read_settings
from tests.contract.translation import Templates

OF_OTHERS = {  # read by AWS's own code and by libraries
    "AWS_ENDPOINT_URL",
    "AWS_LAMBDA_EXEC_WRAPPER",
    "OPENBLAS_NUM_THREADS",
    "POWERTOOLS_SERVICE_NAME",
}


@pytest.fixture(scope="module")
def environments() -> dict[str, set[str]]:
    """The names of the variables that each function is given."""
    templates = Templates()
    return {name: set(templates.environment(name)) for name in templates.of("AWS::Lambda::Function")}


def test_the_template_sets_nothing_that_nobody_reads(environments: dict[str, set[str]]) -> None:
    known = {name.upper() for name in Settings.model_fields} | OF_OTHERS
    assert {name: extra for name, found in environments.items() if (extra := found - known)} == {}


def test_what_has_no_default_is_set_for_some_function(environments: dict[str, set[str]]) -> None:
    needed = {name.upper() for name, field in Settings.model_fields.items() if field.default == ""}
    by_the_local_cloud = {"TOKEN_JWKS_URL"}  # in the cloud the keys are below the issuer
    assert needed - set().union(*environments.values()) == by_the_local_cloud


def test_values_take_the_types_of_their_fields() -> None:
    read = read_settings({"EMBEDDING_DIMENSIONS": "256", "DENSE_WEIGHT": "0.5", "MODEL_NAME": "通义千问"})
    assert (read.embedding_dimensions, read.dense_weight, read.model_name) == (256, 0.5, "通义千问")


def test_networks_are_read_with_commas_and_spaces() -> None:
    networks = "127.0.0.0/8, ::1/128,"
    assert read_settings({"ALLOWED_NETWORKS": networks}).allowed_networks == networks


def test_empty_variables_count_as_absent_and_strangers_do_not_count() -> None:
    assert (
        read_settings({"EMBEDDING_DIMENSIONS": "", "BUCKET": "", "PATH": "/bin", "bucket": "x"}) == Settings()
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMBEDDING_DIMENSIONS", "many"),
        ("EMBEDDING_DIMENSIONS", "0"),
        ("DENSE_WEIGHT", "-1"),
        ("PARSE_TIMEOUT_S", "0"),
        ("ALLOWED_NETWORKS", "127.0.0.0/8, 10.0.0.1/8"),
        ("ALLOWED_NETWORKS", "127.0.0.0/8;::1/128"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name.lower()):
        read_settings({name: value})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().bucket = "other"  # type: ignore[misc]  # that is the point
