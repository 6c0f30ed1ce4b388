"""Who a company is: identifiers and their checks, names, size class, industry, region."""

from .codes import AUTO, check, detect, normalise
from .regions import PROVINCES, Region, RegionStatus, region
from .registration import lei_check_digits, org_code_check_character, reg_no_check_digit
from .results import KIND_NAMES, CodeCheck, Kind, Problem, Severity
from .uscc import uscc_check_character

__all__ = [
    "AUTO",
    "KIND_NAMES",
    "PROVINCES",
    "CodeCheck",
    "Kind",
    "Problem",
    "Region",
    "RegionStatus",
    "Severity",
    "check",
    "detect",
    "lei_check_digits",
    "normalise",
    "org_code_check_character",
    "reg_no_check_digit",
    "region",
    "uscc_check_character",
]
