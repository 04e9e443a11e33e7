"""The lexicon: words one of which says what another one says, in English and Chinese.

Short on purpose: what writers of choices vary when they need one more. A pair belongs here only if no good
question has both among its choices. What does not belong here: how texts are compared (`meaning`).
"""

# Each line: words for one thing; the first stands for all.
_WORDS = """
big large
small little tiny
fast quick rapid speedy
quickly rapidly swiftly
whole entire
identical same
wrong incorrect
car automobile
doctor physician
film movie
error mistake
freedom liberty
almost nearly
often frequently
sometimes occasionally
photo photograph
bicycle bike
telephone phone
mathematics maths math
country nation
author writer
begin start commence
end finish
purchase buy
child children
man men
woman women
foot feet
tooth teeth
mouse mice
person people
"""
# Regular ones; only in phrases, since a word alone may be a command: delete is not remove.
_VERBS = """
remove delete erase
allow permit
prohibit ban
change alter modify
help assist
select pick
need require
increase grow
decrease decline
obtain acquire
free release deallocate
stop halt cease
occur happen
use utilize
keep retain
show display
check verify
call invoke
"""
# Separated by bars; longest first where one holds another.
_PHRASES = """
united states of america | united states | u.s.a. | usa | 美利坚合众国 | 美国
united kingdom | uk
world war 2 | second world war | 2nd world war | world war ii | wwii | 第二次世界大战 | 二战
world war 1 | first world war | 1st world war | world war i | wwi | 第一次世界大战 | 一战
carbon dioxide | co2 | 二氧化碳
water | h2o
sodium chloride | nacl | 氯化钠
at least | no less than | not less than | no fewer than | not fewer than | 至少 | 不少于 | 不低于 | 不小于
at most | no more than | not more than | 至多 | 最多 | 不超过 | 不多于 | 不大于 | 不高于
more than | greater than | 超过 | 多于 | 大于
less than | fewer than | 少于 | 小于
increases | goes up | rises
increase | go up | rise
decreases | goes down | falls
decrease | go down | fall
increased | went up | rose | grew
decreased | went down | fell
is unchanged | stays the same | remains the same | does not change | remains unchanged | stays unchanged
to | in order to | so as to
because of | due to | owing to
增加 | 增多 | 增大 | 变大 | 变多 | 上升 | 升高
减少 | 减小 | 变小 | 变少 | 下降 | 降低
不变 | 不改变 | 不发生变化 | 没有变化 | 保持不变
没 | 没有
程序 | 程式
软件 | 软体
网络 | 网路
内存 | 记忆体
删除 | 移除 | 删掉
开始 | 起始
允许 | 准许 | 许可
禁止 | 不允许 | 不准
不能 | 无法 | 不可以 | 不能够
必须 | 务必 | 一定要
迅速 | 快速
修改 | 更改 | 变更 | 改变
使用 | 运用 | 利用
获得 | 取得 | 得到
购买 | 采购
医生 | 大夫
计算机 | 电脑
全部 | 所有的 | 一切
首都 | 首府
"""


def _groups(lines: str, between: str | None) -> list[list[str]]:
    return [[word.strip() for word in line.split(between)] for line in lines.strip().splitlines()]


def _first(groups: list[list[str]]) -> dict[str, str]:
    return {word: group[0] for group in groups for word in group[1:]}


def _past(verb: str) -> str:
    return f"{verb}d" if verb.endswith("e") else f"{verb[:-1]}ied" if verb.endswith("fy") else _doubled(verb)


def _doubled(verb: str) -> str:
    return f"{verb}{verb[-1] if verb in {'stop', 'ban', 'permit'} else ''}ed"


WORDS = _first(_groups(_WORDS, None))
_REGULAR = _groups(_VERBS, None)
VERBS = _first(_REGULAR) | _first([[_past(verb) for verb in group] for group in _REGULAR])
PHRASES = _first(_groups(_PHRASES, "|"))
