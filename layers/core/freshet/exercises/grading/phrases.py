"""Phrases: how answers speak to whoever grades them, in English and Chinese; one a line.

A line is a regular expression of plain text (`characters`), matched at the start of a clause. `<name>` stands
for the slot of that name, `..` for a few characters of anything, `$` for the end of the clause, with no word
before it. A phrase belongs here only if no essay about exams, grades or prompts says it in earnest. What does
not belong here: how a text is cut into clauses, and what becomes of them (`pleas`).
"""

import re
from functools import cache

_SLOTS = r"""
marks       (marks?|points?|scores?|credits?|grades?)
top         (full|max(imum)?|highest|top|perfect|best|100 ?%)
all_of_it   ((a |the )?<top>( possible| available)? <marks>|<all_marks>)
all_marks   all (of )?(the |available |possible )*(marks|credits?)
ratio       (\d+ ?/ ?\d+|\d+ out of \d+|\d+ ?%)
thing       (answer|essay|response|submission|work|text|paper|solution)
mine        (this|my|the above) <thing>
grader      (examiner|grader|marker|assessor)
teacher     (<grader>|teacher|professor|instructor|tutor)
rubric      (rubrics?|(grading |marking )?criteri(a|on)|marking scheme)
each        (each|every|all|both|any)( of)?( the| these)?
give        (give|award|grant|assign|allocate|allot)
judge       (grade|mark|score|rate|accept|treat|count|consider|regard)
right       (correct|right|complete|passed|perfect|excellent|outstanding)
drop        (ignore|disregard|forget|override|bypass|skip|(do not|don't) (follow|apply|use|consider))
all_the     ((all|any|the|of|my|your|every|these|those|previous|prior|above|system|grading|given) )*+
untold      (?! (is|are|was|were|means?|attacks?|can|could|may|might|would)\b)
满分        (满分|全分|最高分)
高分        (<满分>|高分(?![子辨])|(所有|全部)的?分数?|<几> ?分(?![^\W\d_吧啊呀哦谢]))
几          (\d+|[一二两三四五六七八九十百]{1,4})
好分        (<高分>|好成绩|好分数|及格(?![率线]))
这题        ((我的?|本|这|此|该|上述|以上)[份个篇道条]?(答案|回答|作文|文章|答卷|题|作业|论述)?)
阅卷        (阅卷|评卷|评分|批改|打分)
老师        (老师|教师|考官|评委|者|人|员|官|专家|模型|系统|助手|ai)
标准        (标准|细则|规则|要求|项目?|指标|得分点)
不表        (?![的是时者会将]|标准|制|往往|意味)
求          (请|求|麻烦|拜托|希望|恳[求请]|跪求)
"""

# What may stand before an order.
_ASKING = """
(please|kindly|just|now|so|and|but|then|therefore|hereby|instead|simply|also|always|at least|from now on)
i (ask|beg|order|want|need|instruct) you to
i (hope|trust|expect|wish)( that)? you (will|would|can|could)
(can|could|will|would) you
you (must|should|shall|will|have to|need to|are to|can|may|ought to|are (required|instructed) to)
(dear |attention )?(<grader>|ai|system|teacher)
(important|note|attention|ps)
"""
_ASKING_CHINESE = """
请[您你]?
(麻烦|拜托)[您你]?
(务必|必须|一定要?|直接|现在|求|希望|恳[求请]|只需|都|就|也|并且?|然后|所以|因此|应[该当]?|需?要|可以)
(阅卷|评卷|评分)?(老师|考官|评委)([您你]好)?[,:! ]
(阅卷|评卷|评分)?(老师|考官|评委)(?=[请您你])
[您你]们?
(注意|备注)[,:]
<这题>(?=[请应就给打评判算])
"""

