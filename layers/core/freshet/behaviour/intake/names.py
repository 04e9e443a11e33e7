"""What columns are called in logs, English and Chinese; the first of a field that a log has is taken.

Names are compared without case, blanks and punctuation: `User ID`, `user_id` and `userId` are one, and so are
`case:concept:name` and `case_concept_name`. What does not belong here: how columns are chosen (`columns`).
"""

import re
from unicodedata import normalize

from freshet.behaviour.intake.durations import UNITS

_NOT_WORD = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

KNOWN: dict[str, str] = {
    "user_id": """user_id user uid userid user_name username user_key account account_id member
        member_id customer customer_id person person_id participant participant_id subject_id visitor
        visitor_id device_user owner actor actor_id who open_id union_id login employee employee_id
        student_id 用户id 用户 用户编号 用户名 用户标识 用户号 使用者 使用者id 设备用户 账号 帐号 账户
        会员 会员id 会员号 客户 客户id 客户编号 人员 姓名 员工 工号 学号 用戶 用戶id 用戶名 帳號 會員""",
    "time": """start_time start_timestamp started_at start_at start_datetime begin_time begin_at start
        begin 开始时间 起始时间 开始 開始時間 time timestamp ts datetime date_time event_time
        event_timestamp event_ts occurred_at happened_at logged_at log_time at when 时间 时间戳
        发生时间 操作时间 访问时间 事件时间 时刻 時間 時間戳記 發生時間 client_time local_time
        utc_time server_time created_at create_time created 创建时间 记录时间 上报时间 time:timestamp""",
    "date": """date event_date start_date log_date day 日期 开始日期 發生日期 发生日期 年月日""",
    "end_time": """end_time end_timestamp ended_at end_at end_datetime end finish_time finished_at
        finish stop_time clear_time cleared_at 结束时间 终止时间 结束 完成时间 清除时间 恢复时间
        結束時間""",
    "duration": """duration dur duration_time dwell dwell_time time_spent usage_time use_time
        usage_duration play_time watch_time stay_time elapsed elapsed_time length 时长 持续时间
        使用时长 停留时长 停留时间 播放时长 观看时长 使用时间 耗时 用时 時長 持續時間 使用時長""",
    "action": """action event event_type event_name activity activity_name behavior behaviour
        behavior_type behavior_name operation op operate verb act interaction action_type action_name
        concept:name alarm alarm_id alarm_name alarm_type alarm_code 操作 行为 动作 事件 行为类型
        行为名称 操作类型 事件类型 事件名称 动作类型 活动 活动名称 告警 告警id 告警名称 告警类型 报警
        動作 行為 行為類型 操作類型 事件類型""",
    "kind": """kind object_kind object_type category item_type item_category app_category media_type
        content_type 种类 类别 分类 对象类型 内容类型 應用類別 種類 類別""",
    "object": """object object_name object_id target target_name 对象 目标 對象 目標 item item_name
        item_id product product_name product_id 物品 商品 商品名称 app app_name application package
        package_name 应用 应用名 应用名称 应用程序 软件 包名 應用 應用程式 應用名稱 title media
        media_title media_name video song track movie content content_title content_name 标题 媒体
        媒体名称 内容 视频 歌曲 节目 標題 媒體 url uri link page page_title page_url website site
        domain 网址 网站 链接 页面 域名 網址 網站""",
}
# Taken where nothing better is there: these names mean one thing in one log and another in the next.
WEAK: dict[str, str] = {
    "user_id": "case:concept:name case_id case 案例 案例id org:resource resource",
    "end_time": "time:timestamp",
    "action": "type 类型 類型 event_id",
    "kind": "type 类型 類型",
    "object": """device_id device device_name 设备 设备id 设备名称 裝置 設備 equipment machine
        machine_id 网元 asset host hostname name 名称 名稱""",
}
_DEVICE = "device_id device imei 设备 设备id"  # a phone's log may name its owner by nothing else

# What sort of thing a column's values are, where no other column says it.
_KINDS = {
    "app": """app app_name application package package_name 应用 应用名 应用名称 应用程序 软件 包名
        應用 應用程式""",
    "media": """media media_title media_name video song track movie 媒体 媒体名称 视频 歌曲 节目 媒體""",
    "web": """url uri link page page_title page_url website site domain 网址 网站 链接 页面 域名 網址
        網站""",
}
# What kinds are called in cells.
_SAID = {
    "app": "app apps application software 应用 应用程序 软件 應用 應用程式",
    "media": """media video videos audio music song movie 媒体 视频 音频 音乐 歌曲 电影 媒體 影片 音樂""",
    "web": "web website webpage page url 网页 网站 網頁 網站",
}


def folded(name: str) -> str:
    """A name as it is compared."""
    return _NOT_WORD.sub("", normalize("NFKC", name).casefold())


def without_unit(name: str) -> tuple[str, float | None]:
    """A folded name without the unit at its end, and that unit in seconds: `durationMs`, `时长（分钟）`."""
    words = _NOT_WORD.split(_CAMEL.sub("_", normalize("NFKC", name)).lower().strip("_ "))
    words = [word for word in words if word]
    if len(words) > 1 and words[-1] in _SECONDS:
        return "".join(words[:-1]), _SECONDS[words[-1]]
    whole = folded(name)
    unit = next((unit for unit in _WRITTEN_TOGETHER if whole.endswith(unit) and whole != unit), None)
    return (whole.removesuffix(unit), _SECONDS[unit]) if unit else (whole, None)


def _all(table: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {field: tuple(dict.fromkeys(map(folded, names.split()))) for field, names in table.items()}


_SECONDS = {unit: seconds for seconds, names in UNITS.items() for unit in names.split()}
_WRITTEN_TOGETHER = ("毫秒", "秒", "分钟", "分鐘", "小时", "小時")
SURE, UNSURE = _all(KNOWN), _all(WEAK)
DEVICES = _all({"user_id": _DEVICE})["user_id"]
KIND_OF = {name: kind for kind, names in _all(_KINDS).items() for name in names}
KIND_SAID = {word: kind for kind, words in _all(_SAID).items() for word in words}
