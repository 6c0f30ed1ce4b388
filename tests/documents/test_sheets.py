"""The workbook of assessments, read back with another library."""

import dataclasses
import io

import openpyxl
import pytest

from xinheng.documents import RefusedRow, assessment_workbook

REFUSED = RefusedRow("发票.csv", "", 3, "开票日期", "-5+cmd", "无法识别", "2024-01-15")


def opened(reports, refused=(), language="zh"):
    return openpyxl.load_workbook(io.BytesIO(assessment_workbook(reports, refused, language)))


def rows_of(sheet):
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_summary_has_one_row_a_company(healthy, failing):
    first, second = rows_of(opened([healthy, failing])["汇总"])
    assert first["公司"] == "华岳精密机械有限公司（示例）"
    assert [first[key] for key in ("信用等级", "建议额度（元）", "约束项", "账期（天）")] == [
        "BBB",
        200000,
        "需求法",
        45,
    ]
    assert first["综合得分"] == pytest.approx(healthy.answer.score)
    assert first["风险预警"] is None
    assert second["信用等级"] == "C"
    assert "资不抵债" in second["风险预警"]


def test_unknown_is_an_empty_cell_and_never_zero(unknown):
    (row,) = rows_of(opened([unknown])["汇总"])
    assert (row["信用等级"], row["综合得分"], row["建议额度（元）"]) == ("不予评级", None, None)


def test_points_ratios_steps_and_models_are_complete(healthy):
    book = opened([healthy])
    points = rows_of(book["得分构成"])
    assert len(points) == len(healthy.contributions)
    assert sum(row["得到"] or 0 for row in points) == pytest.approx(healthy.answer.score)
    ratios = {row["编号"]: row for row in rows_of(book["财务比率"])}
    assert (ratios["D1"]["数值"], ratios["D1"]["单位"], ratios["D1"]["状态"]) == (0.5, "%", "正常")
    assert len(rows_of(book["财务比率"])) == len(healthy.figures)
    steps = {row["方法"]: row for row in rows_of(book["额度测算"])}
    assert (steps["净资产法"]["金额（元）"], steps["净资产法"]["算式"]) == (5000000, "10% × 50,000,000")
    assert [name for name, row in steps.items() if row["约束项"]] == ["需求法"]
    models = {row["模型"]: row for row in rows_of(book["参考模型"])}
    assert (models["Altman Z'（非上市制造业）"]["数值"], models["Altman Z'（非上市制造业）"]["区间"]) == (
        pytest.approx(2.307752), "灰色",
    )  # fmt: skip


def test_numbers_have_formats_and_heads_are_frozen(healthy):
    book = opened([healthy])
    assert all(sheet.freeze_panes == "B2" for sheet in book)
    summary = book["汇总"]
    formats = {cell.value: summary.cell(2, cell.column).number_format for cell in summary[1]}
    assert formats["建议额度（元）"] == "#,##0.00"
    assert formats["违约概率（12 个月）"] == "0.00%"
    assert formats["评估日"] == "yyyy-mm-dd"


def test_refused_rows_and_names_stay_text(healthy):
    named = dataclasses.replace(healthy, subject=dataclasses.replace(healthy.subject, name="=1+1\x07"))
    book = opened([named], [REFUSED], "en")
    (row,) = rows_of(book["Rows not used"])
    assert list(row.values()) == ["发票.csv", None, 3, "开票日期", "-5+cmd", "无法识别", "2024-01-15"]
    cell = book["Summary"]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_equal_input_gives_equal_bytes(healthy):
    assert assessment_workbook([healthy], [REFUSED], "en") == assessment_workbook([healthy], [REFUSED], "en")
