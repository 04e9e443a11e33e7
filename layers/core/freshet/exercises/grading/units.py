"""Units: whether two of them are the same one, however they are written. Nothing is converted."""

import re
from itertools import islice

from freshet.exercises.grading.characters import plain

_NAMES = """
km kilometer kilometre 千米 公里
m meter metre 米
cm centimeter centimetre 厘米 公分
mm millimeter millimetre 毫米
kg kilogram kilo 千克 公斤
g gram 克
mg milligram 毫克
t ton tonne 吨
s sec second 秒 秒钟
ms millisecond 毫秒
min minute 分 分钟
h hr hour 时 小时
day 天 日
week 周 星期
month 月 个月
year yr 年
l liter litre 升
ml milliliter millilitre 毫升
°c celsius degreescelsius 摄氏度
° degree 度
% percent pct
¥ yuan rmb cny 元 人民币 块 块钱 元钱 元人民币
$ us$ usd dollar buck 美元
€ eur euro 欧元
£ gbp pound 英镑
n newton 牛 牛顿
j joule 焦 焦耳
w watt 瓦 瓦特
v volt 伏 伏特
a amp ampere 安 安培
ω ohm 欧 欧姆
pa pascal 帕 帕斯卡
hz hertz 赫 赫兹
mol mole 摩尔
kw kilowatt 千瓦
kcal kilocalorie 千卡 大卡
kpa kilopascal 千帕
hpa hectopascal 百帕
k kelvin 开尔文
°f fahrenheit degreesfahrenheit 华氏度
mile mi 英里
foot feet ft 英尺
inch inches 英寸
里 华里
斤 市斤
lb
gallon gal 加仑
m2 squaremeter squaremetre 平方米 平米
km2 squarekilometer squarekilometre 平方公里 平方千米
m3 cubicmeter cubicmetre 立方米
hectare 公顷
km/h kph kmh
mile/h mph
岁 周岁 yearsold yearold
号
点 点钟 o'clock
"""
# Names that begin as a number ends: five thousand metres, or five kilometres?
_NUMERAL_NAMES = {"千米": "km", "千克": "kg", "千瓦": "kw", "千卡": "kcal", "千帕": "kpa", "百帕": "hpa"}
_FIRST = {name: line.split()[0] for line in _NAMES.splitlines() for name in line.split()}
_KNOWN = {part for name in _FIRST.values() for part in name.split("/")}
_IDLE = re.compile(r"[\s^·.]+")
_PER = re.compile(r"每|\bper\b")
# Of these both the thousandth and the million are in use: mW is not MW.
_MILLI_AND_MEGA = {"a", "g", "j", "m", "pa", "v", "w"}
_WORDS_RATHER = {"a", "k", "M"}  # five thousand and five million, rather than kelvins and metres
_TOKEN = re.compile(r"[A-Za-z]+|.")
_MOST_TOKENS = 8  # of a unit: `kilometres per hour` with its blanks, 千米每小时


def same_unit(one: str, other: str) -> bool:
    """Whether both texts name the same unit: km, KM, kilometres, 千米."""
    return _normal(one) == _normal(other)


def known(unit: str) -> str:
    """The one name of a unit that has several, or of a rate of such: km for 公里; "" if it is none."""
    if unit.strip() in _WORDS_RATHER:
        return ""
    name = _normal(unit)
    return name if name and all(part in _KNOWN for part in name.split("/")) else ""


def leading(text: str) -> tuple[str, str]:
    """The known unit with which a text begins, "" if it is none, and what follows."""
    ends = [token.end() for token in islice(_TOKEN.finditer(text), _MOST_TOKENS)]
    for end in reversed(ends):
        if unit := known(text[:end]):
            return unit, text[end:]
    return "", text


def without_numerals(text: str, unit: str) -> str:
    """The text with `unit` spelled without a numeral: where 千米 is wanted, 五千米 is 五km."""
    wanted = _normal(unit)
    for name, plainly in _NUMERAL_NAMES.items():
        if wanted.startswith(plainly):
            text = text.replace(name, plainly)
    return text


def _normal(unit: str) -> str:
    whole = _PER.sub("/", plain(unit, cased=True).replace("per cent", "%"))
    return "/".join(_named(_IDLE.sub("", part)) for part in whole.split("/"))


def _named(unit: str) -> str:
    name = unit.casefold()
    if unit.startswith("M") and name[1:] in _MILLI_AND_MEGA and not (unit.isupper() and name in _FIRST):
        return unit[0] + name[1:]
    singular = name[:-1] if len(name) > 2 and name.endswith("s") else name
    return _FIRST.get(name) or _FIRST.get(singular) or singular
