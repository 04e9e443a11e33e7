"""What `npm run build` leaves, small: two pages, a script in three forms, a picture in one."""

import gzip
from pathlib import Path

SCRIPT, PICTURE = "main-abc123.js", "mark-def456.svg"
CODE = b"console.log('\xe4\xbd\xa0\xe5\xa5\xbd');" * 30
GZIPPED = gzip.compress(CODE, mtime=0)
BROTLI = b"stands for brotli, which Python has not"
PAGE = """<!doctype html>
<html lang="en">
<link rel="icon" href="{up}assets/mark-def456.svg">
<script type="module" crossorigin src="{up}assets/main-abc123.js"></script>
<a href="https://example.com/">elsewhere</a> <p>src="./assets/text.js"</p>
</html>
"""


def built(parent: Path) -> Path:
    """The folder `dist`, made in `parent`."""
    dist = parent / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "pages").mkdir()
    (dist / "index.html").write_text(PAGE.format(up="./"))
    (dist / "pages/debug.html").write_text(PAGE.format(up="../"))
    (dist / "assets" / SCRIPT).write_bytes(CODE)
    (dist / "assets" / f"{SCRIPT}.br").write_bytes(BROTLI)
    (dist / "assets" / f"{SCRIPT}.gz").write_bytes(GZIPPED)
    (dist / "assets" / PICTURE).write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (dist / ".built").touch()
    return dist
