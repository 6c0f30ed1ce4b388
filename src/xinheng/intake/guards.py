"""What is checked before a file is opened: its name, its size, what it really is, and what a workbook hides.

Nothing here trusts what a file says about itself: the kind comes from the first bytes, the inflated size from
inflating under a bound, the size of a sheet from its cell references.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Literal
from xml.etree import ElementTree

from xinheng.intake.errors import (
    FileEmpty,
    FileKindMismatch,
    FileKindUnknown,
    FileNameUnsafe,
    FileTooLarge,
    SheetTooLarge,
    WorkbookBomb,
    WorkbookDamaged,
    WorkbookEncrypted,
    WorkbookExternal,
    WorkbookLegacy,
    WorkbookMacros,
)

FileKind = Literal["xlsx", "text", "gzip"]

_MB = 1024 * 1024
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXTENSIONS: dict[str, FileKind] = {
    ".xlsx": "xlsx",
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".gz": "gzip",
}
#: first bytes → what it is, zh and en; asked for only when neither workbook nor text fits.
_STRANGERS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF 文件", "a PDF file"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"GIF8", "图片", "a picture"),
    (b"PAR1", "Parquet 文件", "a Parquet file"),
    (b"7z\xbc\xaf", "压缩包", "an archive"),
    (b"Rar!", "压缩包", "an archive"),
    (b"\x7fELF", "程序", "a program"),
    (b"MZ", "程序", "a program"),
)
_MARKUP = re.compile(rb"^\s*(<\?xml[^>]*>\s*)?<(!doctype\s+html|html|table|workbook)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """How much is taken. Sizes in bytes; the defaults suit a server with 2 GB for a worker."""

    text_bytes: int = 1024 * _MB
    workbook_bytes: int = 64 * _MB
    inflated_bytes: int = 1024 * _MB
    strings_bytes: int = 256 * _MB  # the table of shared texts stays in memory while a sheet is read
    ratio: int = 200  # a sheet of a million equal rows reaches about 100
    ratio_from: int = 32 * _MB  # small parts may compress as well as they like
    parts: int = 2_000
    cells: int = 16_000_000
    columns: int = 702  # A … ZZ
    gzip: bool = False  # on the command line only: a browser sends what the person sees


LIMITS = Limits()


@dataclass(frozen=True)
class SheetScan:
    """What one pass over a sheet's XML found."""

    name: str
    rows: int
    columns: int
    formulas_without_value: int = 0
    first_formula: str = ""
    #: row number (from 1) → column (from 0) → error value such as #DIV/0!
    error_values: dict[int, dict[int, str]] = field(default_factory=dict)


@dataclass
class WorkbookScan:
    """Sheets in workbook order."""

    sheets: list[SheetScan] = field(default_factory=list)


def safe_name(name: str) -> str:
    """The name of an uploaded file as it may be shown and stored.

    Raises: FileNameUnsafe when it holds a path, a control character, a bidirectional mark, or is no name at all.
    """
    if (
        not name
        or name in {".", ".."}
        or len(name) > 255
        or re.search(r"[/\\\x00-\x1f\x7f\u200e\u200f\u202a-\u202e]", name)
    ):
        raise FileNameUnsafe(name=name.replace("\x00", "␀"))
    return name


