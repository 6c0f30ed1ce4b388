"""A book of fictional Chinese companies for `bench duplicates`, with known duplicates in it.

Names follow the rule of names, place + own name + trade + legal form, with lengths as registers have them: own names of
two (60 %), three (25 %) and four (15 %) characters, places of province or city, the legal form nearly always 有限公司.
Collisions are those of real life: thousands of namesakes in other places and trades, sisters of one house that share
address and phone, branches, numbered works. A duplicate is a second file of one company, keyed in again with what goes
wrong then.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from random import Random

from opencc import OpenCC
from pypinyin import lazy_pinyin

from xinheng.demo.book import NOBODYS_REGION
from xinheng.engine.identity import PROVINCES, place_names, uscc_check_character
from xinheng.engine.identity.registration import org_code_check_character
from xinheng.engine.matching import Record

#: characters of fancy names, most of them in many names: drawn with weights that fall off as in registers
OWN = (
    "华盛恒鑫瑞诚达宏泰信源丰兴隆顺德安康远博创新科天海东金鼎嘉美佳宇辉鸿腾飞龙凯旺聚亿万利众合力联通广大中正和平明光阳"
    "润泽霖森林木川江河湖洋晨星辰昊宸轩逸雅雨晴云岚峰岳山石磊玉玺琪瑾瑜翔鹏鹤凤麒麟祥瑞福禄寿喜庆荣昌茂盈颐悦乐欣怡宜宁静"
    "思睿智慧敏捷迅驰骏骐骥跃升腾越卓尔优品质尚格致远景航帆舟桥路途启程元亨贞永久长青松柏梅兰竹菊荷莲芳菲馨香沁清澈净洁"
)
TRADES = (
    "科技", "贸易", "商贸", "实业", "机械", "电子", "建材", "建筑工程", "装饰工程", "物流", "食品", "医药", "化工",
    "新材料", "新能源", "环保科技", "信息技术", "网络科技", "电子商务", "机电设备", "精密机械", "五金制品",
    "塑料制品", "包装制品", "纺织", "服装", "家具", "汽车零部件", "农业科技", "生物科技", "文化传媒", "教育科技",
    "餐饮管理", "物业管理", "企业管理咨询", "国际货运代理", "进出口", "供应链管理", "医疗器械", "房地产开发",
    "矿业", "钢铁", "电气", "自动化设备", "仪器仪表", "模具", "橡塑", "印刷", "园林", "智能科技",
)  # fmt: skip
FORMS = (("有限公司", 86), ("有限责任公司", 8), ("股份有限公司", 4), ("集团有限公司", 2))
ROADS = (
    "人民",
    "解放",
    "建设",
    "中山",
    "长江",
    "黄河",
    "科技",
    "工业",
    "创业",
    "滨河",
    "迎宾",
    "文化",
    "和平",
    "东风",
    "胜利",
    "光明",
    "团结",
    "幸福",
    "兴业",
    "民生",
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华"
#: share of the book that are second files
SECOND_FILES = 0.04
#: share of companies that are sisters of the one before: same address, phone and person, another trade or number
SISTERS = 0.03
_TRADITIONAL = OpenCC("s2t")


@dataclass(frozen=True)
class Written:
    """What was written: files, and pairs of ids that are one company (all pairs of its files)."""

    files: int
    pairs: set[tuple[str, str]]


def write_book(path: Path, files: int, seed: int) -> Written:
    """Write a book of so many files as csv, in random order of ids."""
    originals = round(files * (1 - SECOND_FILES))
    draw = Random(f"{seed}:second")
    doubled = set(draw.sample(range(originals), files - originals))
    pairs, written = set(), 0
    with path.open("w", encoding="utf-8", newline="") as lines:
        write = csv.writer(lines).writerow
        write([f.name for f in fields(Record)])
        for at, record in enumerate(_companies(originals, seed)):
            write(astuple(record))
            written += 1
            if at in doubled:
                second = again(record, Random(f"{seed}:again:{at}"), f"{record.id}x")
                write(astuple(second))
                pairs.add((record.id, second.id))
                written += 1
    return Written(written, pairs)


def _companies(count: int, seed: int) -> Iterator[Record]:
    places, sounds = _places(), len(OWN)
    weights = [1 / (rank + 12) for rank in range(sounds)]
    # The hash of a text differs between processes, but whether two texts are equal does not.
    last: tuple[Record, str, str, str] | None = None
    taken: set[int] = set()
    for at in range(count):
        draw = Random(f"{seed}:{at}")
        if last and draw.random() < SISTERS:
            record, place, own, trade = last
            record = replace(
                record, id=f"c{at}", uscc=_uscc(at) if record.uscc else "",
                name=_sister(draw, place, own, trade),
            )  # fmt: skip
            yield record
            last = None
            continue
        code, place, full = draw.choice(places)
        size = draw.choices((2, 3, 4), (60, 25, 15))[0]
        own = "".join(draw.choices(OWN, weights, k=size))
        trade = draw.choice(TRADES)
        # A registry takes no own name twice in one city and trade (企业名称登记管理规定, article 17).
        while hash((code, own, trade)) in taken:
            own += draw.choice(OWN)
        taken.add(hash((code, own, trade)))
        form = draw.choices([f for f, _ in FORMS], [w for _, w in FORMS])[0]
        name = (
            f"{place}{own}{trade}{form}" if draw.random() < 0.85 else f"{own}({place.removesuffix('市')}){trade}{form}"
        )
        record = Record(
            id=f"c{at}",
            name=name,
            uscc=_uscc(at) if draw.random() < 0.85 else "",
            region_code=code if draw.random() < 0.8 else "",
            address=_address(draw, full) if draw.random() < 0.85 else "",
            phone=_phone(draw) if draw.random() < 0.8 else "",
            person=draw.choice(SURNAMES) + "".join(draw.choices(GIVEN, k=draw.choice((1, 2))))
            if draw.random() < 0.7
            else "",
        )
        last = (record, place, own, trade)
        yield record


def _sister(draw: Random, place: str, own: str, trade: str) -> str:
    """Another company of the same house."""
    other = draw.choice([t for t in TRADES if t != trade])
    return draw.choice(
        (f"{place}{own}{other}有限公司", f"{place}{own}{trade}有限公司第二分公司", f"{place}第二{own}{trade}有限公司")
    )


def _places() -> list[tuple[str, str, str]]:
    """Region code, the place as names have it, and as addresses have it."""
    found = []
    for code, name in place_names().items():
        if code.endswith("00") and name.endswith("市"):
            province = PROVINCES[code[:2]][0]
            full = name if province == name else province + name
            found += [(code, name, full), (code, name.removesuffix("市"), full)]
            if province != name:
                found.append((code, province.removesuffix("省") + name, full))
    return found


def _uscc(index: int) -> str:
    """Right in form and nobody's, as in the demo book."""
    body = f"M{index:07d}"
    first = f"91{NOBODYS_REGION}{body}{org_code_check_character(body)}"
    return first + uscc_check_character(first)


