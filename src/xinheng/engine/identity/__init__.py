"""Who a company is: identifiers and their checks, names, size class, industry, region."""

from .codes import AUTO, check, detect, normalise
from .industries import Industry, IndustryLevel, industries, industry, section_of
from .names import CompanyName, dedupe_key, name_key, normalise_name, split_name
from .regions import PROVINCES, Region, RegionStatus, place_names, region
from .registration import lei_check_digits, org_code_check_character, reg_no_check_digit
from .results import KIND_NAMES, CodeCheck, Kind, Problem, Severity
from .size import IndicatorClass, SizeClass, SizeResult, SizeRules, SizeStatus, size_class, size_rules
from .uscc import uscc_check_character

__all__ = [
    "AUTO",
    "KIND_NAMES",
    "PROVINCES",
    "CodeCheck",
    "CompanyName",
    "IndicatorClass",
    "Industry",
    "IndustryLevel",
    "Kind",
    "Problem",
    "Region",
    "RegionStatus",
    "Severity",
    "SizeClass",
    "SizeResult",
    "SizeRules",
    "SizeStatus",
    "check",
    "dedupe_key",
    "detect",
    "industries",
    "industry",
    "lei_check_digits",
    "name_key",
    "normalise",
    "normalise_name",
    "org_code_check_character",
    "place_names",
    "reg_no_check_digit",
    "region",
    "section_of",
    "size_class",
    "size_rules",
    "split_name",
    "uscc_check_character",
]
