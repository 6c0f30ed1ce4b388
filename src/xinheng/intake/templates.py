"""A workbook to fill in, one per kind: header, help, an example, lists to choose from."""

from __future__ import annotations

import io

import xlsxwriter

from xinheng.intake.kinds import Column, Kind

_ROWS = 10_000
_FORMATS = {"amount": "#,##0.00", "date": "yyyy-mm-dd", "int": "0", "percent": "0.00%"}
_HELP_SHEET = {"zh": "填写说明", "en": "Help"}
_HELP_HEADER = {
    "zh": ("列", "必填", "说明", "示例", "也接受这些列名"),
    "en": ("Column", "Required", "Meaning", "Example", "Other accepted names"),
}


def template_workbook(kind: Kind, language: str = "zh") -> bytes:
    """An .xlsx with a sheet to fill in (header and one example row) and a sheet that explains every column.

    The workbook imports as it is: the example row is a valid row, to be overwritten.
    """
    chinese = language.startswith("zh")
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    required = book.add_format({"bold": True, "bg_color": "#0F5257", "font_color": "#FFFFFF", "text_wrap": True})
    optional = book.add_format({"bold": True, "bg_color": "#E3ECEC", "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(kind.label(language)[:31])
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(kind.columns):
        sheet.write_string(0, place, column.label(language), required if column.required else optional)
        if help_text := column.help_zh if chinese else column.help_en:
            sheet.write_comment(0, place, help_text, {"x_scale": 2})
        # Codes stay text, so that the workbook cannot drop digits or leading zeros.
        shape = book.add_format({"num_format": _FORMATS[column.type]}) if column.type in _FORMATS else text
        sheet.set_column(place, place, max(12, len(column.label(language)) * 2 + 2), shape)
        sheet.write_string(1, place, column.example, text)
        _validate(sheet, place, column)
    _write_help(book, kind, language)
    book.close()
    return stream.getvalue()


def _validate(sheet: xlsxwriter.worksheet.Worksheet, place: int, column: Column) -> None:
    words = [names[0] for names in column.choices.values()] if column.choices else []
    if column.type == "bool":
        words = ["是", "否"]
    if words:
        sheet.data_validation(
            1, place, _ROWS, place, {"validate": "list", "source": words, "error_type": "information"}
        )


def _write_help(book: xlsxwriter.Workbook, kind: Kind, language: str) -> None:
    chinese = language.startswith("zh")
    sheet = book.add_worksheet(_HELP_SHEET["zh" if chinese else "en"])
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, kind.help_zh if chinese else kind.help_en)
    for place, title in enumerate(_HELP_HEADER["zh" if chinese else "en"]):
        sheet.write_string(2, place, title, bold)
    for row, column in enumerate(kind.columns, start=3):
        cells = (
            column.label(language),
            ("是" if chinese else "yes") if column.required else "",
            column.help_zh if chinese else column.help_en,
            column.example,
            "、".join(column.aliases),
        )
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell, wrap)
    sheet.set_column(0, 1, 18)
    sheet.set_column(2, 4, 48)