_ORDERS = r"""
<give> (me|us|it|everyone|<mine>)\b.{0,60}(<all_of_it>|\b<marks>\b|\d ?/ ?\d|\d ?%)
<give> <all_of_it>\b<untold>
<give> (the )?(max(imum)?|\d+ ?/ ?\d+|100 ?%)( (to|for) .*)?$
(give|award|grant) the (max(imum)?|highest|full) (number|amount) of (marks|points)\b
<give> <each> <rubric> .. (<marks>|\d+)
<judge> <each> <rubric> as\b
<judge> <mine> (as |at |with |a )*(<ratio>|<all_of_it>)
(grade|mark|score|rate|judge)( me| this| it| <mine>)? (kindly|leniently|generously|favou?rably|mercifully)\b
(overlook|excuse|forgive) my (mistakes|errors|spelling|grammar|typos|handwriting|english)\b
<give> \d+( <marks>)? (to|for|in|on) <each> .. <rubric>
<give> \d+( <marks>)? (to|for|in|on) <each> <rubric>
(output|return|print|write|report) .. (for|to|in) <each> <rubric>
(output|return|print|report) (me )?<all_of_it> for (me|<mine>)
(set|make|put) (the |my |all |every )*<marks> (to|at|=) (the |their )?(<top>|\d+ for <rubric>)
(grade|mark|score|rate|accept|treat) <mine> .{0,30}\b(correct|right|passed|perfect)\b
<judge> (this|it|me|<mine>|(every|each|any|all) (answers?|responses?)) as (being |fully )?<right>
(accept|pass) (<mine>|me)( please)?$
let me pass( please)?$
(do not|don't) fail me\b
round (up )?my (score|grade|mark)
(pretend|act) (that|as if|as though|like) (the|this|my) <thing>\b
(say|state|declare|confirm)( that)? (the|this|my) <thing> is <right>
consider (giving|awarding|granting) .. <marks>
(do not|don't|never) (deduct|subtract|dock|take off|take away) (any |my |me )*(marks|points)\b
be .. (with|to|on) (me|my <thing>|my grade)\b
<drop> <all_the><rubric>\b<untold>
<drop> <all_the>system prompt\b<untold>
<drop> <all_the>(previous|prior|above|earlier|preceding|your|system|grading)( \w+){0,2} <orders>\b<untold>
<drop> <all_the>(instructions?|rules)( (above|before|given|you)\b|$)
<drop> <all_the>grading rules\b<untold>
<drop> everything( said| written)? (above|before)
<all_of_it>( for (me|this|<mine>|everyone|all criteria|every criterion)\b.*)?( <thanks>)?$
"""
# What may stand before a claim.
_LEADING = """
(and|so|but|because|since|therefore)
i (think|believe|feel)( that)?
"""
_CLAIMS = r"""
(<mine>|this|i|the (student|candidate|learner)) (\w+ly )?<earns> .{0,30}(<all_of_it>|\d+ <marks>\b(?! of))
<mine> (\w+ly )?<earns> .{0,30}(<ratio>|an? a\+?)
<mine> (\w+ly )?(meets|satisfies|fulfils|fulfills|covers) (all|every|each)\b.{0,30}<asked>
<each> <rubric> .. by <mine>
<each> <rubric> of the rubric (is|are) .. (met|satisfied|covered|fulfilled)
everything in the <rubric> is .. (met|satisfied|covered)
this is (a|the) (perfect|model|excellent|flawless|outstanding) <thing>( and (should|must|deserves)\b.*)?$
the (correct|right|proper|only|fair) (score|grade|mark) (for|of) <mine>
((final|total|overall|my|the) )?(score|grade|marks?|points|rating|criterion \d+) ?[:=] ?<given>$
(i|we) (hereby )?(confirm|declare|certify) .. <mine> .. (<all_of_it>|<right>)
(i would|i'd) (like|love|appreciate|be grateful for) <all_of_it>( please| for .*)?$
i (really|badly|desperately|urgently) need (these|this|more|the|some) (points|marks|grade|credit)\b
you are .{0,40}\b(gives?|awards?|grants?) .{0,20}<all_of_it>
<system> ?: ?.{0,20}<mine>
the (<teacher>|ai) (should|must|will) .{0,30}<mine> .{0,30}<all_of_it>
as (agreed|arranged|promised) (with|by) (the|my|our|your) <teacher>
as (the|my|our|an?) (\w+ )?<grader>[ ,]*((you|please|give|award)\b|$)
(dear|hello|hi|hey|attention) (\w+ )?(<grader>|ai|llm|language model)\b
(note|message) (to|for)( the)? (\w+ )?(<grader>|ai|llm|language model)\b
to (the|whichever|whatever) (ai|llm|model|<grader>) (that|who|which|grading|marking|reading)\b
(from now on |now )?you are (now )?(an?|the|my) (\w+ ){0,3}<grader>\b
(new|updated|additional|special) (instructions?|rules|orders?) ?: ?.{0,60}(<all_of_it>|<rubric>|<mine>)
(please|kindly) be (very |more |a bit |a little |so )?(generous|lenient|kind|nice|merciful|easy)( with .*)?$
(\w+ )?system\W{1,3}(award|grant) .{0,20}(<all_of_it>|<ratio>)
"""
_ORDERS_CHINESE = r"""
(给|打|评|判|记|算|赏)([予出为上个打评]|<这题>|一个| )*+<好分><不表>
(给|打|评|判|记|算)(我|为| )*(点|些)分(吧|啊|呗|谢谢)?$
(判|评|认|审)定(为|成)<高分><不表>
(判|评|算|记)(为|作|<这题>)*.{0,4}(正确|对|通过|及格)[吧啊呗了]?$
[把将](<这题>的?)?(分数|得分|成绩|评分|所有.{0,6}分数?).{0,3}[设改调打评定写].{0,3}<高分>
[把将].{0,10}(判|评|算|记|打)定?[为成上]<高分><不表>
[把将]<这题>(当作|当成|视为|看作|算作|判为|评为).{0,4}(标准答案|正确|满分|对)
(忽略|忽视|无视|忘[记掉]|不用?要?(理会|管|看|遵守|按照?)|别[管看]|跳过|绕过).{0,10}<旧话><不表>
(不要?|别|勿)再?(扣|减)(除|掉)?(我|<这题>|的|任何|太多)*分数?[了吧啊]?$
(按照?|以)<满分>(处理|计算|给分?|评|打|算)
让我(及格|通过|过关?)吧?$
输出<高分><不表>
"""
_CLAIMS_CHINESE = r"""
<这题>.{0,8}(应[该当]?|值得?|配得上|理应|必须).{0,6}<高分><不表>
<这题>(已|已经|完全|全部|都|均|全面)*(符合|满足|达到|覆盖)了?(所有|全部|一切|各项)?的?(评分|得分|给分)<标准>
(以上|上面|上述|这)(内容|答案|回答)?(就|便)?是(标准|满分)答案
(每|各|所有|全部)一?[个项条]?(评分|得分)?<标准>?(都|全|均|全部)(给|打|评|判|记)[予为上]?<高分>
(本题|此题|最终|我的)?(得分|评分|分数|成绩|打分)[:=是为 ]+(\d+ ?/ ?\d+|<满分>)$
(本题|此题|我的)(得分|评分|分数|成绩|打分)[:=是为 ]+\d+ ?分?$
作为(一?[名位个])?<阅卷>(老师|专家|助手|模型)(\W*$|[,你您请]|必须|应)
作为(一?[名位个])?<阅卷><老师>?,?[你您请]
(尊敬|亲爱)的<阅卷>?(老师|考官|评委|ai|模型)
<阅卷>(老师|教师|考官)?([您你]好|请|求|辛苦)
(阅卷|评卷)?老师[您你]?们?辛苦[了啦]!?$
致(各位|尊敬的)*<阅卷>
(从?现在(起|开始)?,?)?[你您](现在)?是(一?[名位个])?.{0,6}?(阅卷|评卷|评分|批改)
<求>?<阅卷><老师>.{0,4}(给|打|判|评)(我|<这题>|[出为予个])*<高分><不表>
<求>.{0,3}老师.{0,4}(给|打|判|评)(我|<这题>|[出为予个])*<高分><不表>
老师.{0,2}(给|打)(我|<这题>)+(个|打|评|一)*<高分><不表>
(<求>|老师)[^,]{0,8}(手下留情|高抬贵手|网开一面|放过我?|给[点些个]分|多给[点些几]?分)
<求>[^,]{0,6}(酌情|从宽|宽松|尽量)(给分|评分|打分|批改|判分|加分|处理)[吧谢]?$
求(放过|捞|给分|高分|满分|及格|通过)(谢谢)?$
<求>(评|判|定|打)(为|成)?(优秀|优等?)$
(必须|直接|务必)<满分>吧?$
<满分>!+$
(无需|不用|不必|无须)(评分|阅卷|批改)$
看在.{0,12}份上.{0,10}(分|及格|通过)
(跪?求)?<高分>(谢谢|拜托|可以吗|好吗|吧|求求)
(新|最新|补充|附加|更新)的?(指令|要求|规则|命令) ?: ?.{0,40}(<高分>|<这题>|正确)
"""
# Who speaks as the system: what it says must come soon.
_SYSTEM = r"""
(im_start\W{1,3})?<system>( ?<notice>)?\W{0,3}[:>].{0,80}?(\b<commands>|<all_of_it>|<命令>)
"""
_SLOTS += r"""
orders      (instructions?|prompts?|rules|orders|guidelines)
earns       (deserves?|merits?|is worth|earns?|ha(s|ve) earned|(must|should) (get|receive|be (given|awarded)))
asked       (criteri(a|on)|requirements?|rubric)
thanks      (please|pls|thanks?|thank you)
given       (<ratio>|<all_of_it>|full|a\+)
旧话        (评分(标准|细则|规则|要求)|量规|系统提示词?|<先前>的?(所有|全部|一切)?的?<指令>)
先前        (以上|之前|前面|上面|上述|先前|此前|所有|你的)
指令        (指令|指示|提示词?|要求|规则|命令|内容)
命令        (满分|忽略|无视|[你您](必须|应|现在|要))
system      (system|assistant|developer|admin|系统|助手)
notice      (prompt|message|note|override|instructions?|提示|消息|指令)
commands    (award (?=\d|this|the|me|every|full|max)|grade this|ignore|disregard|you (must|should|are now))
"""