def _address(draw: Random, full: str) -> str:
    road = draw.choice(ROADS) + draw.choice(("路", "大道", "街", "东路", "西路"))
    flat = f"{draw.randint(1, 28)}层{draw.randint(1, 30):02d}室" if draw.random() < 0.5 else ""
    return f"{full}{draw.choice(('城东', '城西', '高新', '经开', '新城'))}区{road}{draw.randint(1, 999)}号{flat}"


def _phone(draw: Random) -> str:
    if draw.random() < 0.6:
        return f"1{draw.choice('3578')}{draw.randint(0, 999_999_999):09d}"
    return f"0{draw.randint(10, 999)}-{draw.randint(20_000_000, 89_999_999)}"


# --- a second file of the same company


def again(record: Record, draw: Random, id_: str) -> Record:
    """The same company keyed in again: one or two things wrong with its name, some with its other fields."""
    name = record.name
    for spoil in draw.sample(NAME_SLIPS, draw.choices((0, 1, 2), (15, 65, 20))[0]):
        name = spoil(name, draw)
    return Record(
        id=id_,
        name=name,
        uscc=_code_again(record.uscc, draw),
        region_code=record.region_code if draw.random() < 0.7 else "",
        address=_address_again(record.address, draw),
        phone=_phone_again(record.phone, draw),
        person=record.person if draw.random() < 0.6 else "",
    )


