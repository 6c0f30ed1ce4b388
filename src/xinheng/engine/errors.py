"""The one tree of errors of the engine.

    EngineError                     engine_error
    ├── BadInput                    bad_input              what was given cannot be used as it stands
    │   ├── UnreadableValue         value_unreadable       a cell that is not what its column promises
    │   │   ├── UnreadableAmount    amount_unreadable
    │   │   ├── UnreadableDate      date_unreadable
    │   │   ├── UnreadableTerm      term_unreadable
    │   │   ├── UnreadablePercent   percent_unreadable
    │   │   └── UnreadableBool      bool_unreadable
    │   ├── UnknownCodeKind         code_kind_unknown
    │   ├── InvalidIndustryCode     industry_code_invalid
    │   └── InvalidIndicator        indicator_invalid      a figure outside its possible range
    ├── MissingData                 data_missing           needed, and nobody has told us
    ├── NotApplicable               not_applicable         the rule does not cover this case
    ├── DefinitionError             definition_invalid     rule-set or reference data of ours is wrong
    ├── Conflict                    conflict               two statements that cannot both hold
    └── Forbidden                   forbidden              outside what the caller may do

Every class has a stable `code` and one sentence per language, written as a template over the data that the error
carries; add a class where a caller must tell the case apart, else reuse one. Whoever shows an error takes
`error.message("zh")` or `error.message("en")`; whoever maps it to an answer takes `error.code` and `error.data`.
"""

from __future__ import annotations

from string import Formatter
from typing import ClassVar, Literal

Language = Literal["zh", "en"]

_MOST_SHOWN = 60


class EngineError(Exception):
    """Anything the engine refuses; catch this one to catch them all.

    Args:
        data: the figures and names that the sentence needs, kept for the caller. `detail_zh` and `detail_en`, where
            given, follow the sentence: what was found, and what would be accepted.
    """

    code: ClassVar[str] = "engine_error"
    zh: ClassVar[str] = "计算未能完成"
    en: ClassVar[str] = "The calculation could not be completed"

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.message("en"))

    def message(self, language: Language = "en") -> str:
        """The sentence in one language, with its detail."""
        template = self.zh if language == "zh" else self.en
        sentence = Formatter().vformat(template, (), _Shown(self.data))
        detail = self.data.get(f"detail_{language}")
        if not detail:
            return sentence
        return f"{sentence}：{detail}" if language == "zh" else f"{sentence}: {detail}"

    def as_dict(self) -> dict[str, object]:
        """`code`, both sentences and the data, ready for JSON (values that JSON does not know become text)."""
        data = {
            key: value if isinstance(value, str | int | float | bool | None) else str(value)
            for key, value in self.data.items()
            if not key.startswith("detail_")
        }
        return {"code": self.code, "zh": self.message("zh"), "en": self.message("en"), "data": data}

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only construction; without this an error would not survive the way back from a worker process.
        return _rebuild, (type(self), self.data)


class _Shown(dict[str, object]):
    """Data as it is put into a sentence: long values cut, what nobody can print marked, a missing one an ellipsis."""

    def __getitem__(self, key: str) -> object:
        value = super().get(key, "…")
        if not isinstance(value, str):
            return value
        shown = value[:_MOST_SHOWN] + "…" if len(value) > _MOST_SHOWN else value
        return "".join(ch if ch.isprintable() else "\ufffd" for ch in shown)


def _rebuild(kind: type[EngineError], data: dict[str, object]) -> EngineError:
    return kind(**data)


class BadInput(EngineError):
    """What was given cannot be used as it stands; the giver can mend it."""

    code = "bad_input"
    zh = "输入有误"
    en = "The input cannot be used"


class UnreadableValue(BadInput):
    """A value that is not what its column promises. Data: `value`."""

    code = "value_unreadable"
    zh = "无法识别“{value}”"
    en = "“{value}” cannot be read"


class UnreadableAmount(UnreadableValue):
    """Not an amount of money, or one with more than one reading. Data: `value`, `why`."""

    code = "amount_unreadable"
    zh = "无法将“{value}”识别为金额"
    en = "“{value}” cannot be read as an amount"


class UnreadableDate(UnreadableValue):
    """Not a calendar date, or one with more than one reading. Data: `value`, `why`."""

    code = "date_unreadable"
    zh = "无法将“{value}”识别为日期"
    en = "“{value}” cannot be read as a date"


class UnreadableTerm(UnreadableValue):
    """Not a term of operation from one date to another. Data: `value`, `why`."""

    code = "term_unreadable"
    zh = "无法将“{value}”识别为期限"
    en = "“{value}” cannot be read as a term"


class UnreadablePercent(UnreadableValue):
    """Not a percentage. Data: `value`, `why`."""

    code = "percent_unreadable"
    zh = "无法将“{value}”识别为百分比"
    en = "“{value}” cannot be read as a percentage"


class UnreadableBool(UnreadableValue):
    """Neither yes nor no. Data: `value`."""

    code = "bool_unreadable"
    zh = "无法将“{value}”识别为是或否"
    en = "“{value}” is neither yes nor no"


class UnknownCodeKind(BadInput):
    """A kind of identifier that there is no check for. Data: `kind`, `known`."""

    code = "code_kind_unknown"
    zh = "没有“{kind}”这种代码类型，可用：{known}"
    en = "There is no identifier kind “{kind}”; known are {known}"


class InvalidIndustryCode(BadInput):
    """A code that GB/T 4754-2017 does not have. Data: `value`."""

    code = "industry_code_invalid"
    zh = "“{value}”不是 GB/T 4754-2017 的行业代码"
    en = "“{value}” is not an industry code of GB/T 4754-2017"


class InvalidIndicator(BadInput):
    """A figure outside its possible range. Data: `indicator`, `value`."""

    code = "indicator_invalid"
    zh = "{indicator}不能为 {value}"
    en = "{indicator} cannot be {value}"


class MissingData(EngineError):
    """Something needed is unknown; unknown is never taken as zero. Data: `names`."""

    code = "data_missing"
    zh = "缺少数据：{names}"
    en = "Data are missing: {names}"


class NotApplicable(EngineError):
    """The rule does not cover this case. Data: `rule`, `subject`."""

    code = "not_applicable"
    zh = "{rule}不适用于{subject}"
    en = "{rule} does not apply to {subject}"


class DefinitionError(EngineError):
    """Rule-set or reference data of our own is wrong; the giver of the input cannot mend it. Data: `source`."""

    code = "definition_invalid"
    zh = "规则数据 {source} 有误"
    en = "The rule data {source} are wrong"


class Conflict(EngineError):
    """Two statements that cannot both hold."""

    code = "conflict"
    zh = "信息相互矛盾"
    en = "Two statements contradict each other"


class Forbidden(EngineError):
    """Outside what the caller may do."""

    code = "forbidden"
    zh = "没有权限"
    en = "This is not allowed"
