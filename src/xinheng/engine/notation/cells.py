"""What every reader of a cell does first: width, blanks, hostile characters, and the many ways of writing nothing."""

from __future__ import annotations

import re
import unicodedata

from ..errors import UnreadableValue

#: longer than any amount, date or percentage with the words around it
MOST_CHARACTERS = 120

_MISSING_MARKS = ("", "-", "--", "---", "—", "——", "–", "/", "\\", "*", "**", "***", "****", "*****", "******")
_MISSING_WORDS = ("无", "無", "空", "暂无", "未知", "不详", "n/a", "na", "n.a.", "#n/a", "null", "none", "nil")
_MISSING = frozenset((*_MISSING_MARKS, *_MISSING_WORDS))
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")


def clean(text: str, error: type[UnreadableValue]) -> str | None:
    """Half-width text without surrounding blanks; None when the cell says that there is nothing.

    Raises: `error` for a control character or for text too long to be a value.
    """
    if len(text) > MOST_CHARACTERS:
        raise error(
            value=text[:MOST_CHARACTERS],
            why="too_long",
            detail_zh=f"超过 {MOST_CHARACTERS} 个字符",
            detail_en=f"longer than {MOST_CHARACTERS} characters",
        )
    if not text.isascii():
        if any(
            unicodedata.category(c) == "No" for c in text
        ):  # half-width, ① and ² would turn into digits: 10² into 102
            zh, en = "含有上标、带圈等特殊数字", "it contains superscript or circled figures"
            raise error(value=text, why="special_figures", detail_zh=zh, detail_en=en)
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = text.strip()
    if any(unicodedata.category(c) == "Cc" and c not in "\t\r\n" for c in text):
        visible = "".join("�" if unicodedata.category(c) == "Cc" else c for c in text)
        raise error(
            value=visible,
            why="control_character",
            detail_zh="含有不可见的控制字符",
            detail_en="it contains a control character",
        )
    return None if text.lower() in _MISSING else text
