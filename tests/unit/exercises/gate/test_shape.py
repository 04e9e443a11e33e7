"""Questions that stand alone and are whole, and such as do not or are not."""

import pytest

from freshet.exercises.gate import check
from freshet.exercises.gate.absent import reference
from freshet.exercises.question import Question
from tests.unit.exercises.gate.composed import cloze, essay, matching, ordering, short, single, stated


@pytest.mark.parametrize(
    "text",
    [
        "According to the passage, who is the king?",
        "What does the author mainly argue?",
        "Which rule is stated in the text?",
        "Which of the above is a mammal?",
        "What does the code below print?",
        "What does Listing 4-1 show?",
        "In this chapter, which type is introduced?",
        "As shown in the diagram, where is the valve?",
        "What does the following code print?",
        "根据本文，作者是谁？",
        "文中提到了几种动物？",
        "作者认为什么最重要？",
        "如图所示，物体静止时受几个力？",
        "上述代码的输出是什么？",
        "阅读材料，回答问题。",
        "下面这段代码输出什么？",
        "本章介绍了哪种类型？",
    ],
)
def test_a_reference_to_what_is_not_there_is_seen(text: str) -> None:
    assert reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who is the author of Hamlet?",
        "According to the author of 'Walden', where did he live?",
        "According to Ohm's law, what is the current?",
        "Which layer lies above the mantle?",
        "What is the passage of time measured in?",
        "Which of the following is a mammal?",
        "Which tag marks a paragraph of a document?",
        "In the periodic table, which element comes first?",
        "Which article of the constitution protects free speech?",
        'What does the following code print?\n```rust\nprintln!("1");\n```',
        "在中文中，“你好”是什么意思？",
        "上下文切换的代价是什么？",
        "文本文件如何保存字符？",
        "《背影》的作者是谁？",
        "地图中的比例尺表示什么？",
        "以下哪一项是哺乳动物？",
        "复合材料的优点是什么？",
        "图书馆的书如何分类？",
    ],
)
def test_what_everybody_knows_is_no_such_reference(text: str) -> None:
    assert reference(text) == ""


@pytest.mark.parametrize(
    "question",
    [
        single(
            "The code does not compile because", "the value was moved", "the type is unknown", "it is empty"
        ),
        single(
            "When a variable goes out of scope,", "its value is dropped", "it is copied", "nothing happens"
        ),
        single("A value in Rust is stored in a", "variable", "library", "manual"),
        single("当所有者离开作用域时，", "值被释放", "值被复制", "值不变"),
        single("Rust 的包管理器是（ ）。", "Cargo", "npm", "pip"),
        short("Where does the water of clouds come from", "the oceans"),
        single("Which value is 30 in Roman numerals?", "XXX", "XXIX", "XL"),
        single("In which direction does the arrow key move the cursor?", "left", "right", "up"),
        single("Which macro marks code that is not written yet?", "todo!", "panic!", "vec!"),
        stated("When a value goes out of scope, it is dropped.", True),
        single("They ___ at home now.", "are", "is", "was", "be"),
        single("There are three ___ on the mat.", "cats", "cat", "cates", "catses"),
        single("She ____ to Paris tomorrow.", "will go", "go", "went", "gone"),
        single("Which argument comes first?", "item1", "item2", "item3"),
        single("Which words stand for several things?", "ones", "others", "one"),
        cloze("The `{{1}}` method of `std::mpsc::Receiver` waits until it receives a message.", "recv"),
        stated("Select statements read rows of a table.", True),
    ],
    ids=lambda question: question.question,
)
def test_a_question_may_be_ended_by_its_options_and_hold_words_of_all_sorts(question: Question) -> None:
    assert check(question, "", []) == []


@pytest.mark.parametrize(
    "question",
    [
        short("What is the capital of the", "Rome"),
        single("Which of the following", "a cat", "a dog", "a cow"),
        single("The stack and", "the heap", "the disk", "the cache"),
        short("谁写了《春》，", "朱自清"),
        matching("Match.", {"one": "same thing", "two": "same thing"}),
        ordering("Order.", "alpha", "beta"),
        essay("Explain.", "TODO"),
        single("x" * 5000, "one", "two"),
        single("Which?", "y" * 5000, "two"),
    ],
    ids=lambda question: question.question[:40],
)
def test_what_is_not_whole_is_a_fault_of_shape(question: Question) -> None:
    assert "shape" in {fault.rule for fault in check(question, "", [])}
