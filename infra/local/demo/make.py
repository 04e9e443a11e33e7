"""Draws the demo documents: `python -m infra.local.demo.make`. Needs reportlab; run only to change them."""

from pathlib import Path

from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

# A line that begins with "# " is the title, "## " a heading, "---" a new page.
ENGLISH = """# Brightwater Ltd. Employee Handbook
This handbook applies to all employees of Brightwater Ltd. from 1 January 2026.
## Working hours
The working week has 38 hours, from Monday to Friday. Core hours are from 10:00 to 15:00.
Overtime needs the team lead's approval and is made up for by time off within three months.
## Remote work
Employees may work from home up to three days a week. Wednesdays are spent at the office.
---
## Paid leave
Employees get 25 days of paid leave per year. After five years of service it is 28 days.
Leave is requested at least two weeks in advance. Up to five unused days may be carried over until 31 March.
## Sick leave
Sick leave is paid in full for the first six weeks. A doctor's note is due from the third day on.
## Parental leave
Parents get 16 weeks of paid parental leave, which may be split into two periods.
---
## Expenses
Travel expenses are refunded within 14 days after the receipts were handed in.
Meals are refunded up to 40 euros a day.
## Equipment
Laptops are replaced every four years. Lost equipment is reported to the IT desk within 24 hours.
## Training
Each employee has a yearly training budget of 1,200 euros.
"""

CHINESE = """# 清源公司员工手册
本手册自二〇二六年一月一日起适用于清源公司全体员工。
## 工作时间
每周工作三十八小时，周一至周五上班，核心工作时间为上午十点至下午三点。
加班须经主管批准，并在三个月内安排调休。
## 远程办公
员工每周可以在家办公三天，周三须到公司上班。
---
## 带薪年假
员工每年享有二十五天带薪年假，工作满五年后为二十八天。
年假须提前两周申请，未休的年假最多可以结转五天，有效期至次年三月三十一日。
## 病假
前六周的病假工资全额发放，从第三天起须提交医生证明。
## 育儿假
员工享有十六周带薪育儿假，可以分两次使用。
---
## 报销
差旅费在提交票据后十四天内报销，餐费每天最高报销三百元。
## 设备
笔记本电脑每四年更换一次，设备遗失须在二十四小时内向信息部报告。
## 培训
每位员工每年有八千元的培训经费。
"""

CHINESE_FONT = "STSong-Light"  # one of the fonts that PDF readers bring along: nothing is embedded


def draw(path: Path, text: str, font: str) -> None:
    """Draws `text` as a PDF."""
    wrap = "CJK" if font == CHINESE_FONT else None
    styles = {
        "# ": ParagraphStyle("title", fontName=font, fontSize=20, leading=28, spaceAfter=12, wordWrap=wrap),
        "## ": ParagraphStyle(
            "heading", fontName=font, fontSize=14, leading=20, spaceBefore=10, wordWrap=wrap
        ),
        "": ParagraphStyle("text", fontName=font, fontSize=11, leading=17, alignment=TA_LEFT, wordWrap=wrap),
    }
    story: list[object] = []
    for line in text.splitlines():
        if line == "---":
            story.append(PageBreak())
            continue
        mark = next(mark for mark in ("## ", "# ", "") if line.startswith(mark))
        story += [Paragraph(line.removeprefix(mark), styles[mark]), Spacer(1, 4)]
    title = text.splitlines()[0].removeprefix("# ")
    SimpleDocTemplate(str(path), pagesize=A4, title=title, invariant=True).build(story)


def main() -> None:
    """Draws both documents beside this file."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE_FONT))
    folder = Path(__file__).parent
    draw(folder / "employee-handbook.pdf", ENGLISH, "Helvetica")
    draw(folder / "员工手册.pdf", CHINESE, CHINESE_FONT)


if __name__ == "__main__":
    main()
