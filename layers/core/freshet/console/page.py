"""Where a page is, and links from it that hold even if its own address has no slash at the end.

API Gateway answers `/prod` as it does `/prod/`, but there a browser takes `./assets/x.js` for `/assets/x.js`.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urljoin

# A stage, or the base path of a custom domain: nothing in it means anything to HTML, and `//host` is none.
_PREFIX = re.compile(r"(/[A-Za-z0-9._~$+!*()-]+)*")
_LINK = re.compile(r"""(?<=\s)(src|href)=(["'])(\.{1,2}/[^"']*)\2""")


def prefix_of(scope: Mapping[str, Any]) -> str | None:
    """What the client's path has before the route's own: `/prod`, a base path, or nothing.

    None if the event does not say, or says what can't be one.
    """
    context = (scope.get("aws.event") or {}).get("requestContext") or {}
    path, route = context.get("path"), context.get("resourcePath")
    if not isinstance(path, str) or not isinstance(route, str):
        return None
    if not path.endswith(route) and route != "/":
        return None
    prefix = path.removesuffix(route)
    return prefix if _PREFIX.fullmatch(prefix) else None


def anchored(html: str, page: str, prefix: str | None) -> str:
    """The page with its relative links made absolute; as it is if the prefix is not known.

    `page` is its path below the API's root.
    """
    if prefix is None:
        return html
    base = escape(f"{prefix}/{page}")
    return _LINK.sub(lambda link: f"{link[1]}={link[2]}{urljoin(base, link[3])}{link[2]}", html)
