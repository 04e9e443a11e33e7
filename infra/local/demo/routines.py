"""What the demo users do: days as routines, and what one thing brings about another.

Made up. A line of a routine is `hour:minute action|object|kind|minutes`; a lone `~` before the time says that
it happens on most days only. What does not belong here: how rows are drawn from it (`behaviors`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Follows:
    """Something that happens now and then, a few times a day, and what it brings about most of the time."""

    cause: str
    effects: tuple[tuple[float, str], ...]  # minutes later, and what
    times: int  # a day
    share: float  # of the causes that bring it about


@dataclass(frozen=True, slots=True)
class Person:
    """A user: the offset of the clock, the device, and the days from Monday to Friday."""

    user_id: str
    offset: str
    device: str
    routine: str
    follows: tuple[Follows, ...]


_OFFICE = """
07:10 响起|闹钟|app|1
07:11 关闭|闹钟|app|
07:14 查看|墨迹天气|app|1
~07:20 阅读|今日头条早报|media|8
07:48 打开|高德地图|app|2
07:55 刷码|地铁乘车码|app|
07:58 收听|播客《忽左忽右》|media|24
09:02 打卡|钉钉|app|1
09:05 编辑|腾讯文档 季度方案|web|42
~09:50 回复|企业微信 项目群|app|3
10:00 参加|腾讯会议 晨会|app|28
10:35 编辑|销售数据表格|app|45
12:05 点餐|美团外卖|app|4
~12:30 观看|哔哩哔哩 做饭视频|media|18
14:00 编辑|腾讯文档 季度方案|web|50
~15:20 搜索|百度 行业报告|web|6
~15:27 阅读|行业报告 2026|web|20
17:30 编写|钉钉 日报|app|12
18:12 刷码|地铁乘车码|app|
18:16 收听|网易云音乐 下班歌单|media|26
~19:30 浏览|淘宝|app|12
20:40 观看|电视剧《三体》|media|46
~21:40 浏览|微博 热搜|app|10
22:50 阅读|微信读书《活着》|app|22
"""
_ENGINEER = """
06:50 ring|Alarm clock|app|1
06:51 dismiss|Alarm clock|app|
~07:00 track|Strava morning run|app|32
07:50 read|BBC News|web|9
08:30 listen|Podcast The Daily|media|24
09:00 open|Slack|app|6
09:15 join|Zoom standup|app|14
09:35 edit|VS Code freshet|app|55
10:40 review|GitHub pull request|web|22
~11:10 search|Stack Overflow asyncio timeout|web|7
11:20 edit|VS Code freshet|app|40
12:15 order|Deliveroo lunch|app|4
12:45 watch|YouTube conference talk|media|21
13:40 edit|VS Code freshet|app|62
~15:00 read|Confluence design page|web|15
16:05 review|GitHub pull request|web|18
~16:40 write|Gmail weekly report|app|12
17:45 navigate|Google Maps way home|app|3
17:55 listen|Spotify focus playlist|media|28
~19:20 look up|Recipe site pasta|web|8
20:10 watch|Netflix The Crown|media|52
~21:20 play|Chess.com|app|18
22:15 read|Kindle Dune|app|30
"""
_STUDENT = """
07:30 响起|闹钟|app|1
07:31 关闭|闹钟|app|
07:40 背诵|单词 第三单元|app|20
08:20 签到|雨课堂|app|1
08:25 上课|网课 线性代数|media|45
09:20 上课|网课 大学物理|media|45
10:15 浏览|小红书|app|9
~10:40 查阅|知网 论文|web|25
11:50 付款|支付宝 食堂|app|1
~12:10 开始|王者荣耀 对局|app|22
14:00 上课|网课 程序设计|media|50
15:00 提交|学习通 作业|app|14
~15:40 搜索|百度 矩阵 特征值|web|6
15:50 阅读|线性代数 讲义|web|28
17:00 跑步|Keep|app|30
~18:00 点餐|饿了么|app|3
19:00 刷题|学习通 题库|app|40
~20:00 观看|哔哩哔哩 番剧|media|24
21:00 开始|王者荣耀 对局|app|26
~21:40 浏览|抖音|app|18
22:40 播放|网易云音乐 助眠歌单|media|20
"""
_DESIGNER = """
08:00 ring|闹钟|app|1
08:01 dismiss|闹钟|app|
08:10 read|微信公众号 设计周刊|media|10
~08:40 order|星巴克 咖啡|app|2
09:10 open|Figma 首页改版|app|48
10:10 join|Zoom 设计会议|app|25
10:45 open|Figma 首页改版|app|52
~11:50 search|Google 配色方案|web|6
12:20 order|美团外卖|app|4
12:40 watch|YouTube motion design tutorial|media|16
13:40 open|Photoshop 海报|app|55
~14:50 browse|Instagram|app|8
15:05 open|Figma 首页改版|app|40
16:20 write|Gmail 客户邮件|app|9
~17:00 edit|Lightroom 照片|app|24
18:10 navigate|高德地图 回家|app|3
18:20 listen|Spotify 爵士歌单|media|25
19:40 browse|京东|app|11
20:30 watch|Netflix 纪录片|media|50
22:10 read|Kindle 设计心理学|app|25
"""
_AT_HOME = """
06:10 测量|血压计|app|2
06:20 打太极|公园|app|35
07:20 收听|新闻联播 早间新闻|media|20
08:10 浏览|拼多多|app|12
09:00 查看|股票行情|app|14
10:00 视频通话|微信 女儿|app|16
~10:40 浏览|下厨房 菜谱|app|9
11:30 启动|米家 电饭煲|app|1
13:00 播放|喜马拉雅 评书|media|30
14:30 对局|中国象棋|app|24
~15:20 浏览|相册 孙子照片|app|8
16:00 浏览|抖音 广场舞|media|15
17:10 步行|微信运动 步数|app|30
~18:20 查看|墨迹天气|app|1
19:00 观看|新闻联播|media|30
19:40 观看|电视剧《人世间》|media|48
~20:50 缴费|支付宝 电费|app|2
21:10 设置|米家 空调|app|1
"""
_CHINESE_CHAT = Follows(
    "收到|微信消息|app|", ((0.4, "打开|微信|app|2"), (1.6, "回复|微信消息|app|1")), 4, 0.85
)
_ENGLISH_CHAT = Follows(
    "receive|Slack message|app|", ((0.5, "open|Slack|app|2"), (1.5, "reply|Slack message|app|1")), 5, 0.85
)

PEOPLE = (
    Person(
        "user_0001",
        "+08:00",
        "华为手机",
        _OFFICE,
        (
            _CHINESE_CHAT,
            Follows("提示|手机低电量|app|", ((2.5, "连接|充电器|app|"),), 2, 0.9),
            Follows("下单|淘宝 日用品|app|2", ((3.0, "付款|支付宝|app|1"),), 2, 0.95),
        ),
    ),
    Person(
        "user_0002",
        "+00:00",
        "MacBook",
        _ENGINEER,
        (
            _ENGLISH_CHAT,
            Follows(
                "fail|CI build|web|",
                ((1.2, "open|CI build log|web|4"), (6.0, "restart|CI build|web|")),
                2,
                0.9,
            ),
        ),
    ),
    Person(
        "user_0003",
        "+08:00",
        "小米手机",
        _STUDENT,
        (
            Follows("收到|QQ群消息|app|", ((0.6, "打开|QQ|app|2"),), 4, 0.8),
            Follows("提示|手机低电量|app|", ((3.0, "连接|充电宝|app|"),), 2, 0.9),
        ),
    ),
    Person(
        "user_0004",
        "+08:00",
        "iPad",
        _DESIGNER,
        (
            _ENGLISH_CHAT,
            Follows("order|京东 数位板|app|2", ((3.5, "pay|微信支付|app|1"),), 1, 1.0),
            Follows("收到|取件短信|app|", ((8.0, "取件|快递柜 包裹|app|2"),), 2, 0.85),
        ),
    ),
    Person(
        "user_0005",
        "+08:00",
        "电视盒子",
        _AT_HOME,
        (
            _CHINESE_CHAT,
            Follows("下单|拼多多 水果|app|2", ((3.0, "付款|微信支付|app|1"),), 1, 1.0),
            Follows("提醒|吃药|app|", ((4.0, "记录|用药 降压药|app|1"),), 3, 0.9),
        ),
    ),
)
