"""Delimited text: which encoding, which delimiter, and its cells, row by row.

There is one splitter for text in the product, Python's csv module in strict mode; whatever reads many rows
afterwards reads what this module wrote (`xinheng.intake.canonical`), never the file itself.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xinheng.intake.errors import FileEmpty, TextEncodingUnknown, TextStructure, TextWithNul

_BLOCK = 1024 * 1024
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", "\t", ";", "|")
_SNIFFED_LINES = 40


@dataclass(frozen=True)
class Dialect:
    """How a text is written."""

    encoding: str
    delimiter: str
    lines: int = 0


@contextmanager
def binary(path: Path, gzipped: bool) -> Iterator[IO[bytes]]:
    """The bytes of the text, inflated where it is gzip."""
    if gzipped:
        with gzip.open(path, "rb") as inflated:
            yield inflated  # type: ignore[misc]  # GzipFile reads like any binary stream
    else:
        with path.open("rb") as stream:
            yield stream


def sniff(path: Path, name: str, gzipped: bool = False) -> Dialect:
    """Encoding and delimiter of a text. The whole file is decoded once, so later reading cannot fail on it.

    Raises: FileEmpty, TextWithNul, TextEncodingUnknown.
    """
    encoding, lines = _sniff_encoding(path, name, gzipped)
    with binary(path, gzipped) as stream, io.TextIOWrapper(stream, encoding, newline="") as text:
        sample = text.read(64 * 1024)
    if not sample.strip('\ufeff \t\r\n\x1a,;|"'):
        raise FileEmpty(name=name)
    return Dialect(encoding, _sniff_delimiter(sample), lines)


def _sniff_encoding(path: Path, name: str, gzipped: bool) -> tuple[str, int]:
    with binary(path, gzipped) as stream:
        head = stream.read(4096)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, _decode_all(path, name, gzipped, encoding)
    if head.count(0) > len(head) // 5:
        # UTF-16 without its mark: for mostly ASCII text every second byte is zero.
        encoding = "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
        try:
            return encoding, _decode_all(path, name, gzipped, encoding)
        except TextEncodingUnknown:
            _refuse_nul(path, name, gzipped)
            raise
    try:
        return "utf-8", _decode_all(path, name, gzipped, "utf-8")
    except TextEncodingUnknown:
        return "gb18030", _decode_all(path, name, gzipped, "gb18030")


def _decode_all(path: Path, name: str, gzipped: bool, encoding: str) -> int:
    """Decode everything; returns the number of lines."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, line = 0, 1
    with binary(path, gzipped) as stream:
        while True:
            block = stream.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                bad = max(0, offset + error.start)
                line += error.object[: error.start].count(b"\n")
                raise TextEncodingUnknown(name=name, line=line, offset=bad) from error
            if "\x00" in text:
                before = text[: text.index("\x00")]
                at = offset + len(before.encode(encoding, "replace"))
                raise TextWithNul(name=name, line=line + before.count("\n"), offset=at)
            if not block:
                return line
            offset += len(block)
            line += text.count("\n")


def _refuse_nul(path: Path, name: str, gzipped: bool) -> None:
    line, offset = 1, 0
    with binary(path, gzipped) as stream:
        while block := stream.read(_BLOCK):
            if (at := block.find(0)) >= 0:
                raise TextWithNul(name=name, line=line + block[:at].count(b"\n"), offset=offset + at)
            line += block.count(b"\n")
            offset += len(block)


def _sniff_delimiter(sample: str) -> str:
    """The delimiter that splits most of the first lines into the same, largest number of cells."""
    lines = sample.splitlines(keepends=True)[:_SNIFFED_LINES]
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        if usual < 2:
            continue
        score = (widths.count(usual) / len(widths), usual)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def rows(path: Path, name: str, dialect: Dialect, gzipped: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank: the number of its first line in the file (from 1) and its cells.

    Raises: TextStructure where the quoting is broken.
    """
    with binary(path, gzipped) as stream, io.TextIOWrapper(stream, dialect.encoding, newline="") as text:
        reader = csv.reader(text, delimiter=dialect.delimiter, strict=True)
        line = 1
        try:
            for row in reader:
                if any(row) and row != ["\x1a"]:
                    yield line, row
                line = reader.line_num + 1
        except csv.Error as error:
            raise _structure(name, line, error) from error


def _structure(name: str, line: int, error: csv.Error) -> TextStructure:
    why = str(error)
    if "field larger" in why:
        zh, en = (
            "单元格超过 131072 个字符，多半是引号没有成对",
            "a cell of more than 131072 characters; a quote is not closed",
        )
    elif "unexpected end" in why:
        zh, en = "引号没有成对，直到文件末尾", "a quote is not closed before the end of the file"
    elif "expected after" in why:
        zh, en = (
            "引号后面还有文字；单元格内的引号要写成两个",
            "text follows a closing quote; write a quote inside a cell twice",
        )
    else:
        zh, en = "换行符或引号不合规范", why
    return TextStructure(name=name, line=line, detail_zh=zh, detail_en=en)
