"""Documents out: assessments as a page of PDF and as a workbook, made from the engine's results alone."""

from xinheng.documents.filenames import file_name
from xinheng.documents.page import assessment_page
from xinheng.documents.report import Report, Subject, report
from xinheng.documents.sheets import RefusedRow, assessment_workbook
from xinheng.documents.words import Language

__all__ = [
    "Language",
    "RefusedRow",
    "Report",
    "Subject",
    "assessment_page",
    "assessment_workbook",
    "file_name",
    "report",
]
