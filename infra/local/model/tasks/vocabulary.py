"""What a text is about, so that a question in one language finds a tool that is described in another.

A small table on purpose, no dictionary. What does not belong here: values, such as names (`values`).
"""

import re
from functools import lru_cache

from infra.local.model.tasks.arithmetic import expressions
from infra.local.model.text import CJK, STOP_WORDS, stem, terms

# One line a meaning. Chinese words of a single character are units.
_SAME = (
    "weather forecast temperature 天气 气温",
    "time clock 时间 现在 几点",
    "date 日期",
    "search 搜索 检索",
    "document file 文档 文件 资料",
    "calculate compute calculator arithmetic math 计算 运算",
    "add sum plus 相加 加法",
    "multiply product 相乘 乘法",
    "translate translation translator 翻译",
    "news headline 新闻",
    "price cost 价格 价钱 多少钱",
    "stock share 股票 股价",
    "currency money 货币 汇率",
    "email mail 邮件 邮箱",
    "order purchase 订单 订购",
    "customer client user 客户 用户",
    "city town 城市",
    "country 国家",
    "route direction map 路线 地图",
    "flight 航班 机票",
    "train 火车 高铁",
    "hotel 酒店 宾馆",
    "restaurant 餐厅 饭店",
    "book reserve 预订 预定",
    "remind reminder 提醒",
    "day 天 日",
    "week 周 星期",
    "month 月",
    "year 年",
    "hour 小时",
    "minute 分钟",
    "limit count result item top 条 个",
    "people person guest 人 位",
    "page 页",
)
_MEANINGS = {stem(word): line.split()[0] for line in _SAME for word in line.split()}
_CHINESE = {word: named for word, named in _MEANINGS.items() if word[0] >= CJK[0] and len(word) > 1}
# What is said of any tool, and to any.
_SAID_OF_ANY = """
    get return fetch retrieve obtain provide show give list find check look let want like help use using
    call tool function given current currently information info data value specific next last past today
    tomorrow yesterday tonight really just
    获取 返回 查询 查看 查找 提供 显示 给出 指定 当前 工具 函数 调用 信息 数据 今天 明天 昨天 后天 一下
"""
FILLERS = frozenset(stem(word) for word in _SAID_OF_ANY.split())
_JOINED = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_-]")


@lru_cache(maxsize=4096)
def topics(text: str) -> frozenset[str]:
    """The meanings of the words of `text`, also of those in identifiers; not of what is said of any tool.

    An arithmetic expression means a calculation.
    """
    found = {term for term in terms(spaced(text)) if term not in FILLERS and _tells(term)}
    # Known words as they stand, too: the terms are cut at words of grammar, such as the 在 of 现在.
    known = {named for word, named in _CHINESE.items() if word in text}
    computed = {"calculate"} if expressions(text) else set()
    return frozenset(known.union(computed, map(meaning, found)))


def spaced(name: str) -> str:
    """An identifier's words: `orderId`, `order_id` and `order-id` as `order id`."""
    return _JOINED.sub(" ", name)


def meaning(term: str) -> str:
    """One term for all that mean about the same."""
    return _MEANINGS.get(term, term)


def _tells(term: str) -> bool:
    """No number, no lone character, and no stop word (`what's`)."""
    return not term.isdigit() and term not in STOP_WORDS and (len(term) > 1 or not CJK[0] <= term)
