"""Chinese cases of all closed types."""

from tests.unit.exercises.grading.builders import (
    cloze,
    matching,
    multiple,
    numeric,
    ordering,
    short,
    single,
    true_false,
)
from tests.unit.exercises.grading.case import partly, right, wrong

_CAPITAL = single("澳大利亚的首都是哪里？", "悉尼", "墨尔本", "堪培拉", "珀斯", key="C")
_EXAMS = single("科举制度始于哪个朝代？", "隋朝", "唐朝", "宋朝", key="A", points=2)
_PRIMES = multiple("下列哪些是质数？", "2", "3", "4", "9", keys="AB", points=2)
_NOVELS = multiple(
    "下列哪些属于四大名著？",
    "《红楼梦》",
    "《聊斋志异》",
    "《西游记》",
    "《水浒传》",
    "《儒林外史》",
    keys="ACD",
    points=3,
)
_LIGHT = true_false("光在真空中的速度是恒定的。", key=True)
_WHALE = true_false("鲸鱼是一种鱼类。", key=False)
_LEAF = cloze("光合作用发生在{{1}}中，释放出{{2}}。", "叶绿体", "氧气|氧")
_CELL = cloze("细胞的能量工厂是{{1}}。", "线粒体")
_DAYS = cloze("闰年有{{1}}天，二月有{{2}}天。", "366", "29")
_AUTHOR = short("《狂人日记》的作者是谁？", "鲁迅", half="周树人", points=2)
_APPLE = short("牛顿的故事里掉下来的是什么？", "苹果")
_PAINTER = short("谁画了《蒙娜丽莎》？", "达·芬奇", "列奥纳多·达·芬奇")
_PROTOCOL = short("网页用什么协议传输？", "HTTP协议", "HTTP")
_LANGUAGE = short("Linux内核主要用什么语言写成？", "C语言", "C")
_YEAR = short("新中国成立于哪一年？", "1949年", "1949")
_WATER = short("水的化学式是什么？", "H2O")
_BREATH = short("植物呼出什么？", "*二氧化碳*", wildcards=True)
_PI = numeric("圆周率保留两位小数是多少？", 3.14, 0.005)
_LEAVE = numeric("员工每年有多少天带薪年假？", 25)
_PEOPLE = numeric("该市有多少人口？", 32_000_000, 1_000_000, "人")
_RAIL = numeric("北京到上海的高铁线路有多长？", 1318, 2, "公里")
_WEIGHT = numeric("他的体重是多少？", 60, 0.5, "千克")
_SHARE = numeric("地球表面有多少被水覆盖？", 71, 1, "%")
_MERCURY = numeric("水银的凝固点约是多少？", -39, 1, "℃")
_TRAIN = numeric("列车的平均速度是多少？", 300, 5, "千米/小时")
_PART = numeric("三等分后每份占多少？", 1 / 3)
_PRICE = numeric("这本书多少钱？", 32, 0, "元")
_POETS = matching(
    "把诗人与朝代连起来。", ("李白", "唐"), ("苏轼", "宋"), ("杜甫", "唐"), ("屈原", "战国"), spare=("元",)
)
_UNITS = matching("物理量与单位", ("力", "牛顿"), ("功率", "瓦特"), ("电阻", "欧姆"))
_DYNASTIES = ordering("按时间先后排列。", "BDAC", "秦", "汉", "唐", "宋")
_STEPS = ordering("按顺序排列实验步骤。", "DABEC", "提出问题", "作出假设", "设计实验", "得出结论", "交流结果")

