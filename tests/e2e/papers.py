"""What the tests upload: a visitor guide in two languages, as PDF and in every other format.

A line that begins with "# " is the title, "## " a heading, "---" a new page.
"""

import io
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from infra.local.demo.make import CHINESE_FONT, draw

GUIDE = """# Harbour Museum Visitor Guide
The Harbour Museum shows three hundred years of seafaring on four floors.
## Opening hours
The museum is open from Tuesday to Sunday, from 9:30 to 17:00. It is closed on Mondays.
---
## Tickets
An adult ticket costs 14 euros. Children under twelve enter free of charge.
Groups of ten or more visitors pay 9 euros each.
## Guided tours
Guided tours of the museum start every day at 11:00 beside the big model of the lighthouse.
They last 75 minutes.
---
## Submarine
The submarine Seepferd was built in Kiel in 1967. It may be visited by twenty persons at a time.
## Lost property
Lost property is kept at the cloakroom for six weeks.
"""

CHINESE_GUIDE = """# 滨海科技馆参观指南
滨海科技馆共有四层展厅，展示三百年来的航海历史。
## 开放时间
本馆周二至周日上午九点半至下午五点开放，周一闭馆。
---
## 门票
成人票每张六十元。十二岁以下儿童免费入场。
十人以上的团体每人四十元。
## 讲解
免费讲解每天上午十一点在灯塔模型前开始，全程七十五分钟。
---
## 潜水艇
潜水艇海马号于一九六七年在武汉建成。每次最多可以有二十人参观。
## 失物招领
失物在衣帽间保管六个星期。
"""


def pages(text: str) -> list[str]:
    """What stands on each page, without marks."""
    return ["\n".join(line.lstrip("# ") for line in page.splitlines()) for page in text.split("---")]


def pdf(folder: Path, text: str) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE_FONT))
    path = folder / "paper.pdf"
    draw(path, text, "Helvetica" if text.isascii() else CHINESE_FONT)
    return path.read_bytes()


def docx(text: str) -> bytes:
    import docx as word

    document = word.Document()
    for line in _lines(text):
        if line.startswith("#"):
            document.add_heading(line.lstrip("# "), level=line.index(" "))
        else:
            document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def html(text: str) -> bytes:
    body = "".join(
        f"<h{line.index(' ')}>{line.lstrip('# ')}</h{line.index(' ')}>"
        if line.startswith("#")
        else f"<p>{line}</p>"
        for line in _lines(text)
    )
    return f"<!doctype html><html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode()


def markdown(text: str) -> bytes:
    return "\n\n".join(_lines(text)).encode()


def plain(text: str, encoding: str) -> bytes:
    return "\n\n".join(line.lstrip("# ") for line in _lines(text)).encode(encoding)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line != "---"]
