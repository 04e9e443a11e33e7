"""English cases of all closed types."""

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

_CAPITAL = single("What is the capital of France?", "Lyon", "Paris", "Marseille", "Nice", key="B")
_LOOP = single("Which loop runs at least once?", "for", "while", "do while", key="C", points=3)
_COBALT = single("What is the symbol of cobalt?", "CO", "Co", "C", "Ni", key="B")
_PRIMES = multiple("Which numbers are prime?", "2", "4", "7", "9", keys="AC", points=2)
_GASES = multiple(
    "Which are noble gases?", "helium", "oxygen", "neon", "argon", "chlorine", keys="ACD", points=3
)
_BOIL = true_false("Water boils at a lower temperature on a mountain.", key=True)
_FLAT = true_false("HTTP is a stateful protocol.", key=False)
_OWNER = cloze(
    "In Rust each value has one {{1}}; when it goes out of scope, it is {{2}}.", "owner", "dropped|freed"
)
_CELL = cloze("The {{1}} is the powerhouse of the cell.", "mitochondrion|mitochondria")
_DAYS = cloze("A leap year has {{1}} days, February then has {{2}}.", "366", "29")
_PLANT = short("By which process do plants make sugar?", "photosynthesis", half="light reaction", points=2)
_LANGUAGE = short("In which language is LLVM written?", "C++")
_SEARCH = short("Which search visits all neighbours first?", "breadth-first search", "BFS")
_COMPARE = short("Write the Rust expression: a is not b.", "a != b")
_VALUE = short("To which value does 7 - 12 evaluate?", "-5")
_VERSION = short("Which version introduced it?", "3.10")
_AUTHOR = short("Who wrote Hamlet?", "William Shakespeare", "Shakespeare")
_MACRO = short("Which macro prints a line?", "println!")
_STARS = short("What do the plants give off?", "*oxygen*", wildcards=True)
_PI = numeric("Give pi to two decimals.", 3.14, 0.005)
_THIRD = numeric("What is 2/3 - 1/3?", 1 / 3)
_ROAD = numeric("How long is the road, in km?", 12.5, 0.1, "km")
_PRICE = numeric("What does it cost?", 1250, 0, "$")
_SHARE = numeric("Which share of the Earth is covered by water?", 71, 1, "%")
_MOLE = numeric("How many particles has a mole?", 6.022e23, 1e20)
_COLD = numeric("At which temperature are both scales equal?", -40)
_MANY = numeric("How many days has a week?", 7)
_HALF = numeric("What is the probability of heads?", 0.5)
_COUNTRIES = matching(
    "Which capital belongs to which country?",
    ("France", "Paris"),
    ("Italy", "Rome"),
    ("Japan", "Tokyo"),
    ("Egypt", "Cairo"),
    spare=("Berlin",),
)
_KINGDOMS = matching("Plant or animal?", ("oak", "plant"), ("cat", "animal"), ("fern", "plant"))
_MITOSIS = ordering(
    "Put the phases of mitosis in order.", "CADB", "prophase", "metaphase", "anaphase", "telophase"
)
_WARS = ordering("Put in order of time.", "BDACE", "Marathon", "Cannae", "Hastings", "Waterloo", "Verdun")