CHINESE = [
    *right(
        _CAPITAL,
        "C",
        "c",
        "Ｃ",
        "Ｃ．",
        "C、",
        "（C）",
        "选C",
        "答案：C",
        "堪培拉",
        " 堪培拉 ",
        "堪培拉。",
        "C. 堪培拉",
        "C、堪培拉",
        ["C"],
    ),
    *wrong(_CAPITAL, "A", "悉尼", "北京", "", "不知道", None, "　"),
    *right(_EXAMS, "A", "隋朝", "隋 朝", "我选A"),
    *wrong(_EXAMS, "唐朝", "B", "隋"),
    *right(_PRIMES, ["A", "B"], "AB", "A、B", "Ａ，Ｂ", "ＡＢ", "A和B", ["a", "b"], ["2", "3"]),
    *partly(_PRIMES, (["A"], 1), ("AB C", 1), ("B", 1)),
    *wrong(_PRIMES, ["C"], ["A", "C"], "ABCD", "都不对", []),
    *right(_NOVELS, ["A", "C", "D"], "红楼梦、西游记、水浒传", "ACD", ["紅樓夢", "西遊記", "水滸傳"]),
    *partly(_NOVELS, (["A", "C"], 2), ("D", 1), (["A", "B", "C", "D"], 1.5)),
    *wrong(_NOVELS, "BE", ["A", "E"]),
    *right(_LIGHT, True, "对", "對", "正确", "√", "是", "对。", "正確", "✓", "真", "Ｔ", "是的", "没错"),
    *wrong(_LIGHT, "错", "×", "否", "不对", "不知道", "", False),
    *right(_WHALE, "错", "錯誤", "×", "错误", "不是", "假", "✗", "F"),
    *wrong(_WHALE, "对", "√", True),
    *right(
        _LEAF,
        {"1": "叶绿体", "2": "氧气"},
        ["葉綠體", "氧氣"],
        {"1": " 叶绿体。", "2": "氧"},
        "叶绿体；氧气",
        "叶绿体，氧气",
    ),
    *partly(_LEAF, ({"1": "叶绿体"}, 1), (["线粒体", "氧气"], 1), (["叶绿体", "二氧化碳"], 1)),
    *wrong(_LEAF, ["氧气", "叶绿体"], {}, {"1": "", "2": "　"}),
    *right(_CELL, "线粒体", {"1": "線粒體"}, "“线粒体”", ["线 粒 体"], "线粒体！"),
    *wrong(_CELL, "叶绿体", "线粒", ""),
    *right(_DAYS, ["366", "29"], ["三百六十六", "二十九"], {"1": "３６６", "2": "29"}),
    *partly(_DAYS, (["365", "29"], 1), (["366", "28"], 1)),
    *right(_AUTHOR, "鲁迅", "魯迅", "鲁迅。", "鲁 迅", "「鲁迅」"),
    *partly(_AUTHOR, ("周树人", 1), ("周樹人", 1)),
    *wrong(_AUTHOR, "老舍", "鲁", "鲁迅和老舍", "", None),
    *right(_APPLE, "苹果", "蘋果", "《苹果》", "苹果！", "\u200b苹果"),
    *wrong(_APPLE, "梨", "苹", "苹果树"),
    *right(_PAINTER, "达·芬奇", "达芬奇", "達·芬奇", "达•芬奇", "列奥纳多・达・芬奇", "达 · 芬奇"),
    *wrong(_PAINTER, "米开朗基罗", "芬奇"),
    *right(_PROTOCOL, "HTTP协议", "HTTP 协议", "http協議", "ＨＴＴＰ", "http"),
    *wrong(_PROTOCOL, "HTTPS", "FTP", "协议"),
    *right(_LANGUAGE, "C", "c语言", "C 語言", "Ｃ"),
    *wrong(_LANGUAGE, "C++", "C++语言", "C#", "Ｃ＋＋"),
    *right(_YEAR, "1949", "1949年", "一九四九年", "１９４９年", "1949 年。", 1949),
    *wrong(_YEAR, "1945年", "49年", "一九四五"),
    *right(_WATER, "H2O", "h2o", "H₂O", "Ｈ２Ｏ"),
    *wrong(_WATER, "HO2", "H2O2", "水"),
    *right(_BREATH, "二氧化碳", "植物呼出二氧化碳。", "二氧化碳和水"),
    *wrong(_BREATH, "氧气", "一氧化碳"),
    *right(_PI, 3.14, "３.１４", "三点一四", "3.14。", "约3.14", "π=3.14"),
    *wrong(_PI, "3.1", "三", "三百一十四", "π"),
    *right(_LEAVE, 25, "25", "二十五", "25天", "二十五天", "２５ 天", "贰拾伍天"),
    *wrong(_LEAVE, "二十", "52", "25年", "不清楚"),
    *right(_PEOPLE, "32000000", "3200万", "三千二百万", "3200萬人", "0.32亿", "32,000,000 人"),
    *wrong(_PEOPLE, "3200", "320万", "3.2亿"),
    *right(_RAIL, 1318, "1318公里", "1318千米", "1,318 km", "一千三百一十八公里", "1320"),
    *wrong(_RAIL, "1318米", "1318里", "1318英里", "1300"),
    *right(_WEIGHT, "60千克", "60公斤", "60 kg", "六十千克", "60.5"),
    *wrong(_WEIGHT, "60克", "60斤", "六千克"),
    *right(_SHARE, "71%", "百分之七十一", "71", "７１％", "百分之71"),
    *wrong(_SHARE, "0.71", "29%", "百分之十七"),
    *right(_MERCURY, "-39", "−39℃", "-39 °C", "负三十九摄氏度", "－39"),
    *wrong(_MERCURY, "39", "三十九", "-39米"),
    *right(_TRAIN, "300", "300千米/小时", "300 km/h", "三百公里每小时", "300公里/时"),
    *wrong(_TRAIN, "300米/秒", "300千米", "300 m/s"),
    *right(_PART, "1/3", "三分之一", "１／３"),
    *wrong(_PART, "0.3", "三分之二", "1/0"),
    *right(_PRICE, "32", "32元", "¥32", "三十二元", "32.00", "32块"),
    *wrong(_PRICE, "$32", "32美元", "三十二万"),
    *right(
        _POETS,
        {"1": "A", "2": "B", "3": "A", "4": "C"},
        {"李白": "唐", "苏轼": "宋", "杜甫": "唐", "屈原": "战国"},
        ["唐", "宋", "唐", "戰國"],
    ),
    *partly(_POETS, ({"1": "A", "2": "B"}, 2), (["A", "A", "A", "A"], 2), ({"蘇軾": "宋"}, 1)),
    *wrong(_POETS, ["B", "A", "B", "D"], {}, {"1": "清"}),
    *right(_UNITS, "1-A，2-B，3-C", "1A 2B 3C", {"力": "牛顿", "功率": "瓦特", "电阻": "歐姆"}),
    *partly(
        _UNITS,
        (["A", "C", "B"], 1),
    ),
    *right(
        _DYNASTIES,
        ["B", "D", "A", "C"],
        "BDAC",
        "B→D→A→C",
        "Ｂ，Ｄ，Ａ，Ｃ",
        ["秦", "漢", "唐", "宋"],
        "秦、汉、唐、宋",
    ),
    *partly(_DYNASTIES, ("DBAC", 2), ("CBDA", 2), (["秦", "汉"], 1)),
    *wrong(_DYNASTIES, "CADB", [], "不会"),
    *right(_STEPS, "DABEC", "D-A-B-E-C"),
    *partly(_STEPS, ("ADBEC", 3), ("DABCE", 3), ("ADBCE", 2)),
]
