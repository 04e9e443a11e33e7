"""What people do, told by the words of a row, of an app's name or of a title. In English and Chinese.

A small table on purpose, no dictionary. What does not belong here: what is made of it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from infra.local.model.text import CJK, normalise


@dataclass(frozen=True, slots=True)
class Activity:
    """A type of event, what it is called in each language, and words that tell of it."""

    type: str
    names: dict[str, str]
    words: tuple[str, ...]


def _activity(type_: str, english: str, chinese: str, words: str) -> Activity:
    """Words are parted by commas."""
    told = (normalise(word.strip()) for word in words.split(","))
    return Activity(type_, {"en": english, "zh": chinese}, tuple(word for word in told if word))


_ACTIVITIES = (
    _activity(
        "work",
        "Working",
        "工作",
        """vs code, vscode, visual studio, pycharm, intellij, github, gitlab, jira, confluence,
        notion, excel, powerpoint, google docs, google sheets, terminal, figma, photoshop,
        illustrator, sketch, code review, pull request, meeting, zoom, teams, google meet, slides,
        spreadsheet, report, standup, wps, 腾讯文档, 腾讯会议, 飞书, 钉钉, 会议, 周报, 日报, 月报,
        打卡, 代码, 需求, 方案, 合同, 报告, 表格, 幻灯片, 石墨文档, 设计稿, 办公, 项目""",
    ),
    _activity(
        "study",
        "Studying",
        "学习",
        """study, lesson, course, coursera, khan academy, duolingo, anki, lecture, homework, quiz,
        exam, class, flashcards, tutorial, 学习, 课程, 网课, 作业, 单词, 考试, 刷题, 讲义, 慕课,
        学习通, 背单词, 论文, 知网, 复习, 题库, 上课, 雨课堂, 教程""",
    ),
    _activity(
        "communication",
        "Messages and calls",
        "通讯",
        """slack, whatsapp, telegram, signal, messenger, imessage, sms, gmail, outlook, email, mail,
        inbox, call, phone, reply, message, messages, chat, wechat, 微信, 短信, 电话, 邮件, 邮箱,
        聊天, 回复, 消息, 视频通话, 通话, 群聊, 拨打, qq""",
    ),
    _activity(
        "social",
        "Social media",
        "社交",
        """instagram, facebook, twitter, reddit, linkedin, weibo, tiktok, snapchat, timeline, follow,
        like, post, 微博, 小红书, 朋友圈, 豆瓣, 贴吧, 知乎, 点赞, 动态, 关注""",
    ),
    _activity(
        "video",
        "Watching videos",
        "看视频",
        """youtube, netflix, hulu, disney, episode, movie, film, video, stream, twitch, series, watch,
        抖音, 快手, 哔哩哔哩, b站, 爱奇艺, 优酷, 腾讯视频, 视频, 电影, 电视剧, 剧集, 番剧, 综艺,
        直播, 观看, 纪录片""",
    ),
    _activity(
        "music",
        "Listening",
        "听音乐",
        """spotify, music, song, playlist, album, podcast, podcasts, radio, listen, 网易云音乐,
        qq音乐, 音乐, 歌曲, 歌单, 播客, 喜马拉雅, 收听, 电台, 有声书""",
    ),
    _activity(
        "game",
        "Playing games",
        "玩游戏",
        """game, games, steam, minecraft, chess, wordle, sudoku, match, 游戏, 王者荣耀, 原神,
        和平精英, 开黑, 消消乐, 象棋, 对局, 副本""",
    ),
    _activity(
        "reading",
        "Reading",
        "阅读",
        """kindle, book, read, novel, chapter, article, medium, pocket, 微信读书, 阅读, 小说, 电子书,
        书籍, 读书, 公众号, 文章, 章节, 杂志""",
    ),
    _activity(
        "news",
        "Reading the news",
        "看新闻",
        """news, bbc, bbc news, 新闻联播, guardian, cnn, headline, headlines, reuters, 新闻, 头条,
        今日头条, 澎湃, 早报, 晚报, 联播, 热搜""",
    ),
    _activity(
        "search",
        "Searching the web",
        "搜索",
        """google, bing, search, query, stack overflow, wikipedia, lookup, 百度, 搜索, 检索, 查询,
        百科""",
    ),
    _activity(
        "shopping",
        "Shopping",
        "购物",
        """amazon, ebay, etsy, shop, cart, buy, order, checkout, wishlist, product, 淘宝, 京东,
        拼多多, 天猫, 购物, 购物车, 下单, 商品, 快递, 包裹, 取件, 比价, 闲鱼, add_to_cart, parcel""",
    ),
    _activity(
        "payment",
        "Paying",
        "支付",
        """pay, payment, paypal, bill, invoice, alipay, 支付, 支付宝, 微信支付, 付款, 转账, 缴费,
        账单, 收款, 红包""",
    ),
    _activity(
        "travel",
        "Getting around",
        "出行",
        """maps, google maps, uber, navigate, navigation, transit, bus, train, metro, flight, commute,
        taxi, route, booking, hotel, bike, 高德地图, 百度地图, 地铁, 公交, 滴滴出行, 打车, 导航,
        乘车码, 12306, 高铁, 航班, 酒店, 携程, 共享单车, 哈啰, 路线, 刷码""",
    ),
    _activity(
        "food",
        "Eating",
        "用餐",
        """deliveroo, doordash, ubereats, uber eats, recipe, recipes, lunch, dinner, breakfast,
        restaurant, meal, coffee, 美团外卖, 饿了么, 外卖, 菜谱, 下厨房, 餐厅, 点餐, 午饭, 晚饭,
        早餐, 午餐, 晚餐, 咖啡, 大众点评""",
    ),
    _activity(
        "exercise",
        "Exercising",
        "运动",
        """strava, run, running, workout, gym, yoga, fitness, steps, swim, cycling, stretch, 跑步,
        健身, 运动, keep, 瑜伽, 步数, 游泳, 骑行, 太极, 散步, 广场舞, 微信运动""",
    ),
    _activity(
        "health",
        "Health",
        "健康",
        """doctor, pharmacy, medicine, blood pressure, appointment, health, headspace, meditation,
        挂号, 医院, 吃药, 血压, 健康, 体检, 买药, 问诊, 冥想, 用药""",
    ),
    _activity(
        "rest", "Resting", "休息", "sleep, nap, bedtime, sleep timer, wind down, 睡眠, 午睡, 睡觉, 休息, 助眠"
    ),
    _activity(
        "home",
        "At home",
        "居家",
        """thermostat, light, lights, vacuum, smart home, smart lock, laundry, garden, 智能家居, 米家,
        空调, 灯光, 扫地机器人, 门锁, 洗衣机, 家务, 热水器""",
    ),
    _activity(
        "photo",
        "Taking photos",
        "拍照",
        """camera, photo, photos, gallery, lightroom, selfie, 相机, 照片, 相册, 拍照, 修图, 美图秀秀""",
    ),
    _activity(
        "finance",
        "Money matters",
        "理财",
        """bank, stock, stocks, trading, portfolio, budget, 银行, 股票, 基金, 理财, 行情, 证券, 记账,
        工资""",
    ),
    _activity(
        "alarm",
        "Alarms",
        "提醒",
        """alarm, alert, reminder, clock, timer, low_battery, 闹钟, 告警, 报警, 提醒, 时钟, 低电量,
        故障""",
    ),
    _activity(
        "maintenance",
        "Maintenance",
        "维护",
        """restart, update, backup, charge, charger, reset, repair, 重启, 更新, 备份, 充电, 维修,
        充电器, 复位, 清理""",
    ),
)
_BY_TYPE = {one.type: one for one in _ACTIVITIES}
_NAMES_OF_NONE = {"en": "Other", "zh": "其他"}


def tongue(language: str) -> str:
    """The language that is written: `zh` for Chinese of any kind, else `en`."""
    return "zh" if language.lower().partition("-")[0] == "zh" else "en"


def name_of(type_: str, language: str) -> str:
    """What a type is called in a language; a type that is not in the table by itself."""
    known = _BY_TYPE.get(type_)
    names = known.names if known else {**_NAMES_OF_NONE, "en": type_.capitalize()}
    return names[tongue(language)] if known or type_ == "other" else type_


@lru_cache(maxsize=20_000)
def activity_of(text: str) -> str:
    """The type that the longest known word in a text tells of; empty if there is none."""
    folded = normalise(text)
    best, length = "", 0
    for type_, word, pattern in _patterns():
        if len(word) * (2 if word[0] >= CJK[0] else 1) > length and pattern.search(folded):
            best, length = type_, len(word) * (2 if word[0] >= CJK[0] else 1)
    return best


def named_in(text: str) -> list[str]:
    """All types that a text names by their own name, in either language, or by one of their words."""
    folded = normalise(text)
    return list(dict.fromkeys(type_ for type_, _, pattern in _patterns() if pattern.search(folded)))


def nearest(type_: str, wanted: Iterable[str], text: str) -> str:
    """The type among those that are `wanted`; without it one that the text names, or `other`."""
    options = list(wanted)
    if not options or type_ in options:
        return type_ or "other"
    folded = normalise(text)
    return next((one for one in options if normalise(one).replace("_", " ") in folded), "other")


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    told = []
    for one in _ACTIVITIES:
        own = (one.type, *map(normalise, one.names.values()))
        for word in dict.fromkeys((*one.words, *own)):
            bounded = re.escape(word) if word[0] >= CJK[0] else rf"(?<![a-z\d]){re.escape(word)}(?![a-z\d])"
            told.append((one.type, word, re.compile(bounded)))
    return tuple(told)
