"""Numbers as people answer them where the question has no unit of its own.

A question with its key and tolerance, then answers that are right (`=`) and answers that are wrong (`~`).
"""

import re
from collections.abc import Iterator

from tests.unit.exercises.grading.builders import numeric
from tests.unit.exercises.grading.case import Case, right, wrong

_ASKED = re.compile(r"(.+) \{#(.+):(.+)\}")


def cases(table: str) -> Iterator[Case]:
    question = numeric("", 0)
    for line in table.strip().splitlines():
        if asked := _ASKED.fullmatch(line):
            question = numeric(asked[1], float(asked[2]), float(asked[3]))
        else:
            sort = {"=": right, "~": wrong}[line[0]]
            yield from sort(question, *line[2:].split(" | "))


ENGLISH_NUMBERS = """
What percentage of the air is nitrogen? {#78:0}
= 78% | 78 percent | 78 per cent | about 78% | 78 pct
~ 0.78 | 7.8% | 22%
What share of the air is nitrogen? {#0.78:0}
= 78% | 0.78 | 78 percent
~ 0.78% | 78
What is the price of the book? {#12.5:0}
= $12.50 | 12.5元 | 12.5 dollars | ￥12.5 | €12.50 | 12.50 USD | USD 12.50
~ $12.05 | 125元 | -$12.50
How many people live in the house? {#30:0}
= 30 people | thirty people | about 30 | 大约30 | 30 persons | around 30 people
~ 30 or 40 | 30 to 40 | -30 | 30-40 people | 13 people
How many kilometres is it? {#3:0}
= 3 kilometres | 3 km | 3km | 3 kilometers | 3公里
~ 3 miles | 3 m | 3000 m
When did the French Revolution begin? {#1789:0}
= 1789 | in 1789 | In the year 1789 | the year 1789 | 1789 CE | 1789.
~ 1798 | 1789 BC | 17890 | 1789 people | between 1789 and 1799
In which year did Rome fall? {#476:0}
= 476 | 476 AD | AD 476 | A.D. 476 | 476 C.E. | year 476
~ 476 BC | AD 467
How old is the Earth's oldest tree in years? {#4850:0}
= 4850 years | 4,850 years old | 4850 yrs | 4850 years old
~ 4850 months | 4850 days
How many legs does a spider have? {#8:0}
= 8 legs | eight legs | 8 | It has 8 legs | eight | exactly 8 | 8 pcs
~ 6 legs | 8 or 6 | 8 arms or 6
What is the temperature at which water freezes? {#0:0}
= 0 degrees | 0°C | 0 degrees Celsius | zero degrees | 0 °
~ 32 °F | 10 degrees
How many hours are there in a day? {#24:0}
= 24 hours | 24h | 24 hrs | twenty-four hours
~ 24 minutes | 24 days
How many states are there in the USA? {#50:0}
= 50 states | fifty | fifty states | There are 50 states | there are 50
~ 48 states | 50 cents | 50 or 51
How much does the ticket cost? {#20:0}
= 20 dollars | $20 | 20 bucks | 20 euros | 20€ | £20 | 20 USD
~ 200 dollars | $2
How many times did she win? {#4:0}
= 4 times | four times
~ 5 times | 4 or 5 times
What is the average speed of the train? {#120:0}
= 120 km/h | 120 kph | 120
~ 102 km/h
How tall is the tower in metres? {#330:0}
= 330 metres | 330m | 330 m tall | 330 meters
~ 330 feet | 330 ft | 330 cm
How many planets orbit the Sun? {#8:0}
= 8 planets | eight planets
~ 9 planets
What percentage of votes is needed? {#66.7:0.05}
= 66.7% | 66.7 %
~ 0.667 | 66%
How many bytes has a kilobyte? {#1024:0}
= 1024 bytes | 1,024 bytes
~ 1024 bits | 1000 bytes
In what century did he live? {#18:0}
= 18th | 18th century | the 18th century | 18
~ 19th | 1800
How many minutes does the film last? {#90:0}
= 90 minutes | 90 min | 90 mins | ninety minutes
~ 90 seconds | 90 hours | 1.5 hours
How many litres does the tank hold? {#60:0}
= 60 litres | 60 liters | 60 L | 60l
~ 60 gallons | 60 ml
When was Einstein born? {#1879:0}
= 1879 | in 1879 | He was born in 1879. | Einstein was born in 1879
~ 1879 BC | 1897 | 1879 days
How many bones are in the human body? {#206:0}
= 206 bones | 206 | There are 206 bones in the human body. | two hundred and six | roughly 206
~ not 206 | more than 206 | 206 muscles | 206%
What is the population of Norway? {#5400000:0}
= 5.4 million | 5,400,000 | 5.4 million people | about 5.4 million
~ 5.4 | 5.4 billion | 54 million
How far is the Moon from the Earth in km? {#384400:0}
= 384,400 km | 384400 | 384 400 km | 384,400 kilometers
~ 384,400 miles | 384400 m
How much does a litre of milk cost? {#1.2:0}
= €1.20 | $1.20 | 1.20 | 1.2 euros | £1.20
~ 1.2 litres | 12 | 1.2 kg
What percentage of the body is water? {#60:0}
= 60% | 60 % | sixty percent | 60 percent | about 60% | sixty per cent
~ 0.6 | 6% | 40%
What fraction of the cake is left? {#0.25:0}
= 1/4 | 0.25 | 25%
~ 25 | 4
How many sides does a hexagon have? {#6:0}
= 6 sides | six | 6 | six sides | A hexagon has 6 sides
~ 6 or 7 sides | 5 | not six
How heavy is a newborn elephant in kg? {#100:0}
= 100 kg | 100 kilos | 100 kilograms | 100kg
~ 100 lb | 100 g | 100 tons
At what temperature does water boil at sea level? {#100:0}
= 100°C | 100 degrees | 100 degrees Celsius | 100 °C
~ -100°C | 100 km
How old is she? {#17:0}
= 17 | 17 years old | seventeen | 17 years | She is 17
~ 17 months | 71
How many continents are there? {#7:0}
= 7 continents | seven | 7. | There are seven continents.
~ 5 continents | between 7 and 8
In what year did the Roman Republic begin? {#-509:0}
= 509 BC | -509 | 509 B.C. | 509 BCE
~ 509 | 509 AD
How many seconds are there in an hour? {#3600:0}
= 3600 seconds | 3,600 | 3600 s | 3600 sec
~ 3600 minutes | 60
How many wheels do 3 cars have? {#12:0}
= 12 wheels | 12 | twelve wheels
~ 3 cars have 4 wheels | 4 wheels
What is 15 - 20? {#-5:0}
= -5 | minus 5 | negative five
~ 5 | - -5
How many degrees are in a right angle? {#90:0}
= 90° | 90 degrees | ninety
~ 90 radians | 90%
"""

