"""What an exported file says besides the questions, in the language of the exercise: English or Chinese."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; `{}` stands for what is told."""

    questions: str
    key: str
    answer: str
    true: str
    false: str
    explanation: str
    source: str
    page: str
    rubric: str
    sample: str
    feedback: str
    if_right: str
    if_wrong: str
    name: str
    date: str
    one_question: str
    many_questions: str
    one_point: str
    many_points: str
    colon: str

    def count(self, questions: int) -> str:
        """So many questions."""
        return (self.one_question if questions == 1 else self.many_questions).format(questions)

    def points(self, points: float) -> str:
        """So many points."""
        return (self.one_point if points == 1 else self.many_points).format(number(points))


_ENGLISH = Words(
    questions="Questions",
    key="Answer key",
    answer="Answer",
    true="True",
    false="False",
    explanation="Explanation",
    source="Source",
    page="p. {}",
    rubric="Rubric",
    sample="Sample answer",
    feedback="Feedback",
    if_right="if right",
    if_wrong="if wrong",
    name="Name",
    date="Date",
    one_question="{} question",
    many_questions="{} questions",
    one_point="{} point",
    many_points="{} points",
    colon=": ",
)
_CHINESE = Words(
    questions="题目",
    key="参考答案",
    answer="答案",
    true="对",
    false="错",
    explanation="解析",
    source="出处",
    page="第 {} 页",
    rubric="评分标准",
    sample="参考答案",
    feedback="反馈",
    if_right="答对",
    if_wrong="答错",
    name="姓名",
    date="日期",
    one_question="共 {} 题",
    many_questions="共 {} 题",
    one_point="{} 分",
    many_points="{} 分",
    colon="：",
)


def words(language: str) -> Words:
    """The words of a language (BCP 47); the English ones for those that are not known."""
    return _CHINESE if language.lower().split("-")[0] == "zh" else _ENGLISH


def number(value: float) -> str:
    """The number as people write it, without losing a digit."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
