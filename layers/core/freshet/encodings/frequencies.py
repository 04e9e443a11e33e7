"""How usual characters are in the writing that each legacy encoding is used for.

Models of one character at a time, just enough to tell encodings apart that decode each other's bytes
without an error: the listed characters, most frequent first, follow Zipf's law and hold most of the
probability; all others share the rest. What does not belong here: decoding (`encodings`).
"""

from collections.abc import Mapping
from functools import cache
from math import log
from typing import NamedTuple

_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然"
    "家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把"
    "机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果"
    "加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔"
    "，。、：；？！“”（）《》"
)
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然"
    "家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把"
    "機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果"
    "加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾"
    "，。、：；？！「」『』（）《》"
)
_JAPANESE = (
    "のにたいをはるとがしでてなっれからあうこりすもよまくきそけえみどめおやつんわせださちじばずびべぼぶごげぐぎざぞ"
    "ひへほふむゆろねぬ、。ーンスルトリイアラクシタコドッレジフマカテロサバニオメグプチウセデキャナィハブパミエムュノソ"
    "「」日本人年月大会国中出者時"
)
_KOREAN = (
    "이다는에의가을하고를은지한로도서기사어자나대그아리인시일해수들정있부보스으라게제장전과만었여았주조상오원우구관했"
    "공성문세면비중동신마연치국방내적안모년위거음유선생때무것학경소던러진화물실개분없물계미저니까요습합"
)
_TYPOGRAPHY = "\xa0’“”–«»…„‘•—·°§©®€£½²³™‚"
_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_UKRAINIAN = "оанитіервсклмдупязьгйбчхцїюжєшщфґ"
_SERBIAN = "аоиенрстујвклдмпзгбчшхцћжњђљфџ"

# Encoding -> (its characters beyond ASCII, the usual ones of each language written in it).
LANGUAGES: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "cp1252": (
        96,
        (
            "éèàêçùâîôûëïœüæ",
            "üäöß",
            "óíáéñúü¿¡",
            "ãçáéóêíàúõâô",
            "äöåé",
            "åøæé",
            "èàòùìé",
            "ëéïèüö",
            "íáðéóúþöýæ",
        ),
    ),
    "cp1250": (
        96,
        ("łęąóżśćńź", "íáěéřčýžšůúďťňó", "áíéčýžšúľťňôäďŕĺó", "áéőöíóüúű", "čšžćđ", "ăîâşţ"),
    ),
    "cp1251": (96, (_RUSSIAN, _UKRAINIAN, _SERBIAN)),
    "koi8_r": (128, (_RUSSIAN,)),
    "cp866": (128, (_RUSSIAN,)),
    "cp1253": (96, ("αοιετσνηυρπκμλςάίόέδήγώχθύβφωξζψϊϋ",)),
    "cp1254": (96, ("ıüşğçöâîû",)),
    "cp1255": (96, ("יוהלאתרבשמנדחעקפםכגצטסזןךףץ",)),
    "cp1256": (96, ("اليمونترةبعدسفهكقحأجشطصخىإذءئغزضثظآؤ،؟پچژگ",)),
    "cp1257": (96, ("āīšēūņžļķģčō", "ėšįųąžūęč", "äõüöšž")),
    "cp874": (96, ("านรกอเงคมยลวดท่สตะปบ้หแจพชขไใโผถซณศษธฐฉภญฟฝฮฎฏฒฌฑฬฆำัิีึืุูเ็๊๋์ๆ",)),
    "gb18030": (21_000, (_SIMPLIFIED,)),
    "big5hkscs": (13_000, (_TRADITIONAL,)),
    "cp932": (7_000, (_JAPANESE,)),
    "euc_jp": (7_000, (_JAPANESE,)),
    "cp949": (8_800, (_KOREAN,)),
}
_WIDE = (60_000, tuple(usual for _, languages in LANGUAGES.values() for usual in languages))

_ASCII = -3.5  # nats: about what letters and blanks cost in running text
_CONTROL = -15.0


class Model(NamedTuple):
    """Log-probabilities: of the usual characters, of all others beyond ASCII."""

    usual: Mapping[str, float]
    other: float

    def score(self, text: str) -> float:
        """The log-likelihood of a text, in nats."""
        usual, other = self.usual, self.other
        return sum(usual.get(char, other) for char in text)


@cache
def models(encoding: str) -> tuple[Model, ...]:
    """A model of each language written in an encoding; any encoding not listed is Unicode."""
    size, languages = LANGUAGES.get(encoding, _WIDE)
    return tuple(_model(usual, size) for usual in languages)


def _model(usual: str, size: int) -> Model:
    mass = 0.95 if size < 256 else 0.65
    weights = {char: 1 / (rank + 5) for rank, char in enumerate(dict.fromkeys(usual))}
    table = {char: log(mass * weight / sum(weights.values())) for char, weight in weights.items()}
    for char in _TYPOGRAPHY:
        table.setdefault(char, log(0.02 / len(_TYPOGRAPHY)))
    table |= {chr(code): _ASCII for code in range(0x20, 0x7F)} | dict.fromkeys("\n\r\t", _ASCII)
    table |= dict.fromkeys(
        [chr(code) for code in (*range(9), 11, *range(14, 32), *range(127, 160))], _CONTROL
    )
    table |= dict.fromkeys("\ufffd\ufffe\uffff", _CONTROL)
    return Model(table, log(0.03 / size if size < 256 else 0.3 / size))
