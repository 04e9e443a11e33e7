"""Vocabularies: the tags that apps and media get where one of them fits, in English and Chinese.

What belongs here: the words that are there from the start, and when two are one. What does not: those that a
model adds (`tagging`).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from freshet.behaviour.requests import TagKind
from freshet.profile.concept import folded

MAX_TAG = 30  # characters
MAX_TAGS = 5  # of a name

_WORDS: Mapping[TagKind, str] = {
    "apps": """communication 通讯, social 社交, video 视频, music 音乐, games 游戏, news 新闻, reading 阅读,
        shopping 购物, payment 支付, finance 理财, banking 银行, travel 旅行, transport 出行, maps 地图,
        food 美食, health 健康, fitness 运动, education 教育, productivity 效率, office 办公,
        meetings 会议, email 邮件, development 开发, design 设计, photography 摄影, search 搜索,
        browser 浏览器, AI 人工智能, tools 工具, security 安全, system 系统, weather 天气, jobs 求职,
        housing 房产, cars 汽车, dating 交友, family 亲子, smart home 智能家居, government 政务,
        short video 短视频, live streaming 直播, podcasts 播客, cloud storage 云存储, translation 翻译""",
    "media": """film 电影, series 电视剧, animation 动画, documentary 纪录片, variety show 综艺, news 新闻,
        sports 体育, music 音乐, podcast 播客, audiobook 有声书, book 图书, comics 漫画, article 文章,
        lecture 讲座, tutorial 教程, interview 访谈, vlog 视频日志, game video 游戏视频, comedy 喜剧,
        drama 剧情, action 动作, science fiction 科幻, fantasy 奇幻, mystery 悬疑, romance 爱情,
        horror 恐怖, history 历史, science 科学, technology 科技, finance 财经, politics 时政,
        education 教育, children 少儿, cooking 烹饪, food 美食, travel 旅行, nature 自然, art 艺术,
        health 健康, fitness 健身, fashion 时尚, lifestyle 生活, cars 汽车, entertainment 娱乐,
        pop 流行, rock 摇滚, classical 古典, jazz 爵士, folk 民谣, hip hop 说唱, programming 编程,
        language learning 语言学习""",
}
_FOREIGN = re.compile("[\u0400-\u06ff\u3041-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")  # to English
_OTHERS = re.compile(r"[^\w &+./'·-]|_")  # nothing that could pass for a prompt's own


def _pairs(kind: TagKind) -> list[tuple[str, str]]:
    """(English, Chinese)."""
    words = (" ".join(word.split()) for word in _WORDS[kind].split(","))
    return [(english, chinese) for english, _, chinese in (word.rpartition(" ") for word in words)]


def built_in(kind: TagKind, language: str) -> list[str]:
    """The tags that are there from the start: in Chinese for Chinese, else in English."""
    return [pair[_side(language)] for pair in _pairs(kind)]


class Vocabulary:
    """The tags of a kind in a language: those that are built in, and those that were `added`."""

    def __init__(self, kind: TagKind, language: str, added: Iterable[str] = ()) -> None:
        self._language = language
        self.words = list(dict.fromkeys([*built_in(kind, language), *added]))
        self._known = {folded(word): word for word in reversed(self.words)}
        if language.partition("-")[0] in ("en", "zh"):
            side = _side(language)
            self._known |= {folded(pair[1 - side]): pair[side] for pair in _pairs(kind)}

    def __contains__(self, tag: str) -> bool:
        return folded(tag) in self._known

    def normal(self, said: Sequence[str]) -> list[str]:
        """At most five tags of what a model said, each as the vocabulary has it; what is none is left out.

        A tag is a short term in the language, without marks; a known one in the other language is translated.
        """
        tags = [tag for one in said if (tag := self._normal(one))]
        return list({folded(tag): tag for tag in reversed(tags)}.values())[::-1][:MAX_TAGS]

    def _normal(self, said: str) -> str:
        text = unicodedata.normalize("NFKC", said.encode(errors="ignore").decode())
        tag = " ".join(_OTHERS.sub(" ", text).split()).strip(" -./'·&")
        if known := self._known.get(folded(tag)):
            return known
        foreign = _FOREIGN.search(tag) if self._language.startswith("en") else None
        sayable = len(tag) <= MAX_TAG and any(character.isalpha() for character in tag)
        return "" if foreign or not sayable else tag


def _side(language: str) -> int:
    return 1 if language.partition("-")[0] == "zh" else 0