def slip(name: str, draw: Random) -> str:
    """One character of the middle becomes another."""
    at = draw.randrange(2, max(3, len(name) - 4))
    return name[:at] + draw.choice(OWN) + name[at + 1 :]


def homophone(name: str, draw: Random) -> str:
    """One character becomes one of the same sound."""
    spots = [at for at, c in enumerate(name) if len(_same_sound(c)) > 1]
    if not spots:
        return name
    at = draw.choice(spots)
    return name[:at] + draw.choice([c for c in _same_sound(name[at]) if c != name[at]]) + name[at + 1 :]


def placeless(name: str, draw: Random) -> str:
    """The place is left out."""
    from xinheng.engine.identity import split_name

    place = split_name(name).place
    return name.removeprefix(place) if place else name


def traditional(name: str, draw: Random) -> str:
    """In traditional characters."""
    return str(_TRADITIONAL.convert(name))


def shortened(name: str, draw: Random) -> str:
    """Without its legal form, or 有限责任公司 for 有限公司, or its first word of trade only."""
    for form in ("股份有限公司", "集团有限公司", "有限责任公司", "有限公司"):
        if name.endswith(form):
            return name.removesuffix(form) + draw.choice(("", "公司", "有限公司", "有限责任公司"))
    return name


def reordered(name: str, draw: Random) -> str:
    """The place in brackets, or two neighbouring characters in each other's place."""
    from xinheng.engine.identity import split_name

    split = split_name(name)
    if split.place and draw.random() < 0.5 and len(split.short) > 3:
        body = split.stem.removeprefix(split.place)
        return f"{body[:2]}({split.place}){body[2:]}{split.legal_form}"
    at = draw.randrange(2, max(3, len(name) - 5))
    return name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]


def wide(name: str, draw: Random) -> str:
    """Blanks and brackets of other widths."""
    return name.replace("(", "（").replace(")", "）").replace("有限", " 有限 ")


NAME_SLIPS = [slip, homophone, placeless, traditional, shortened, reordered, wide]
_SOUNDS: dict[str, list[str]] = {}


def _same_sound(character: str) -> list[str]:
    if not _SOUNDS:
        for c in dict.fromkeys(OWN + "弛驰鸣铭名茗圣胜晟升生声昇恒衡横珩欣新心芯馨鑫宏洪弘鸿泓虹瑞锐睿蕊诚成城程承盛"):
            _SOUNDS.setdefault(lazy_pinyin(c)[0], []).append(c)
    return _SOUNDS.get(lazy_pinyin(character)[0], [])


def _code_again(code: str, draw: Random) -> str:
    turn = draw.random()
    if not code or turn < 0.45:
        return ""
    if turn < 0.65:
        at = draw.randrange(8, 18)
        return code[:at] + draw.choice([c for c in "0123456789" if c != code[at]]) + code[at + 1 :]
    return code


def _address_again(address: str, draw: Random) -> str:
    turn = draw.random()
    if not address or turn < 0.15:
        return ""
    if turn < 0.35:
        return address.split("区", 1)[1] if "区" in address else address
    if turn < 0.5:
        return address.replace("号", "").replace("层", "").replace("室", "")
    if turn < 0.6:
        return f"示例市虚构路{draw.randint(1, 900)}号"  # it has moved
    return address


def _phone_again(phone: str, draw: Random) -> str:
    turn = draw.random()
    if not phone or turn < 0.15:
        return ""
    if turn < 0.3:
        return _phone(draw)
    return f"+86 {phone}" if turn < 0.5 else phone