CHINESE_NUMBERS = """
哥伦布哪一年到达美洲？ {#1492:0}
= 1492年 | 公元1492年 | 一四九二年 | in 1492 | 1492 AD | 在1492年 | AD 1492
~ 1493年 | 1492 or 1500 | 1492年或1500年 | 前1492年 | 1492天
中国有多少个民族？ {#56:0}
= 56个 | 五十六个 | 56个民族 | 五十六个民族 | 共56个 | 有56个
~ 55个 | 5个 | 56年
他今年多大年纪？ {#32:0}
= 32岁 | 三十二岁 | 32周岁 | 他32岁
~ 23岁 | 32年前
水的沸点是多少摄氏度？ {#100:0}
= 100度 | 100 °C | 100摄氏度 | 100℃
~ 212 °F | 100 K | 100华氏度 | 1000度
操场一圈多少米？ {#3:0}
= 3米 | 3 m | 三米
~ 3公里 | 3千米 | 3厘米
辛亥革命发生在哪一年？ {#1911:0}
= 1911年 | 一九一一年 | 公元一九一一年 | 西元1911年 | 发生在1911年 | 1911 年。 | 是1911年
~ 1912年 | 公元前1911年 | 1911月
一年有几个月？ {#12:0}
= 12个月 | 十二个月 | 12个 | 12月
~ 12天 | 12年 | 10个月
这本书共有多少页？ {#320:0}
= 320页 | 三百二十页 | 共320页 | 320 页
~ 302页 | 320章
全班有多少名学生？ {#45:0}
= 45名 | 45人 | 45个 | 45位 | 四十五名学生 | 45名学生 | 有45人
~ 45名或46名 | 54名 | 44人
这支铅笔多少钱？ {#2.5:0}
= 2.5元 | 两块五 | 2.5块 | 2.5块钱 | 2.50元 | ￥2.50 | ¥2.5 | 2.5人民币
~ 25元 | 2元 | 2.5万元
人体有多少块骨头？ {#206:0}
= 206块 | 二百零六块 | 206块骨头 | 206
~ 260块 | 206根或208根
他考了多少分？ {#95:0}
= 95分 | 九十五分
~ 59分 | 95%分之一
一周有几天？ {#7:0}
= 7天 | 七天 | 七日 | 7 days
~ 7周 | 7个月 | 七年
小明今年几岁？ {#10:0}
= 10岁 | 十岁
~ 10个月 | 11岁
长江全长约多少公里？ {#6300:0}
= 6300公里 | 6300 km | 6300千米 | 约6300公里 | 六千三百公里
~ 6300米 | 6300里 | 6300英里 | 630公里
他的体温是多少度？ {#37.5:0}
= 37.5度 | 37.5℃ | 37.5摄氏度 | 三十七点五度
~ 35.7度 | -37.5度
地球表面百分之多少是水？ {#71:0}
= 71% | 百分之七十一 | 71 | 百分之71
~ 0.71 | 29% | 17%
会议几点开始？ {#9:0}
= 9点 | 九点 | 9点钟 | 九点钟
~ 19点 | 9分
全书有多少章？ {#12:0}
= 12章 | 十二章 | 共十二章
~ 12节 | 120章 | 第12页
一打鸡蛋有几个？ {#12:0}
= 12个 | 12枚 | 12只 | 十二个鸡蛋
~ 10个 | 20个
他一共赢了几次？ {#3:0}
= 3次 | 三次 | 3回 | 三场
~ 4次 | 3、4次 | 三四次
珠穆朗玛峰海拔多少米？ {#8848:0}
= 8848米 | 8848 m | 八千八百四十八米 | 约8848米
~ 8848公里 | 8848英尺 | 8488米
一天有多少秒？ {#86400:0}
= 86400秒 | 86,400秒 | 8.64万秒 | 86400 s
~ 86400分钟 | 86400毫秒
圆周角是多少度？ {#360:0}
= 360度 | 360° | 三百六十度
~ 180度 | 360弧度
5的相反数的绝对值是多少？ {#5:0}
= 5 | 五 | 5。
~ -5 | 5到6 | 5至6 | 5或6 | 负五
唐朝建立于哪一年？ {#618:0}
= 618年 | 公元618年 | 六一八年 | 618 | 于618年建立
~ 公元前618年 | 681年
秦始皇于公元前多少年统一六国？ {#221:0}
= 221 | 前221年 | 公元前221年 | 221年
~ 212年
秦始皇哪一年统一六国？ {#-221:0}
= 公元前221年 | 前221年 | -221
~ 221年 | 公元221年
冰箱冷冻室的温度是多少？ {#-18:0}
= 零下18度 | -18℃ | 零下十八摄氏度 | -18度 | 负十八度
~ 18度 | 零上18度
正方体有几个面？ {#6:0}
= 6个 | 6个面 | 六个面 | 六 | 有6个面
~ 8个
一支足球队上场多少人？ {#11:0}
= 11人 | 十一人 | 11个人
~ 22人 | 11或12人
圆周率约等于多少？ {#3.14:0}
= 3.14 | 约3.14 | ≈3.14 | 三点一四
~ 31.4
大熊猫每天吃多少千克竹子？ {#20:0}
= 20千克 | 20公斤 | 20kg | 二十千克
~ 20克 | 20吨 | 20斤
这件衣服打折后多少钱？ {#199:0}
= 199元 | 199块 | ¥199 | 一百九十九元 | 199块钱 | RMB 199
~ 991元
中国有多少人口？ {#1400000000.0:0}
= 14亿 | 14亿人 | 十四亿 | 14亿人口 | 1,400,000,000
~ 14万 | 1.4亿
一年有多少周？ {#52:0}
= 52周 | 五十二周 | 52个星期 | 52星期
~ 52天 | 52个月
班里男生占百分之几？ {#55:0}
= 55% | 百分之五十五 | 55
~ 0.55 | 45%
一个三角形的内角和是多少度？ {#180:0}
= 180度 | 180° | 一百八十度
~ 360度 | 180弧度
他家有几口人？ {#5:0}
= 5口人 | 五口 | 5人 | 五口人 | 5个
~ 4口 | 五六口
这座桥长多少米？ {#1500:0}
= 1500米 | 一千五百米 | 1500m
~ 1500公里 | 150米
从上海到北京坐高铁要几个小时？ {#4.5:0}
= 4.5小时 | 4.5个小时 | 四点五小时 | 4.5h | 约4.5小时
~ 4.5天 | 45分钟 | 4.5分钟
我国有多少个省级行政区？ {#34:0}
= 34个 | 三十四个 | 34个省级行政区 | 共有34个 | 34
~ 34岁 | 33个 | 三十多个
《西游记》共有多少回？ {#100:0}
= 100回 | 一百回 | 共100回 | 一共100回 | 100
~ 120回 | 100章
她得了第几名？ {#2:0}
= 第2名 | 第二名 | 2 | 第二
~ 第3名 | 第20名
人的正常体温大约是多少？ {#37:0}
= 37℃ | 37度 | 37摄氏度 | 大约37度 | 37°C左右
~ 37华里 | 73度
珠峰有多高？ {#8848:0}
= 8848米 | 8848 m | 8848
~ 8848公斤 | 8484米
光在真空中每秒传播多少千米？ {#300000:0}
= 30万千米 | 300000千米 | 30万公里 | 三十万千米 | 3×10^5千米
~ 30万米 | 3万千米
端午节是农历五月初几？ {#5:0}
= 5 | 初五 | 五 | 初5
~ 初六 | 五月初六
"""
