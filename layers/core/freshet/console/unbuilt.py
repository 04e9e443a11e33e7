"""The page in the console's place where it has not been built: on a machine without Node, for instance."""

from html import escape

from starlette.responses import HTMLResponse

from freshet.console.headers import guarding_alone

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:3rem 1.25rem}"
    "h1{font-size:1.5rem;line-height:1.3}section+section{margin-top:2.5rem}"
    "code{font:14px/1.5 ui-monospace,monospace;background:#8882;padding:.1em .4em;border-radius:4px}"
)
_HTML = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Freshet: the console is not built · 控制台尚未构建</title>
<style>{style}</style>
<section>
<h1>The console is not built</h1>
<p>Everything else runs. To build the console, install Node 20.19 or newer, run <code>make console</code>
where Freshet's sources are, and open this page again. A deployed stack needs <code>make build</code> and
<code>sam deploy</code> after that.</p>
<p>Meanwhile: <a href="{root}docs">the API's routes</a>,
<a href="{root}openapi.json">its OpenAPI document</a>, and the commands in <code>README.md</code>.</p>
</section>
<section lang="zh-CN">
<h1>控制台尚未构建</h1>
<p>其他功能均可正常使用。如需构建控制台，请安装 Node 20.19 或更高版本，在 Freshet 源码目录运行
<code>make console</code>，然后刷新本页；已部署的环境还需再运行 <code>make build</code> 和
<code>sam deploy</code>。</p>
<p>在此之前，可以查看<a href="{root}docs">接口文档</a>、<a href="{root}openapi.json">OpenAPI 文档</a>，
或 <code>README.zh-CN.md</code> 中的命令示例。</p>
</section>
</html>
"""
_HEADERS = {**guarding_alone(_STYLE), "Cache-Control": "no-store"}


def unbuilt(root: str) -> HTMLResponse:
    """503. `root` is where the API is, as a link with a slash at its end."""
    return HTMLResponse(_HTML.format(style=_STYLE, root=escape(root)), 503, _HEADERS)
