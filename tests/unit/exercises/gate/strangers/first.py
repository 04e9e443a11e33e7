"""Questions by somebody who has not read the rules: good ones, bad ones, pairs that ask the same or don't.

They were written after the gate had passed all lists before, and run as they stand before anything was
changed for them; what it got wrong then:
6 of the 40 bad ones passed.
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
        "What does the acronym TCP stand for?",
        "Transmission Control Protocol",
        "Transfer Connection Protocol",
        "Transport Carrier Program",
        "Terminal Control Process",
    ),
    single(
        "Which gland produces insulin?",
        "the pancreas",
        "the thyroid",
        "the pituitary gland",
        "the adrenal gland",
    ),
    single(
        "Which gland produces growth hormone?",
        "the pituitary gland",
        "the thyroid",
        "the pancreas",
        "the adrenal gland",
    ),
    single(
        "In economics, what happens to demand when the price of a normal good rises?",
        "It falls",
        "It rises",
        "It stays constant",
        "It first falls and then rises",
    ),
    single(
        "What is the time complexity of binary search on a sorted array?",
        "O(log n)",
        "O(n)",
        "O(n log n)",
        "O(1)",
    ),
    single(
        "Which git command records staged changes in the repository?",
        "git commit",
        "git add",
        "git push",
        "git stash",
    ),
    single("What is 3/4 as a decimal fraction?", "0.75", "0.34", "0.43", "1.33"),
    single(
        "Which interval lies between C and G?",
        "a perfect fifth",
        "a perfect fourth",
        "a major third",
        "a minor sixth",
    ),
    single(
        "Who painted the ceiling of the Sistine Chapel?",
        "Michelangelo",
        "Leonardo da Vinci",
        "Raphael",
        "Sandro Botticelli",
    ),
    single(
        "What is the main difference between a process and a thread?",
        "Threads of one process share its memory",
        "A process can't start any threads",
        "Threads always run on several machines",
        "A process is a part of a thread",
    ),
    single(
        "Why did the Roman Republic turn into an empire?",
        "Civil wars concentrated power in one man",
        "The Senate voted to abolish all elections",
        "Foreign kings conquered the city",
        "The plebeians left Italy for good",
    ),
    single(
        "Which of the following best describes osmosis?",
        "Water moves through a membrane to the side with more solutes",
        "Salt moves through a membrane to the side with more water",
        "Gas escapes from a liquid that is heated",
        "Proteins are pumped out of the cell by ATP",
    ),
    single(
        "An unbalanced force acts on a body. What does it change?",
        "The body's velocity",
        "The body's mass",
        "The body's charge",
        "The body's volume",
    ),
    single(
        "What does the SQL statement `DELETE FROM t` do?",
        "It removes every row of t",
        "It removes the table t",
        "It removes one column of t",
        "It empties the database",
    ),
    single(
        "Which layer of the Earth lies directly below the crust?",
        "the mantle",
        "the outer core",
        "the inner core",
        "the lithosphere's plate",
    ),
    single(
        "Which sentence is punctuated correctly?",
        "It's cold today.",
        "Its cold today.",
        "Its' cold today.",
        "It,s cold today.",
    ),
    single("Which of these fractions is in lowest terms?", "1/2", "2/4", "3/6", "4/8"),
    multiple("Which of these are vowels in English?", ["a", "e"], ["b", "t"]),
    multiple(
        "Which vitamins are fat-soluble?",
        ["vitamin A", "vitamin D", "vitamin K"],
        ["vitamin C", "vitamin B12"],
    ),
    stated("Neither copper nor silver is attracted by an ordinary magnet.", True),
    stated("Every prime number is odd.", False),
    stated("How a protein folds depends on the order of its amino acids.", True),
    cloze(
        "Napoleon was defeated at {{1}} in 1815 and died in exile on {{2}} in 1821.",
        "Waterloo",
        "Saint Helena",
    ),
    cloze(
        "In Python, the keyword {{1}} defines a function, and {{2}} hands back its result.", "def", "return"
    ),
    short("What is the opposite of a mutable variable called?", "immutable", "an immutable variable"),
    short("Who wrote the novel Frankenstein?", "Mary Shelley", "Shelley"),
    numeric("What is the sum of 40 and 60?", 100),
    numeric("A rectangle is 5 cm wide and has an area of 25 cm². How long is it in cm?", 5, unit="cm"),
    numeric("How many chromosomes does a human body cell have?", 46),
    matching(
        "Match each scientist with a discovery.",
        {"Marie Curie": "radium", "Alexander Fleming": "penicillin", "James Chadwick": "the neutron"},
        ("the electron",),
    ),
    matching("Match each symbol with its element.", {"Na": "sodium", "K": "potassium", "Fe": "iron"}),
    ordering(
        "Arrange the events from earliest to latest.",
        "fall of Constantinople",
        "Columbus reaches America",
        "Luther's theses",
        "Thirty Years' War",
    ),
    essay(
        "Compare the causes of the two world wars.",
        "names causes of each war",
        "points out a difference",
        "draws a conclusion",
    ),
    single("“床前明月光”出自哪位诗人的作品？", "李白", "杜甫", "白居易", "王维"),
    single("下列哪个选项是酸性溶液的 pH 值？", "3", "7", "9", "14"),
    single(
        "牛顿第一定律又被称为什么定律？", "惯性定律", "万有引力定律", "能量守恒定律", "作用力与反作用力定律"
    ),
    single(
        "人民币升值通常对中国的出口有什么影响？", "不利于出口", "有利于出口", "没有影响", "使出口完全停止"
    ),
    single(
        "在地图中，比例尺的作用是什么？",
        "表示图上距离与实际距离之比",
        "表示地面物体的高度",
        "说明图中颜色的含义",
        "指示正北的方向",
    ),
    single("TCP 三次握手的第二步，服务器发送的是什么报文？", "SYN+ACK", "SYN", "ACK", "FIN"),
    single("唐朝的都城长安位于今天的哪座城市？", "西安", "洛阳", "南京", "北京"),
    multiple("下列物质中，哪些属于纯净物？", ["蒸馏水", "氧气"], ["空气", "海水"]),
    stated("水结冰后体积变大，密度变小。", True),
    stated("并非所有的细菌都对人体有害。", True),
    cloze("1840年爆发的{{1}}战争以《{{2}}》的签订告终。", "鸦片", "南京条约"),
    cloze("在 SQL 中，用 `{{1}}` 子句对结果进行排序。", "ORDER BY"),
    short("成语“守株待兔”出自哪部典籍？", "韩非子", "《韩非子》"),
    short("人体最大的器官是什么？", "皮肤"),
    numeric("一个正方形的边长为 4 厘米，它的面积是多少平方厘米？", 16, unit="平方厘米"),
    numeric("中国有多少个省级行政区？", 34),
    matching(
        "把下列节日与其习俗对应起来。", {"端午节": "赛龙舟", "中秋节": "赏月", "重阳节": "登高"}, ("放风筝",)
    ),
    ordering("按照由近及远的顺序排列行星（相对太阳）。", "水星", "金星", "地球", "火星"),
    essay("请谈谈你对“绿水青山就是金山银山”的理解。", "解释这句话的含义", "结合实例说明"),
]

BAD: list[tuple[Rule, Question]] = [
    (
        "options",
        single("How many minutes are there in two hours?", "120", "60", "one hundred and twenty", "90"),
    ),
    ("options", single("What share of the class passed?", "a quarter", "25 %", "a half", "three quarters")),
    (
        "options",
        single(
            "Which colours does the flag have?",
            "red and white",
            "white and red",
            "blue and white",
            "green and white",
        ),
    ),
    (
        "options",
        single(
            "What is the effect of inflation on money?",
            "It loses value",
            "it loses its value.",
            "It gains value",
            "Nothing changes",
        ),
    ),
    ("options", single("光在真空中一秒钟大约走多远？", "30万千米", "300000公里", "3万千米", "3千米")),
    ("options", single("鲁迅的原名是什么？", "周树人", "周樹人", "周作人", "沈从文")),
    ("options", single("这种药每天要吃几次？", "三次", "3 次", "两次", "一次")),
    ("options", multiple("Which are renewable?", ["wind", "sun"], ["coal", "Coals", "oil"])),
    (
        "options",
        single(
            "Which statement about RAM is correct?",
            "It is volatile",
            "It is permanent",
            "It is read-only",
            "Both A and C",
        ),
    ),
    ("options", single("下列说法正确的是？", "地球是行星", "太阳是行星", "月亮是恒星", "以上说法均不正确")),
    (
        "giveaway",
        single(
            "What is the role of the judiciary?",
            "To interpret the laws and to decide disputes about them independently of the other branches",
            "To make laws",
            "To collect taxes",
            "To lead the army",
        ),
    ),
    (
        "giveaway",
        single(
            "What is a baker called who bakes bread? He is called a baker of bread.",
            "baker",
            "butcher",
            "tailor",
            "smith",
        ),
    ),
    ("giveaway", single("The longest bone of the human body is called a", "femur", "ulna", "ilium", "incus")),
    (
        "giveaway",
        single(
            "植物的光合作用制造有机物并释放氧气。植物通过什么作用制造有机物？",
            "光合作用",
            "呼吸作用",
            "蒸腾作用",
            "吸收作用",
        ),
    ),
    (
        "giveaway",
        single(
            "为什么天空是蓝色的？",
            "因为空气分子对波长较短的蓝光散射作用更强，使人从各个方向看到的散射光以蓝色为主",
            "因为海洋是蓝的",
            "因为太阳是蓝的",
            "因为云是蓝的",
        ),
    ),
    ("giveaway", cloze("Photosynthesis needs light. Without light, {{1}} stops.", "photosynthesis")),
    ("giveaway", cloze("{{1}}是中国的首都，北京的人口超过两千万。", "北京")),
    (
        "giveaway",
        short(
            "The Nile is the longest river of Africa. What is the longest river of Africa?",
            "the Nile",
            "Nile",
        ),
    ),
    ("giveaway", short("《西游记》的作者吴承恩是明代人。《西游记》的作者是谁？", "吴承恩")),
    (
        "giveaway",
        numeric("There are 206 bones in the adult body. How many bones are in the adult body?", 206),
    ),
    (
        "giveaway",
        ordering(
            "Put the steps of making tea in order.",
            "First, boil the water",
            "Then put in the leaves",
            "Let it draw",
            "Finally, pour it",
        ),
    ),
    ("giveaway", stated("The Moon orbits the Earth (true).", True)),
    (
        "key",
        single("Which number is even?", "four", "three", "five", "seven").model_copy(update={"options": []}),
    ),
    (
        "key",
        multiple("Which three of these are primary colours?", ["red", "blue"], ["green", "brown", "black"]),
    ),
    ("key", numeric("How tall is Mount Everest in metres?", 8849, tolerance=9000, unit="m")),
    ("key", short("How many strings has a violin?", "4", "6")),
    ("key", matching("Match.", {"dog": "mammal", "Dogs": "animal", "trout": "fish"})),
    ("key", ordering("排列下列年代。", "1911年", "一九一一年", "1949年", "1978年")),
    ("key", matching("配对。", {"水": "H2O", "二氧化碳": "CO2"}, ("h2o",))),
    (
        "shape",
        single("In the passage, why does the king leave?", "to hunt", "to fight", "to hide", "to rest"),
    ),
    (
        "shape",
        single(
            "What does the author think about money?",
            "It corrupts",
            "It frees",
            "It bores him",
            "It is useful",
        ),
    ),
    ("shape", single("What is the output of the code above?", "1", "2", "3", "4")),
    ("shape", short("文中提到的第二个原因是什么？", "气候")),
    ("shape", single("结合上文，作者为什么感到悲伤？", "离别", "生病", "贫困", "战乱")),
    ("shape", stated("Is Rust a compiled language", True)),
    ("shape", stated("地球是不是太阳系中最大的行星", False)),
    ("shape", cloze("The {{1}} {{2}} {{3}} {{4}}.", "cat", "sat", "down", "there")),
    ("shape", single("TODO: write a question about enzymes", "lactase", "glucose", "starch", "water")),
    ("shape", single("Which of these is a reptile?", "snake", "Option B", "Option C", "Option D")),
    ("shape", short("What is the capital of", "Rome")),
]

ALIKE: list[tuple[Question, Question]] = [
    (
        single("What is the capital of Australia?", "Canberra", "Sydney", "Perth"),
        short("Which city is Australia's capital?", "Canberra"),
    ),
    (
        single("Which element has the atomic number 1?", "hydrogen", "helium", "lithium"),
        single("The atomic number 1 belongs to which element?", "Hydrogen", "Oxygen", "Carbon"),
    ),
    (
        cloze("The heart pumps {{1}} through the body.", "blood"),
        cloze("Through the body, the heart pumps {{1}}.", "blood"),
    ),
    (
        stated("Water boils at 100 °C at sea level.", True),
        stated("At sea level, water boils at 100 degrees Celsius.", True),
    ),
    (
        numeric("How many sides does a hexagon have?", 6),
        single("How many sides has a hexagon?", "6", "5", "8"),
    ),
    (single("中国的首都是哪座城市？", "北京", "上海", "广州"), short("哪个城市是中国的首都？", "北京")),
    (cloze("水的化学式是{{1}}。", "H2O"), short("水的化学式是什么？", "H2O")),
    (stated("鲸鱼是哺乳动物。", True), stated("鲸鱼属于哺乳动物。", True)),
    (numeric("一年有多少个月？", 12), short("一年有几个月？", "12", "十二")),
    (
        matching("Match the capitals.", {"Spain": "Madrid", "Italy": "Rome", "Peru": "Lima"}),
        matching(
            "Which capital belongs to which country?",
            {"Italy": "Rome", "Spain": "Madrid", "Chile": "Santiago"},
        ),
    ),
]

UNLIKE: list[tuple[Question, Question]] = [
    (
        single("Which gland produces insulin?", "the pancreas", "the thyroid"),
        single("Which gland produces glucagon?", "the pancreas", "the thyroid"),
    ),
    (stated("Bats are mammals.", True), stated("Whales are mammals.", True)),
    (numeric("How many days does April have?", 30), numeric("How many days does June have?", 30)),
    (cloze("Paris is the capital of {{1}}.", "France"), cloze("{{1}} is the capital of France.", "Paris")),
    (
        single("Which of these is a mammal?", "whale", "shark"),
        single("Which of these is not a mammal?", "shark", "whale"),
    ),
    (stated("The heap is slower than the stack.", True), stated("The stack is slower than the heap.", False)),
    (single("法国的首都是哪里？", "巴黎", "里昂"), single("德国的首都是哪里？", "柏林", "波恩")),
    (stated("金属受热膨胀。", True), stated("金属遇冷收缩。", True)),
    (single("下列属于哺乳动物的是？", "鲸", "鲨鱼"), single("下列不属于哺乳动物的是？", "鲨鱼", "鲸")),
    (short("谁发现了镭？", "居里夫人"), short("谁发现了青霉素？", "弗莱明")),
    (cloze("木星是太阳系中最大的{{1}}。", "行星"), stated("木星是太阳系中最大的行星。", True)),
    (essay("Explain how ownership works.", "rules"), essay("Explain how lifetimes work.", "rules")),
]