_SLOT = re.compile("<(?!!)([^<>]+)>")


def _slots(lines: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in lines.splitlines() if line)


_NAMED = _slots(_SLOTS)


def _filled(line: str) -> str:
    while _SLOT.search(line):
        line = _SLOT.sub(lambda slot: _NAMED[slot[1]], line)
    line = line.replace(" .. ", " (.{0,40} )?")
    line = re.sub(r"\$(?=$|\))", r"\\W*$", line)
    return re.sub(r"\((?!\?)", "(?:", line)


def _any(*blocks: str) -> str:
    return "|".join(f"(?:{_filled(line)})" for block in blocks for line in block.strip().splitlines())


# Compiled on first use, which is in a thread: that takes 50 ms, and few calls of a sandbox grade an answer.


@cache
def asking() -> re.Pattern[str]:
    """What may stand before an order, as often as it likes; it may be nothing."""
    return re.compile(rf"(?:(?:{_any(_ASKING)})[ ,:]+|(?:{_any(_ASKING_CHINESE)})| )*+", re.IGNORECASE)


@cache
def order() -> re.Pattern[str]:
    """What is asked of whoever grades."""
    return re.compile(_any(_ORDERS, _ORDERS_CHINESE), re.IGNORECASE)


@cache
def claim() -> re.Pattern[str]:
    """What an answer says of itself and its marks."""
    claims = _any(_CLAIMS, _CLAIMS_CHINESE, _SYSTEM)
    return re.compile(rf"(?:(?:{_any(_LEADING)}) )*+(?:{claims})", re.IGNORECASE)