ENGLISH = [
    *right(
        _CAPITAL,
        "B",
        "b",
        "Ｂ",
        " B ",
        "B.",
        "(b)",
        "B)",
        "Paris",
        "PARIS",
        "paris.",
        "B. Paris",
        ["B"],
        "Answer: B",
    ),
    *wrong(_CAPITAL, "A", "Lyon", "London", "", None, "   ", "I don't know", "Paris or Lyon"),
    *right(_LOOP, "c", "do while", "Do  While"),
    *wrong(_LOOP, "while", "a"),
    *right(_COBALT, "Co", " Co", "B. Co", "B) CO"),  # to the letter, where only that tells them apart
    *wrong(_COBALT, "CO", "A. CO", "co", "C"),
    *right(
        _PRIMES, ["A", "C"], ["C", "A"], "A,C", "AC", "a c", "A and C", "A; C", ["2", "7"], ["a", "c", "a"]
    ),
    *partly(_PRIMES, (["A"], 1), ("C", 1), (["A", "B", "C"], 1)),
    *wrong(_PRIMES, [], ["B"], ["A", "B"], ["A", "B", "C", "D"], "BD", None, "all of them"),
    *right(_GASES, "Helium, Neon, Argon", "ADC", ["helium", "neon", "argon"]),
    *partly(_GASES, (["A", "C"], 2), (["D"], 1), (["A", "C", "D", "B"], 1.5)),
    *wrong(_GASES, ["B", "E"], ["A", "B"]),
    *right(_BOIL, True, "true", "T", "yes", "TRUE", "Ｔrue", " true ", "1", "True."),
    *wrong(_BOIL, False, "false", "F", "no", "maybe", "", None),
    *right(_FLAT, False, "False", "f", "wrong", "incorrect"),
    *wrong(_FLAT, True, "correct"),
    *right(
        _OWNER,
        {"1": "owner", "2": "dropped"},
        ["Owner", "DROPPED"],
        {"1": " owner ", "2": "freed"},
        "owner; dropped",
    ),
    *partly(
        _OWNER,
        ({"1": "owner"}, 1),
        ({"1": "owner", "2": ""}, 1),
        (["borrower", "freed"], 1),
        ({"2": "dropped.", "1": None}, 1),
    ),
    *wrong(_OWNER, {"1": "dropped", "2": "owner"}, {}, [], {"1": "", "2": None}),
    *right(_CELL, "mitochondria", {"1": "Mitochondrion"}, ["mitochondrion."], "“mitochondria”"),
    *wrong(_CELL, "nucleus", "mitochondrial DNA", {"1": ""}),
    *right(_DAYS, ["366", "29"], [366, 29], {"1": "３６６", "2": "twenty-nine"}),
    *partly(_DAYS, (["365", "29"], 1), ([366, 28], 1)),
    *right(
        _PLANT,
        "photosynthesis",
        "Photosynthesis",
        " PHOTOSYNTHESIS. ",
        "ｐｈｏｔｏｓｙｎｔｈｅｓｉｓ",
        '"photosynthesis"',
        "Photo\u00adsynthesis",
    ),
    *partly(_PLANT, ("light reaction", 1), ("Light-reaction", 1)),
    *wrong(_PLANT, "respiration", "photo", "photosynthesis and respiration", "", None),
    *right(_LANGUAGE, "C++", "c++", "C ++", "Ｃ＋＋", "C++."),
    *wrong(_LANGUAGE, "C", "C#", "C+", "cpp"),
    *right(_SEARCH, "bfs", "Breadth First Search", "breadth-first  search", "breadth‐first search"),
    *wrong(_SEARCH, "depth-first search", "breadth", "DFS"),
    *right(_COMPARE, "a != b", "a!=b", "a ≠ b"),
    *wrong(_COMPARE, "a == b", "a = b", "b != a", "a ! b"),
    *right(_VALUE, "-5", "−5", "- 5", -5),
    *wrong(_VALUE, "5", 5, "5-", "--5"),
    *right(_VERSION, "3.10", "３.１０", "3.10."),
    *wrong(_VERSION, "3.1", "310", "3,10,0"),
    *right(_AUTHOR, "shakespeare", "William  Shakespeare", "WILLIAM SHAKESPEARE"),
    *wrong(_AUTHOR, "Marlowe", "William", "Shakespear"),
    *right(_MACRO, "println!", "PRINTLN!", "`println!`"),
    *wrong(_MACRO, "println", "print!"),
    *right(_STARS, "oxygen", "They give off oxygen.", "Oxygen and water"),
    *wrong(_STARS, "carbon dioxide", "oxy gen"),
    *right(_PI, 3.14, "3.14", "3.145", "3.135", "３.１４", "3,14", "+3.14", "22/7"),
    *wrong(_PI, "3.1", 3.2, "314", "pi", "", "three point"),
    *right(_THIRD, "1/3", 1 / 3, "2/6"),
    *wrong(_THIRD, "0.3", "1/0", "3/1"),
    *right(_ROAD, 12.5, "12.5", "12.5 km", "12.6km", "12.4 KM", "12.5 kilometres", "12 1/2 km"),
    *wrong(_ROAD, "12.5 miles", "12.5 m", "12.61", "12500 m", "km"),
    *right(_PRICE, "1250", "1,250", "$1,250", "1 250", "$1250.00", "1.25e3", "1250 dollars", "1.25×10^3"),
    *wrong(_PRICE, "1,25", "€1250", "-1250", "12,50"),
    *right(_SHARE, 71, "71%", "70 %", "seventy-one percent", "72"),
    *wrong(_SHARE, "0.71", "29%"),
    *right(_MOLE, "6.022e23", "6.022 x 10^23", "6.022×10²³", 6.022e23),
    *wrong(_MOLE, "6.022e22", "6.022e999999999", "9" * 400),
    *right(_COLD, "-40", "−40", -40.0, "minus 40", "minus forty"),
    *wrong(_COLD, 40, "forty", "- - 40"),
    *right(_MANY, 7, "seven", "7 days", "Seven days."),
    *wrong(_MANY, "7 weeks", "77"),
    *right(_HALF, "0.5", ".5", "1/2", "½", "50%", 0.1 + 0.4),
    *wrong(_HALF, "1:2", "5"),
    *right(
        _COUNTRIES,
        {"1": "A", "2": "B", "3": "C", "4": "D"},
        ["A", "B", "C", "D"],
        {"France": "paris", "Italy": "rome", "Japan": "tokyo", "Egypt": "cairo"},
        "1-A, 2-B, 3-C, 4-D",
    ),
    *partly(
        _COUNTRIES, ({"1": "A"}, 1), ({"1": "B", "2": "A", "3": "C", "4": "D"}, 2), (["A", "B", "C", "E"], 3)
    ),
    *wrong(_COUNTRIES, {"1": "B", "2": "C", "3": "D", "4": "A"}, {}, {"1": "Atlantis"}, None),
    *right(_KINGDOMS, {"1": "A", "2": "B", "3": "A"}, {"1": "plant", "2": "animal", "3": "Plant"}),
    *partly(
        _KINGDOMS,
        (["A", "A", "A"], 2),
    ),
    *right(
        _MITOSIS,
        ["C", "A", "D", "B"],
        "CADB",
        "c, a, d, b",
        "C > A > D > B",
        ["Prophase", "metaphase", "anaphase", "telophase"],
    ),
    *partly(
        _MITOSIS,
        (["A", "C", "D", "B"], 2),
        (["B", "C", "A", "D"], 2),
        (["C", "A"], 1),
        (["A", "C", "B", "D"], 1),
    ),
    *wrong(_MITOSIS, ["B", "D", "A", "C"], [], None, ["C"], "CCCC"),
    *right(_WARS, "B→D→A→C→E"),
    *partly(_WARS, ("BDAEC", 3), ("EBDAC", 3), ("DBCAE", 2)),
]
