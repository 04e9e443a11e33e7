"""The time zones that a text names: by their IANA names, and by cities.

The database itself knows a city for each zone; the table adds others, countries with one time, and Chinese.
"""

import re
import zoneinfo
from functools import cache

_AREAS = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/(?:.+/)?(\w{4,})"
)
_NO_CITIES = {"north", "south", "west", "center", "easter", "general", "wake", "midway"}
_MORE = {
    "Africa/Cairo": "egypt 开罗 埃及",
    "Africa/Johannesburg": "cape_town south_africa 约翰内斯堡 开普敦 南非",
    "Africa/Lagos": "nigeria 拉各斯",
    "Africa/Nairobi": "kenya 内罗毕 肯尼亚",
    "America/Chicago": "houston dallas austin 芝加哥 休斯敦 达拉斯",
    "America/Denver": "丹佛",
    "America/Los_Angeles": "san_francisco seattle san_diego las_vegas silicon_valley california "
    "洛杉矶 旧金山 西雅图 圣迭戈 拉斯维加斯 硅谷 加州",
    "America/Mexico_City": "墨西哥城",
    "America/New_York": "boston washington miami philadelphia atlanta 纽约 波士顿 华盛顿 迈阿密 费城",
    "America/Sao_Paulo": "são_paulo rio_de_janeiro brasilia 圣保罗 里约热内卢",
    "America/Argentina/Buenos_Aires": "argentina 布宜诺斯艾利斯 阿根廷",
    "America/Toronto": "ottawa 多伦多 渥太华",
    "America/Vancouver": "温哥华",
    "Asia/Bangkok": "thailand 曼谷 泰国",
    "Asia/Dubai": "abu_dhabi 迪拜 阿布扎比",
    "Asia/Ho_Chi_Minh": "hanoi vietnam 胡志明市 河内 越南",
    "Asia/Hong_Kong": "香港",
    "Asia/Jakarta": "雅加达",
    "Asia/Jerusalem": "tel_aviv israel 耶路撒冷 特拉维夫 以色列",
    "Asia/Kolkata": "india mumbai delhi new_delhi bangalore bengaluru chennai "
    "印度 孟买 新德里 班加罗尔 加尔各答",
    "Asia/Kuala_Lumpur": "malaysia 吉隆坡 马来西亚",
    "Asia/Macau": "澳门",
    "Asia/Manila": "philippines 马尼拉 菲律宾",
    "Asia/Riyadh": "saudi_arabia 利雅得 沙特",
    "Asia/Seoul": "korea busan 首尔 釜山 韩国",
    "Asia/Shanghai": "china beijing guangzhou shenzhen hangzhou chengdu wuhan nanjing xi'an suzhou tianjin "
    "中国 北京 上海 广州 深圳 杭州 成都 武汉 南京 西安 苏州 天津 重庆",
    "Asia/Singapore": "新加坡",
    "Asia/Taipei": "taiwan 台北 台湾",
    "Asia/Tokyo": "japan osaka kyoto 东京 大阪 京都 日本",
    "Australia/Brisbane": "布里斯班",
    "Australia/Melbourne": "墨尔本",
    "Australia/Perth": "珀斯",
    "Australia/Sydney": "canberra 悉尼 堪培拉",
    "Europe/Amsterdam": "netherlands rotterdam 阿姆斯特丹 荷兰",
    "Europe/Athens": "greece 雅典 希腊",
    "Europe/Berlin": "germany munich frankfurt hamburg cologne münchen 柏林 慕尼黑 法兰克福 汉堡 德国",
    "Europe/Brussels": "belgium 布鲁塞尔 比利时",
    "Europe/Copenhagen": "denmark 哥本哈根 丹麦",
    "Europe/Dublin": "ireland 都柏林 爱尔兰",
    "Europe/Helsinki": "finland 赫尔辛基 芬兰",
    "Europe/Istanbul": "turkey ankara 伊斯坦布尔 土耳其",
    "Europe/Kyiv": "kiev ukraine 基辅 乌克兰",
    "Europe/Lisbon": "里斯本",
    "Europe/London": "uk united_kingdom england britain manchester edinburgh 伦敦 英国 曼彻斯特 爱丁堡",
    "Europe/Madrid": "barcelona 马德里 巴塞罗那",
    "Europe/Moscow": "st_petersburg 莫斯科 圣彼得堡",
    "Europe/Oslo": "norway 奥斯陆 挪威",
    "Europe/Paris": "france lyon marseille 巴黎 里昂 马赛 法国",
    "Europe/Prague": "czechia 布拉格 捷克",
    "Europe/Rome": "italy milan naples venice florence 罗马 米兰 那不勒斯 威尼斯 佛罗伦萨 意大利",
    "Europe/Stockholm": "sweden 斯德哥尔摩 瑞典",
    "Europe/Vienna": "austria 维也纳 奥地利",
    "Europe/Warsaw": "poland 华沙 波兰",
    "Europe/Zurich": "switzerland geneva basel bern zürich 苏黎世 日内瓦 瑞士",
    "Pacific/Auckland": "new_zealand wellington 奥克兰 惠灵顿 新西兰",
    "Pacific/Honolulu": "hawaii 檀香山 夏威夷",
    "UTC": "gmt",
}


def zones(text: str) -> list[str]:
    """The zones, by their IANA names, in the order in which the text names them."""
    named, pattern = _known()
    return list(dict.fromkeys(named[found[0].casefold()] for found in pattern.finditer(text)))


@cache
def _known() -> tuple[dict[str, str], re.Pattern[str]]:
    """The zones by what they are called, in lower case, and what finds those names."""
    names = sorted(zoneinfo.available_timezones() | _MORE.keys())
    cities = {city[1]: name for name in names if (city := _AREAS.fullmatch(name))}
    named = {_spaced(city): name for city, name in cities.items() if _spaced(city) not in _NO_CITIES}
    named |= {_spaced(word): name for name, words in _MORE.items() for word in words.split()}
    named |= {name.casefold(): name for name in names if "/" in name or name == "UTC"}
    longest_first = "|".join(re.escape(word) for word in sorted(named, key=len, reverse=True))
    # ASCII: no Chinese character is part of a word. `UTC+8` is not UTC.
    pattern = rf"(?<![\w/])(?:{longest_first})(?![\w/]|[+-]\d)"
    return named, re.compile(pattern, re.ASCII | re.IGNORECASE)


def _spaced(word: str) -> str:
    return word.replace("_", " ").casefold()
