"""Still more such questions, as a language model would write them.

They were written after the gate had passed all lists before, and run as they stand before anything was
changed for them; what it got wrong then:
3 of the 67 good ones failed, 9 of the 52 bad ones passed, 1 of the 10 pairs was not seen.
"""

from freshet.exercises.fault import Rule
from freshet.exercises.question import Question
from tests.unit.exercises.gate.composed import (
    cloze,
    essay,
    matching,
    multiple,
    numeric,
    ordering,
    short,
    single,
    stated,
)

GOOD: list[Question] = [
    single(
        "What happens when a `String` is assigned to another variable?",
        "The value is moved and the first variable is no longer valid",
        "The heap data is copied automatically",
        "Both variables point to the same valid data",
        "The program panics at run time",
    ),
    single(
        "Why does the borrow checker reject two mutable references to one value?",
        "They could cause a data race",
        "They would use too much memory",
        "They make the program slower",
        "They can't be dropped in order",
    ),
    single(
        "What is the purpose of the `match` expression?",
        "To compare a value with patterns and run the code of the first that fits",
        "To loop over the elements of a collection",
        "To declare a new type with several variants",
        "To import names from another module",
    ),
    single(
        "Which of the following is an example of a renewable resource?",
        "Solar energy",
        "Natural gas",
        "Coal",
        "Uranium",
    ),
    single(
        "During which phase of the water cycle does vapor turn into liquid?",
        "Condensation",
        "Evaporation",
        "Precipitation",
        "Transpiration",
    ),
    single("What is the value of the expression 2 ** 3 in Python?", "8", "6", "9", "5"),
    single(
        "The mitochondrion is often described as what part of the cell?",
        "its power plant",
        "its brain",
        "its warehouse",
        "its skin",
    ),
    single(
        "Which statement best explains why the sky looks blue?",
        "Air scatters short wavelengths more strongly than long ones",
        "The oceans reflect their colour into the air",
        "Ozone absorbs all the red light of the Sun",
        "The Sun emits more blue light than red light",
    ),
    single("How many valence electrons does carbon have?", "4", "2", "6", "8"),
    single(
        "What did the Treaty of Versailles require of Germany?",
        "To pay reparations",
        "To annex Austria",
        "To join the League at once",
        "To keep its colonies",
    ),
    single("In a right triangle with legs 3 and 4, how long is the hypotenuse?", "5", "7", "6", "12"),
    single("Which key opens the developer tools in most browsers?", "F12", "F1", "F5", "F9"),
    single("What is the default value of a `bool` field in Java?", "false", "true", "null", "0"),
    single(
        "What is photosynthesis?",
        "The conversion of light into chemical energy",
        "The breakdown of glucose in the cell",
        "The transport of water through the stem",
        "The division of a cell into two",
    ),
    single("Which organ filters the blood?", "The kidney", "The heart", "The lung", "The stomach"),
    single(
        "When was the Declaration of Independence adopted?",
        "July 4, 1776",
        "July 2, 1776",
        "August 2, 1776",
        "September 3, 1783",
    ),
    single(
        "Which data structure follows the first-in, first-out principle?",
        "A queue",
        "A stack",
        "A tree",
        "A hash map",
    ),
    single("Which keyword is used to define a function in Rust?", "fn", "func", "def", "function"),
    single(
        "What does the `&` symbol create in Rust?",
        "A reference",
        "A pointer to a pointer",
        "A copy",
        "A closure",
    ),
    single("What is the result of mixing red and yellow paint?", "Orange", "Green", "Purple", "Brown"),
    single(
        "A company's revenue is 500 and its costs are 300. What is its profit?", "200", "800", "300", "500"
    ),
    single("Which of these is a Rust integer type?", "isize", "float", "char", "bool"),
    single("Which of the two words is a noun: 'run' or 'quickly'?", "run", "quickly", "both", "neither"),
    single("Which word is missing? Each value in Rust has an _____.", "owner", "alias", "index", "iterator"),
    multiple(
        "Which of the following are types of chemical bonds?", ["ionic", "covalent"], ["thermal", "magnetic"]
    ),
    multiple(
        "Which factors increase the rate of a chemical reaction?",
        ["higher temperature", "a catalyst"],
        ["lower concentration", "larger grains"],
    ),
    stated("The Great Wall of China is not visible to the naked eye from the Moon.", True),
    stated("All squares are rectangles, but not all rectangles are squares.", True),
    stated("The speed of light in vacuum is about 300,000 km/s.", True),
    cloze("The chemical symbol for gold is {{1}}, from the Latin word {{2}}.", "Au", "aurum"),
    cloze("To make a variable mutable, write {{1}} before its name.", "mut"),
    cloze("The first law of thermodynamics states that {{1}} is conserved.", "energy"),
    cloze("World War I began in {{1}} and ended in {{2}}.", "1914", "1918"),
    short("What gas do plants absorb during photosynthesis?", "carbon dioxide", "CO2"),
    short("Which keyword makes a variable mutable?", "mut", "`mut`"),
    short("What is the largest organ of the human body?", "the skin", "skin"),
    short("In which city is the Louvre?", "Paris"),
    numeric("If a dozen eggs cost 3 euros, how much do 4 dozen cost, in euros?", 12, unit="euros"),
    numeric("How many seconds are there in one hour?", 3600, unit="s"),
    numeric("What is the atomic number of oxygen?", 8),
    numeric("Round 3.14159 to two decimal places.", 3.14),
    matching(
        "Match the inventor to the invention.",
        {"Alexander Graham Bell": "telephone", "Thomas Edison": "phonograph", "James Watt": "steam engine"},
    ),
    matching(
        "Match each Rust term with its meaning.",
        {
            "ownership": "rules for managing memory",
            "borrowing": "using a value by reference",
            "lifetime": "scope for which a reference is valid",
        },
    ),
    matching(
        "Match each keyword with its use.",
        {"`let`": "binds a variable", "`fn`": "defines a function", "`mod`": "declares a module"},
    ),
    ordering("Arrange the stages of a butterfly's life.", "egg", "larva", "pupa", "adult"),
    ordering(
        "Put the events of the morning in order.",
        "The alarm rings at 6:30",
        "She takes a shower",
        "She has breakfast",
        "She leaves the house",
    ),
    essay(
        "Analyze the role of symbolism in a poem of your choice.",
        "identifies symbols",
        "explains their effect",
    ),
    single(
        "以下哪种行为会导致所有权的转移？",
        "把变量赋值给另一个变量",
        "打印变量的值",
        "对变量取引用",
        "比较两个变量的大小",
    ),
    single(
        "什么是光合作用？",
        "植物利用光能合成有机物的过程",
        "动物分解食物获得能量的过程",
        "细菌进行无氧呼吸的过程",
        "水分在植物体内运输的过程",
    ),
    single(
        "下列关于细胞的叙述，错误的是？",
        "病毒具有细胞结构",
        "细胞是生命的基本单位",
        "植物细胞有细胞壁",
        "细胞可以分裂",
    ),
    single("中国古代四大发明不包括下列哪一项？", "地动仪", "造纸术", "火药", "指南针"),
    single(
        "“一国两制”中的“两制”指的是什么？",
        "社会主义和资本主义",
        "封建主义和资本主义",
        "社会主义和封建主义",
        "君主制和共和制",
    ),
    single("如果 x = 3，那么 2x + 1 等于多少？", "7", "6", "8", "9"),
    single("在 Python 中，列表的下标从几开始？", "0", "1", "-1", "2"),
    single("秦始皇统一六国是在哪一年？", "公元前221年", "公元前206年", "公元前256年", "公元前247年"),
    single(
        "我国的根本政治制度是什么？",
        "人民代表大会制度",
        "民族区域自治制度",
        "多党合作和政治协商制度",
        "基层群众自治制度",
    ),
    single("文中子是隋朝哪位学者的别号？", "王通", "王勃", "王维", "王绩"),
    single("下列词语中，哪一个是“高兴”的近义词？", "愉快", "悲伤", "愤怒", "平静"),
    stated("地球上的水有97%是海水。", True),
    stated("《西游记》的作者是吴承恩。", True),
    cloze("秦始皇统一六国后，建立了中国历史上第一个{{1}}的封建王朝。", "中央集权"),
    cloze("氧气的化学式是{{1}}，氢气的化学式是{{2}}。", "O2", "H2"),
    short("世界上面积最大的海洋是什么？", "太平洋"),
    numeric("一打鸡蛋有多少个？", 12, unit="个"),
    numeric("正方体有几个面？", 6),
    matching("把作家和作品对应起来。", {"鲁迅": "《呐喊》", "老舍": "《骆驼祥子》", "巴金": "《家》"}),
    ordering("将下列单位由小到大排列。", "毫米", "厘米", "米", "千米"),
]
BAD: list[tuple[Rule, Question]] = [
    (
        "options",
        single("How long does the process take?", "half an hour", "30 minutes", "an hour", "10 minutes"),
    ),
    ("options", single("Which value is right?", "0.25", "1/4", "0.4", "0.5")),
    (
        "options",
        single("Where is data stored?", "on the heap", "On the Heap.", "on the stack", "in a register"),
    ),
    (
        "options",
        single(
            "What does it do?",
            "It does not copy the data",
            "It doesn't copy the data.",
            "It copies the data",
            "It moves the data",
        ),
    ),
    (
        "options",
        single(
            "Which organisation declared the pandemic?",
            "WHO",
            "World Health Organization",
            "UNICEF",
            "the Red Cross",
        ),
    ),
    ("options", single("How many?", "more than ten", "over 10", "ten", "fewer than ten")),
    (
        "options",
        single(
            "Which is it?",
            "a reference that can be changed",
            "A reference which can be changed",
            "a copy of the value",
            "a raw pointer to it",
        ),
    ),
    (
        "options",
        single(
            "In which century?",
            "the 20th century",
            "the twentieth century",
            "the 19th century",
            "the 18th century",
        ),
    ),
    ("options", single("Which?", "apples, pears and plums", "plums, apples and pears", "nuts", "berries")),
    (
        "options",
        multiple(
            "Which statements hold?",
            ["Rust is compiled", "Rust has no GC"],
            ["Rust is compiled.", "Rust is slow"],
        ),
    ),
    ("options", single("以下哪项正确？", "所有选项都正确", "甲是对的", "乙是对的", "丙是对的")),
    ("options", single("这件事发生在哪一年？", "1949年", "一九四九年", "1950年", "1951年")),
    ("options", single("速度是多少？", "每小时60公里", "60公里每小时", "每小时50公里", "每小时70公里")),
    ("options", single("他怎么做？", "他没有去", "他没去", "他去了", "他不知道")),
    ("options", single("结果是什么？", "程序崩溃", "程式崩潰", "程序正常", "程序很慢")),
    (
        "giveaway",
        single(
            "Which process do we call 'evaporation', in which water evaporates?",
            "evaporation",
            "melting",
            "freezing",
            "boiling",
        ),
    ),
    (
        "giveaway",
        single(
            "What is the function of red blood cells?",
            "They carry oxygen from the lungs to the tissues and carbon dioxide back to the lungs",
            "They fight germs",
            "They clot",
            "They store fat",
        ),
    ),
    (
        "giveaway",
        single(
            "Small pieces of data that web sites store in the browser are called",
            "cookies",
            "cache",
            "history",
            "session",
        ),
    ),
    (
        "giveaway",
        single(
            "Who discovered penicillin?",
            "Alexander Fleming (a Scottish physician, in 1928 at St Mary's Hospital)",
            "Marie Curie",
            "Louis Pasteur",
            "Robert Koch",
        ),
    ),
    (
        "giveaway",
        single(
            "红细胞的主要功能是什么？",
            "运输氧气和二氧化碳，把肺部吸入的氧气送到全身各个组织细胞",
            "免疫",
            "凝血",
            "消化",
        ),
    ),
    ("giveaway", short("Paris is the capital of France. Name the capital of France.", "Paris")),
    ("giveaway", cloze("A linked list consists of nodes. Each {{1}} points to the next one.", "node")),
    (
        "giveaway",
        cloze(
            "{{1}} is the process by which plants make food. During photosynthesis, oxygen is released.",
            "Photosynthesis",
        ),
    ),
    ("giveaway", cloze("光合作用在叶绿体中进行，所以{{1}}是植物的能量工厂。", "叶绿体")),
    (
        "giveaway",
        numeric(
            "How many degrees do the angles of a triangle add up to, if they add up to 180 degrees?",
            180,
            unit="degrees",
        ),
    ),
    ("giveaway", ordering("Order the steps.", "Step 1: plan", "Step 2: build", "Step 3: test")),
    ("giveaway", stated("地球围绕太阳转。（对）", True)),
    ("giveaway", single("中国的首都是北京。中国的首都是哪里？", "北京", "上海", "天津", "重庆")),
    ("key", numeric("How many moons has Mars?", 2, tolerance=5)),
    (
        "key",
        multiple(
            "Select the two correct statements.",
            ["one thing", "another thing", "a third thing"],
            ["nonsense"],
        ),
    ),
    ("key", matching("Match.", {"H2O": "water", "NaCl": "salt", "salt water": "Salt"})),
    ("key", ordering("Order.", "wake up", "eat", "Wake up", "sleep")),
    ("key", short("What is it?", "")),
    ("key", cloze("The {{1}} is big.", " ")),
    ("key", matching("配对。", {"首都": "北京", "省会": "成都"}, ("北京",))),
    (
        "shape",
        single(
            "According to the author, what is the main benefit of exercise?", "health", "fun", "money", "fame"
        ),
    ),
    ("shape", single("Which of these is described in this chapter?", "loops", "maps", "sets", "trees")),
    ("shape", single("What does the following code print?", "1", "2", "3", "4")),
    ("shape", single("Look at the picture below. What animal is it?", "cat", "dog", "cow", "pig")),
    ("shape", short("What is meant by 'it' in paragraph 2? See the text.", "the dog")),
    ("shape", single("作者在文章中主要想表达什么？", "思乡之情", "爱国之情", "友情", "爱情")),
    ("shape", single("根据上面的短文，下列哪项正确？", "甲", "乙", "丙", "丁")),
    ("shape", single("下图中的动物是什么？", "猫", "狗", "牛", "羊")),
    ("shape", short("阅读材料，回答：谁是主人公？", "小明")),
    ("shape", stated("Does Rust have a garbage collector?", False)),
    ("shape", stated("下列哪个是行星", True)),
    ("shape", stated("Explain the rules of ownership.", True)),
    ("shape", cloze("Rust has no garbage collector.", "x")),
    ("shape", single("???", "a1", "b1", "c1")),
    ("shape", essay("   ", "x1")),
    ("shape", single("What is the capital of France", "Paris", "", "Rome", "Oslo")),
    ("shape", multiple("Which are right? [insert options]", ["alpha"], ["beta"])),
]
ALIKE: list[tuple[Question, Question]] = [
    (
        single("What is the boiling point of water at sea level?", "100 °C", "90 °C"),
        numeric("At sea level, what is the boiling point of water in °C?", 100, unit="°C"),
    ),
    (
        short("Who painted the Mona Lisa?", "Leonardo da Vinci"),
        single("The Mona Lisa was painted by whom?", "Leonardo da Vinci", "Raphael"),
    ),
    (cloze("Water boils at {{1}} °C.", "100"), cloze("Water boils at {{1}} degrees Celsius.", "100")),
    (
        stated("Every value in Rust has a single owner.", True),
        stated("In Rust, every value has a single owner.", True),
    ),
    (
        single("Which organelle produces energy in the cell?", "mitochondrion", "nucleus"),
        single("In the cell, energy is produced by which organelle?", "the mitochondrion", "the ribosome"),
    ),
    (
        single("世界上最高的山峰是哪座？", "珠穆朗玛峰", "乔戈里峰"),
        short("哪座山峰是世界上最高的？", "珠穆朗玛峰"),
    ),
    (stated("水在100℃沸腾。", True), stated("水在一百摄氏度沸腾。", True)),
    (cloze("中国的首都是{{1}}。", "北京"), short("中国的首都是哪里？", "北京")),
    (
        essay("Explain how ownership works in Rust.", "r1"),
        essay("Explain how ownership in Rust works.", "r1"),
    ),
    (
        numeric("How many days are there in a week?", 7),
        short("How many days does a week have?", "7", "seven"),
    ),
]
UNLIKE: list[tuple[Question, Question]] = [
    (
        single("Who painted the Mona Lisa?", "Leonardo da Vinci", "Raphael"),
        single("Who painted The Last Supper?", "Leonardo da Vinci", "Raphael"),
    ),
    (
        numeric("In which year did World War I begin?", 1914),
        numeric("In which year did World War I end?", 1918),
    ),
    (
        single("What is the boiling point of water?", "100 °C", "0 °C"),
        single("What is the freezing point of water?", "0 °C", "100 °C"),
    ),
    (stated("The nucleus contains DNA.", True), stated("The nucleus contains RNA.", True)),
    (
        cloze("In 1789 the French {{1}} began.", "Revolution"),
        cloze("In 1917 the Russian {{1}} began.", "Revolution"),
    ),
    (
        single("Which keyword starts a loop that runs while a condition holds?", "while", "for"),
        single("Which keyword starts a loop over a collection?", "for", "while"),
    ),
    (single("北京是哪个国家的首都？", "中国", "日本"), single("东京是哪个国家的首都？", "日本", "中国")),
    (numeric("三角形有几条边？", 3), numeric("三角形有几个角？", 3)),
    (stated("所有的正方形都是矩形。", True), stated("所有的矩形都是正方形。", False)),
    (cloze("水由氢和{{1}}组成。", "氧"), cloze("水由{{1}}和氧组成。", "氢")),
    (
        essay("Discuss the causes of World War I.", "c1"),
        essay("Discuss the consequences of World War I.", "c1"),
    ),
    (
        matching("Match the capitals.", {"Spain": "Madrid", "Italy": "Rome"}),
        matching("Match the capitals.", {"Peru": "Lima", "Chile": "Santiago"}),
    ),
]
