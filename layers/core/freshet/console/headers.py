"""What browsers are told about the console's files: where they may reach, what they may use.

A worker has the policy of its own file, not of the page that starts it; so every file bears it.
"""

from base64 import b64encode
from hashlib import sha256
from urllib.parse import urlsplit

_ALLOWED = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
_SENSORS = ("accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone")
_DEVICES = ("midi", "payment", "usb")
_OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in (*_SENSORS, *_DEVICES)),
}


def guarding(*elsewhere: str) -> dict[str, str]:
    """Headers of the console's files. `elsewhere`: URLs at whose origins scripts may ask, too; "" is none."""
    origins = dict.fromkeys(origin(url) for url in elsewhere if url)
    policy = {**_ALLOWED, "connect-src": " ".join(["'self'", *origins])}
    return {"Content-Security-Policy": _written(policy), **_OTHERS}


def guarding_alone(style: str) -> dict[str, str]:
    """Headers of a page that has this style in itself, and needs nothing else."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    kept = ("default-src", "base-uri", "form-action", "frame-ancestors")
    policy = {"style-src": f"'sha256-{digest}'", **{name: _ALLOWED[name] for name in kept}}
    return {"Content-Security-Policy": _written(policy), **_OTHERS}


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _written(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())
