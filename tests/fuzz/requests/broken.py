"""What is wrong with a request: bodies, paths, queries and headers that no client means."""

import gzip
import json
from collections.abc import Iterator
from random import Random
from typing import Any

# In place of a whole body of JSON.
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a NUL": b"\x00",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"text"',
    "half of it": b'{"query": "x"',
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets, closed": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects": b'{"query":' * 100_000,
    "UTF-16": '{"query": "年假"}'.encode("utf-16"),
    "UTF-32": '{"query": "x"}'.encode("utf-32"),
    "GB18030": '{"query": "年假"}'.encode("gb18030"),
    "a byte order mark": b'\xef\xbb\xbf{"query": "x"}',
    "overlong UTF-8": b'{"query": "\xc0\xaf\xe0\x80\xaf"}',
    "surrogates in UTF-8": b'{"query": "\xed\xa0\x80"}',
    "packed": gzip.compress(b'{"query": "x"}'),
    "a form": b"query=x&limit=1",
    "noise": bytes(range(256)) * 16,
    "comments": b'{"query": "x" /* no */}',
    "a million blanks": b" " * 1_000_000 + b"{}",
    "200,000 members": b"{" + b",".join(b'"m%d":1' % number for number in range(200_000)) + b"}",
    "a name of a megabyte": b'{"' + b"n" * 1_000_000 + b'": 1}',
    "one name 100,000 times": b"{" + b",".join([b'"query":"x"'] * 100_000) + b"}",
}
# In place of one value in a body that is right but for it; as they are written.
VALUES: dict[str, bytes] = {
    "1e400": b"1e400",
    "-1e400": b"-1e400",
    "5,000 digits": b"9" * 5_000,
    "a fraction of 5,000 digits": b"0." + b"3" * 5_000,
    "a thirty-digit number": b"9" * 30,
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "-0.0": b"-0.0",
    "half a character": b'"\\ud800"',
    "half a character, the other half": b'"a\\udc00b"',
    "a NUL": b'"a\\u0000b"',
    "deep lists": b"[" * 300 + b"]" * 300,
    "deep objects": b'{"a":' * 300 + b"1" + b"}" * 300,
    "too deep lists": b"[" * 5_000 + b"]" * 5_000,
    "a megabyte of text": b'"' + b"x" * 1_000_000 + b'"',
    "a megabyte of Han": b'"' + "年".encode() * 330_000 + b'"',
    "an escape that is none": b'"\\x41"',
    "nothing": b"",
    "null": b"null",
    "a list of nothing": b"[null]",
    "100,000 numbers": b"[" + b",".join([b"1"] * 100_000) + b"]",
    "a text in place of it": '"年"'.encode(),
    "an address inside": b'"http://169.254.169.254/latest/meta-data/"',
    "an address that is none": b'"http://[::1"',
}
# In place of a parameter of a path, a query or a header, as API Gateway hands them on: decoded.
TEXTS: dict[str, str] = {
    "a NUL": "\x00",
    "a line's end": "a\r\nx-injected: 1",
    "steps up": "../../../etc/passwd",
    "a slash": "a/b",
    "encoded twice": "%252e%252e%252f",
    "half an escape": "%e4%bd%",
    "overlong": "%c0%af",
    "Han": "年假" * 40,
    "a surrogate": "\ufffd",
    "long": "x" * 8_200,
    "a quote": "' OR 1=1 --\"",
    "a pattern": "*",
    "a number too large": "9" * 400,
    "a negative number": "-1",
    "1e400": "1e400",
    "NaN": "nan",
    "digits of elsewhere": "１２٣",
    "blank": " ",
    "empty": "",
    "a key's separator": "owner#other",
    "JSON": '{"$gt": ""}',
    "a format": "{0.__class__}%s%n${jndi:ldap://127.0.0.1/x}",
    "bidirectional": "\u202e\u2066\ufeff",
    "an emoji in pieces": "👨‍👩‍👧‍👦" * 20,
}
HEADERS: dict[str, str] = {
    "content-type": "application/json; charset=utf-7",
    "content-encoding": "gzip",
    "content-length": "-1",
    "transfer-encoding": "chunked",
    "expect": "100-continue",
    "range": "bytes=0-" + ",0-" * 1_000,
    "accept": "*/*;q=" + "9" * 3_000,
    "accept-encoding": ",".join(["gzip;q=0"] * 500),
    "accept-language": "zh-" * 1_000,
    "x-forwarded-for": "127.0.0.1, " * 500,
    "x-forwarded-host": "evil.example",
    "x-http-method-override": "DELETE",
    "idempotency-key": "k" * 300,
    "last-event-id": "01JABCDEFGHJKMNPQRSTVWXYZ0:99999999999999999999",
    "x-request-timeout-ms": "1e400",
    "cookie": "a=" + "x" * 8_000,
}
KINDS = ("application/json", "text/plain", "application/xml", "", "nonsense", "application/json; charset=gbk")


def with_value(body: Any, value: bytes, dice: Random) -> bytes:
    """The body as JSON with `value`, as it is written, in one place of it."""
    places = list(_places(body)) or [()]
    place = dice.choice(places)
    mark = "\x01mark\x01"
    text = json.dumps(_replaced(body, place, mark), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass").replace(json.dumps(mark).encode(), value)


def twice(body: Any, dice: Random) -> bytes:
    """An object in which one name stands twice, with two values."""
    if not isinstance(body, dict) or not body:
        return b'{"a": 1, "a": 2}'
    name = dice.choice(list(body))
    return json.dumps(body).encode()[:-1] + b", %s: null}" % json.dumps(name).encode()


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield from _places(member, (*path, key))


def _replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    if isinstance(value, dict):
        return {key: _replaced(one, path[1:], by) if key == path[0] else one for key, one in value.items()}
    return [_replaced(one, path[1:], by) if at == path[0] else one for at, one in enumerate(value)]