def file_kind(path: Path, name: str, limits: Limits = LIMITS) -> FileKind:
    """What the file is by its first bytes, checked against its extension and the size limits.

    Raises: FileEmpty, FileTooLarge, FileKindUnknown, FileKindMismatch, WorkbookLegacy, WorkbookEncrypted.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileEmpty(name=name)
    with path.open("rb") as stream:
        head = stream.read(4096)
    promised = _EXTENSIONS.get(PurePosixPath(name.lower()).suffix)
    if head.startswith(_OLE2):
        raise _compound_file(path, name)
    if PurePosixPath(name.lower()).suffix in {".xlsm", ".xltm", ".xlam"}:
        raise WorkbookMacros(name=name, part=PurePosixPath(name).suffix)
    kind = _kind_by_content(head, name, limits)
    limit = limits.workbook_bytes if kind == "xlsx" else limits.text_bytes
    if size > limit:
        raise FileTooLarge(name=name, size_mb=-(-size // _MB), limit_mb=limit // _MB)
    if promised != kind:
        found = {"xlsx": (".xlsx 工作簿", "an .xlsx workbook"), "text": ("文本", "text"), "gzip": ("gzip 压缩", "gzip")}
        rename = {"xlsx": ".xlsx", "text": ".csv", "gzip": ".csv.gz"}[kind]
        raise FileKindMismatch(name=name, found_zh=found[kind][0], found_en=found[kind][1], rename=rename)
    return kind


def _kind_by_content(head: bytes, name: str, limits: Limits) -> FileKind:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx"
    if head.startswith(b"\x1f\x8b"):
        if limits.gzip:
            return "gzip"
        raise FileKindUnknown(name=name, found_zh="gzip 压缩文件", found_en="a gzip file")
    for magic, zh, en in _STRANGERS:
        if head.startswith(magic):
            raise FileKindUnknown(name=name, found_zh=zh, found_en=en)
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise FileKindUnknown(name=name, found_zh="网页（部分系统导出的“Excel”其实是网页）", found_en="a web page")
    return "text"


def _compound_file(path: Path, name: str) -> WorkbookEncrypted | WorkbookLegacy:
    with path.open("rb") as stream:
        head = stream.read(LIMITS.workbook_bytes)
    # An encrypted .xlsx is a compound file whose directory names the stream that holds the real package.
    if "EncryptedPackage".encode("utf-16-le") in head:
        return WorkbookEncrypted(name=name)
    return WorkbookLegacy(name=name)


def scan_workbook(path: Path, name: str, limits: Limits = LIMITS) -> WorkbookScan:
    """Look through a workbook before a reader opens it.

    Raises: WorkbookDamaged, WorkbookEncrypted, WorkbookMacros, WorkbookExternal, WorkbookBomb, SheetTooLarge.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive, name, limits)
            parts = _sheet_parts(archive, name)
            scans: dict[str, SheetScan] = {}
            budget = limits.inflated_bytes
            for info in archive.infolist():
                watch = _SheetWatch(parts[info.filename]) if info.filename in parts else None
                budget -= _inflate(archive, info, name, budget, limits, watch)
                if watch:
                    scans[info.filename] = watch.result(name, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise WorkbookDamaged(name=name, why=str(error)[:120]) from error
    missing = [sheet for part, sheet in parts.items() if part not in scans]
    if missing:
        raise WorkbookDamaged(name=name, why=f"sheet {missing[0]} has no part")
    return WorkbookScan([scans[part] for part in parts])


def _check_directory(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    infos = archive.infolist()
    if len(infos) > limits.parts:
        raise WorkbookDamaged(name=name, why=f"{len(infos)} parts")
    seen: set[str] = set()
    for info in infos:
        part = info.filename
        if part.startswith("/") or "\\" in part or ".." in PurePosixPath(part).parts or info.orig_filename != part:
            raise WorkbookDamaged(name=name, why=f"path in part name {part!r}")
        if part.lower() in seen:
            raise WorkbookDamaged(name=name, why=f"part {part!r} appears twice")
        seen.add(part.lower())
        if info.flag_bits & 0x1:
            raise WorkbookEncrypted(name=name)
        lower = part.lower()
        if "vbaproject" in lower or "/macrosheets/" in lower or "/activex/" in lower:
            raise WorkbookMacros(name=name, part=part)
        if "/externallinks/" in lower:
            raise WorkbookExternal(name=name, part=part)
    inflated = sum(info.file_size for info in infos)
    if inflated > limits.inflated_bytes:
        largest = max(infos, key=lambda info: info.file_size)
        raise _bomb(name, largest, largest.file_size, limits)
    for info in infos:
        _check_ratio(name, info, info.file_size, limits)
    if "[content_types].xml" not in seen or "xl/workbook.xml" not in seen:
        raise WorkbookDamaged(name=name, why="not an Excel workbook inside")


def _check_ratio(name: str, info: zipfile.ZipInfo, inflated: int, limits: Limits) -> None:
    if inflated > limits.ratio_from and inflated > limits.ratio * max(info.compress_size, 1):
        raise _bomb(name, info, inflated, limits)


def _bomb(name: str, info: zipfile.ZipInfo, inflated: int, limits: Limits) -> WorkbookBomb:
    return WorkbookBomb(
        name=name,
        part=info.filename,
        inflated_mb=inflated // _MB,
        limit_mb=limits.inflated_bytes // _MB,
        ratio=inflated // max(info.compress_size, 1),
    )


def _inflate(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    name: str,
    budget: int,
    limits: Limits,
    watch: _SheetWatch | None,
) -> int:
    """Inflate one part under the budget, whatever the directory claims; returns the bytes it really has."""
    total = 0
    strings = info.filename.lower().endswith("sharedstrings.xml")
    with archive.open(info) as stream:
        while piece := stream.read(_MB):
            total += len(piece)
            if total > budget:
                raise _bomb(name, info, total, limits)
            _check_ratio(name, info, total, limits)
            if total == len(piece) and b"<!DOCTYPE" in piece[:4096]:
                raise WorkbookDamaged(name=name, why=f"{info.filename} declares its own entities")
            if strings and total > limits.strings_bytes:
                raise _bomb(name, info, total, limits)
            if watch and b"\x00" in piece:
                raise WorkbookDamaged(name=name, why=f"{info.filename} holds NUL bytes")
            if watch:
                watch.feed(piece)
    return total


def _small_xml(archive: zipfile.ZipFile, part: str, name: str) -> ElementTree.Element:
    with archive.open(part) as stream:
        content = stream.read(8 * _MB)
    # No entity can be declared without a document type, so refusing that one refuses every expansion attack.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00" in content[:64]:
        raise WorkbookDamaged(name=name, why=f"{part} declares its own entities")
    try:
        return ElementTree.fromstring(content)  # noqa: S314  entity declarations were refused above
    except ElementTree.ParseError as error:
        raise WorkbookDamaged(name=name, why=f"{part}: {error}") from error


def _sheet_parts(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Part name → sheet name, in workbook order. Only worksheets: chart and dialog sheets hold no table."""
    workbook = _small_xml(archive, "xl/workbook.xml", name)
    types = _small_xml(archive, "[Content_Types].xml", name)
    for override in types.iter():
        if "macroenabled" in override.get("ContentType", "").lower():
            raise WorkbookMacros(name=name, part=override.get("PartName", override.get("Extension", "?")))
    targets: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in archive.namelist():
        for relation in _small_xml(archive, "xl/_rels/workbook.xml.rels", name):
            if relation.get("Type", "").endswith("/worksheet"):
                targets[relation.get("Id", "")] = _resolve(relation.get("Target", ""))
    parts: dict[str, str] = {}
    for sheet in workbook.iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        relation_id = next((value for key, value in sheet.attrib.items() if key.rpartition("}")[2] == "id"), "")
        if relation_id in targets:
            parts[targets[relation_id]] = sheet.get("name", "")
    return parts


def _resolve(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"


_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,8})(\d{1,12})["']""")
_ROW = re.compile(rb"""<row\b[^>]*?\br\s*=\s*["'](\d{1,20})["']""")
_CELL = re.compile(rb"<c\b([^>]*[^/>])?>(.*?)</c\s*>", re.DOTALL)
_VALUE = re.compile(rb"<(?:v|is)\b[^>/]*>(?!</)")
_PREFIX = re.compile(rb"<(/?)\w+:")
_ERROR_TYPE = re.compile(rb"""\bt\s*=\s*["']e["']""")
_MOST_ERRORS = 100_000  # beyond that the rest reads as blank, which required columns refuse as well
_CARRY = 256 * 1024  # a cell's text is at most 32,767 characters


class _SheetWatch:
    """Reads a sheet's XML piece by piece: how far it reaches, and which formulas lack their result."""

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._carry = b""
        self._rows = 0
        self._columns = 0
        self._cells = 0
        self._row_elements = 0
        self._row_cells = 0
        self._formulas = 0
        self._first = ""
        self._errors: dict[int, dict[int, str]] = {}

    def feed(self, piece: bytes) -> None:
        text = self._carry + piece
        # Cut behind the last whole cell, so that each one is looked at exactly once.
        cut = text.rfind(b"</")
        cut = text.find(b">", cut) + 1 if cut >= 0 else 0
        if cut == 0 and len(text) > _CARRY:
            cut = len(text)
        self._look(text[:cut])
        self._carry = text[cut:]

    def _look(self, text: bytes) -> None:
        if not text:
            return
        if b":row" in text or b":c" in text:
            text = _PREFIX.sub(rb"<\1", text)
        if references := _REFERENCE.findall(text):
            self._columns = max(self._columns, *map(_column_number, {letters for letters, _ in references}))
            self._rows = max(self._rows, *map(int, {digits for _, digits in references}))
        for number in _ROW.findall(text):
            self._rows = max(self._rows, int(number))
        self._count(text)
        if b"<f" in text:
            self._look_at_formulas(text)
        if _ERROR_TYPE.search(text):
            self._look_at_errors(text)

    def _count(self, text: bytes) -> None:
        """Rows and cells need not carry references; then they are numbered as they come."""
        before, *rows = text.split(b"<row")
        self._row_cells += before.count(b"<c")
        self._columns = max(self._columns, self._row_cells if self._row_elements else 0)
        self._row_elements += len(rows)
        self._rows = max(self._rows, self._row_elements)
        if rows:
            self._row_cells = rows[-1].count(b"<c")
            self._columns = max(self._columns, *(row.count(b"<c") for row in rows))
        self._cells += text.count(b"<c")

    def _look_at_formulas(self, text: bytes) -> None:
        for attributes, content in _CELL.findall(text):
            if b"<f" not in content or _VALUE.search(content):
                continue
            if re.search(rb"""\bt\s*=\s*["']str["']""", attributes) and b"<v" in content:
                continue  # the stored result is the empty text
            self._formulas += 1
            found = _REFERENCE.search(attributes)
            if found and not self._first:
                self._first = (found[1] + found[2]).decode()

    def _look_at_errors(self, text: bytes) -> None:
        for attributes, content in _CELL.findall(text):
            found = _REFERENCE.search(attributes) if _ERROR_TYPE.search(attributes) else None
            if found and sum(map(len, self._errors.values())) < _MOST_ERRORS:
                value = re.search(rb"<v\b[^>]*>([^<]{1,20})", content)
                column = _column_number(found[1]) - 1
                self._errors.setdefault(int(found[2]), {})[column] = (
                    value[1].decode("ascii", "replace") if value else "#"
                )

    def result(self, name: str, limits: Limits) -> SheetScan:
        self._look(self._carry)
        area = self._rows * max(self._columns, 1)
        if self._columns > limits.columns or max(area, self._cells) > limits.cells:
            raise SheetTooLarge(
                name=name, sheet=self._sheet, rows=self._rows, columns=self._columns, limit=limits.cells
            )
        return SheetScan(self._sheet, self._rows, self._columns, self._formulas, self._first, self._errors)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def open_bounded(stream: IO[bytes], name: str, limits: Limits = LIMITS) -> None:
    """Check that a gzip stream stays within the limits by inflating it once.

    Raises: WorkbookBomb beyond them, WorkbookDamaged when it is cut or broken.
    """
    import gzip

    compressed = stream.seek(0, 2)
    stream.seek(0)
    total = 0
    info = zipfile.ZipInfo(name)
    info.compress_size = compressed
    try:
        with gzip.GzipFile(fileobj=stream) as inflated:
            while piece := inflated.read(_MB):
                total += len(piece)
                if total > limits.inflated_bytes:
                    raise _bomb(name, info, total, limits)
                _check_ratio(name, info, total, limits)
    except (OSError, EOFError, zlib.error) as error:
        raise WorkbookDamaged(name=name, why=str(error)[:120]) from error
