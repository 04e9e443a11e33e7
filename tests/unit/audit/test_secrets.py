"""Keys are found whatever surrounds them; words, paths and hashes are not keys."""

import pytest

from freshet.keys import PREFIX
from infra.audit.secrets import Found, found_in
from infra.audit.tracked import tracked

RANDOM = "q7Zp2mKx9Wt4Rv8Ls1Nd"  # of no service
# Written in two parts, or this file would be one that holds secrets.
SECRETS = [
    "AKIA" + "Q7ZP2MKX9WT4RV8L",
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "-----BEGIN " + "PRIVATE KEY-----",
    "sk-" + RANDOM,
    "sk-proj-" + RANDOM,
    PREFIX + (RANDOM * 3)[:43],
    "eyJ" + "hbGciOiJSUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "ghp_" + (RANDOM * 2)[:36],
    "AIza" + (RANDOM * 2)[:35],
    "://user:" + "pa55word@",
]
SURROUNDED = ["{}", 'key = "{}"', "密钥：{}。", "export KEY={}\n"]
GIVEN = [
    f'api_key = "{RANDOM}"',
    f"'password': '{RANDOM}'",
    f"CLIENT_SECRET={RANDOM}\n",
    f"authToken: {RANDOM}",
]
NONE = [
    'token = "the-token-of-the-owner-of-this"',
    'KEYS_TABLE = "freshet-Data-KeysTable-37942755764EF"',
    "SECRETS_PREFIX = '/freshet/tests/owners/of/1'",
    f"--hash=sha256:{'0123456789abcdef' * 4}",
    f'"integrity": "sha512-{RANDOM * 4}=="',
    'KEY = "sk-a-key-of-the-owners-own"',
    "a risk-based-approach-to-software-testing",
    f"fk_{RANDOM}",  # too short for one of ours
    "https://example.com:8000/@scope/name",
    "密码 = 很长很长很长很长很长很长很长很长很长很长的一句话",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", SURROUNDED)
def test_a_key_is_found_whatever_surrounds_it(secret: str, around: str) -> None:
    found = [value for _, value in found_in(around.format(secret))]
    assert secret in found


@pytest.mark.parametrize("line", GIVEN)
def test_a_random_value_given_to_a_secret_is_found_with_its_line(line: str) -> None:
    assert list(found_in(f"# 一\n\n{line}")) == [(3, RANDOM)]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_key_is_not_found(text: str) -> None:
    assert list(found_in(text)) == []


def test_what_is_found_is_not_shown_whole() -> None:
    assert RANDOM not in str(Found(tracked()[0], 1, RANDOM))
