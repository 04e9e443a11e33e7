"""`/v1/embeddings`: texts as hashed vectors. Lexical only: near are texts that share words, not meanings.

Features are stems and parts of Latin words, and bigrams and characters of CJK, so that a shared part of a
word or a shared phrase brings two texts closer. The hash is CRC-32: the same everywhere, for ever.
"""

import base64
import math
import struct
import zlib
from collections import Counter
from typing import Any

from infra.local.model.protocol import BadRequestError, pieces
from infra.local.model.text import CJK, all_terms, normalise, terms

EMBEDDING_MODEL = "freshet-stand-in-embedding"
DEFAULT_DIMENSIONS = 1024
_MAX_TEXTS = 2048
_MAX_DIMENSIONS = 8192
_PART = 4  # letters of a word's part
_PART_WEIGHT = 0.3  # of a part or a single character, against 1 for a stem or a bigram


def embed_request(body: Any) -> dict[str, Any]:
    """The answer to an embeddings request. Raises BadRequestError."""
    texts, dimensions, encoding = _checked(body)
    data = [
        {"object": "embedding", "index": index, "embedding": encode(vector(text, dimensions), encoding)}
        for index, text in enumerate(texts)
    ]
    count = sum(len(pieces(text)) for text in texts)
    usage = {"prompt_tokens": count, "total_tokens": count}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


def vector(text: str, dimensions: int) -> list[float]:
    """A unit vector of `text`; equal texts have equal vectors."""
    values = [0.0] * dimensions
    for feature, weight in _features(text).items():
        # The hash's lowest bit is the sign, so that collisions cancel instead of adding up.
        slot, sign = divmod(zlib.crc32(feature.encode()), 2)
        values[slot % dimensions] += weight if sign else -weight
    length = math.sqrt(sum(value * value for value in values))
    if not length:  # two features that cancel out, in a text of nothing else
        return [1.0, *values[1:]]
    return [value / length for value in values]


def encode(values: list[float], encoding: str) -> list[float] | str:
    """A vector as numbers, or as little-endian 32-bit floats in base64."""
    if encoding == "base64":
        return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
    return values


def _features(text: str) -> dict[str, float]:
    found = terms(text) or all_terms(text) or [normalise(text)]
    counts = Counter(found)
    features = {f"t:{term}": 1 + math.log(count) for term, count in counts.items()}
    for term, count in counts.items():
        weight = _PART_WEIGHT * (1 + math.log(count))
        for part in _parts(term):
            features[part] = features.get(part, 0.0) + weight
    return features


def _parts(term: str) -> list[str]:
    if CJK[0] <= term[0]:
        return [f"c:{character}" for character in term]
    return [f"p:{term[i : i + _PART]}" for i in range(len(term) - _PART + 1)]


def _checked(body: Any) -> tuple[list[str], int, str]:
    if not isinstance(body, dict) or not isinstance(body.get("model"), str) or not body["model"]:
        raise BadRequestError("You must provide a model parameter", "model")
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not 1 <= len(texts) <= _MAX_TEXTS:
        raise BadRequestError(f"input must be a string or an array of 1 to {_MAX_TEXTS} strings", "input")
    if not all(isinstance(text, str) and text for text in texts):
        raise BadRequestError(
            "input must hold strings that are not empty (token ids are not supported)", "input"
        )
    dimensions = DEFAULT_DIMENSIONS if body.get("dimensions") is None else body["dimensions"]
    if not isinstance(dimensions, int) or not 1 <= dimensions <= _MAX_DIMENSIONS:
        raise BadRequestError(f"dimensions must be between 1 and {_MAX_DIMENSIONS}", "dimensions")
    encoding = body.get("encoding_format") or "float"
    if encoding not in {"float", "base64"}:
        raise BadRequestError("encoding_format must be float or base64", "encoding_format")
    return texts, dimensions, encoding
