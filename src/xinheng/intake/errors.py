"""What can be wrong with a file that somebody hands in: each with its place and its remedy.

BadInput (engine)
└── FileError                 file_error
    ├── FileEmpty             file_empty
    ├── FileTooLarge          file_too_large
    ├── FileKindUnknown       file_kind_unknown       neither workbook nor text
    ├── FileKindMismatch      file_kind_mismatch      the name says one thing, the content another
    ├── FileNameUnsafe        file_name_unsafe
    ├── WorkbookLegacy        workbook_legacy         .xls and other compound files
    ├── WorkbookEncrypted     workbook_encrypted
    ├── WorkbookMacros        workbook_macros
    ├── WorkbookExternal      workbook_external_links
    ├── WorkbookBomb          workbook_bomb           inflates beyond reason
    ├── WorkbookDamaged       workbook_damaged
    ├── FormulaWithoutValue   formula_without_value
    ├── SheetTooLarge         sheet_too_large
    ├── TextWithNul           text_nul
    ├── TextEncodingUnknown   text_encoding_unknown
    ├── TextStructure         text_structure          quotes that do not close, cells without end
    ├── HeaderMissing         header_missing
    ├── ColumnMissing         column_missing          a required column is not mapped
    └── TableUnknown          table_unknown           the headers are those of no kind of table
"""

from __future__ import annotations

from xinheng.engine.errors import BadInput


class FileError(BadInput):
    """The file as a whole cannot be used. Data: `name` where the file has one."""

    code = "file_error"
    zh = "文件无法使用"
    en = "The file cannot be used"


class FileEmpty(FileError):
    """Nothing, or only blanks, in the file or in the sheet. Data: `name`."""

    code = "file_empty"
    zh = "“{name}”中没有数据，请填好表头和数据行后再上传"
    en = "“{name}” holds no data; fill in a header row and data rows, then upload it again"


class FileTooLarge(FileError):
    """Beyond the size limit. Data: `name`, `size_mb`, `limit_mb`."""

    code = "file_too_large"
    zh = "“{name}”有 {size_mb} MB，上限为 {limit_mb} MB；可拆分为几个文件，或改用 CSV"
    en = "“{name}” has {size_mb} MB, the limit is {limit_mb} MB; split it into several files or use CSV"


class FileKindUnknown(FileError):
    """Neither an .xlsx workbook nor delimited text. Data: `name`, `found_zh`, `found_en`."""

    code = "file_kind_unknown"
    zh = "“{name}”是{found_zh}，不能导入；可用的是 .xlsx 工作簿和 .csv、.tsv 文本"
    en = "“{name}” is {found_en} and cannot be imported; .xlsx workbooks and .csv or .tsv text can"


class FileKindMismatch(FileError):
    """The extension promises something else than the content. Data: `name`, `found_zh`, `found_en`, `rename`."""

    code = "file_kind_mismatch"
    zh = "“{name}”的扩展名与内容不符：内容是{found_zh}；请另存为 {rename} 再上传"
    en = "The extension of “{name}” does not fit its content, which is {found_en}; save it as {rename} and upload that"


class FileNameUnsafe(FileError):
    """A name that leads out of a folder or hides something. Data: `name`."""

    code = "file_name_unsafe"
    zh = "文件名“{name}”含有路径或控制字符；请改名后再上传"
    en = "The file name “{name}” holds a path or control characters; rename the file and upload it again"


class WorkbookLegacy(FileError):
    """A compound file, such as .xls of Excel 97–2003. Data: `name`."""

    code = "workbook_legacy"
    zh = "“{name}”是旧版 .xls 格式；请在 Excel 或 WPS 中另存为 .xlsx"
    en = "“{name}” has the old .xls format; save it as .xlsx in Excel or WPS"


class WorkbookEncrypted(FileError):
    """Opens with a password only. Data: `name`."""

    code = "workbook_encrypted"
    zh = "“{name}”设有打开密码；请去掉密码后另存"
    en = "“{name}” is protected by a password; save a copy without it"


class WorkbookMacros(FileError):
    """Carries programs. Data: `name`, `part`."""

    code = "workbook_macros"
    zh = "“{name}”带有宏（{part}）；请另存为不含宏的 .xlsx"
    en = "“{name}” carries macros ({part}); save it as an .xlsx without macros"


class WorkbookExternal(FileError):
    """Takes values from other workbooks, which may be old. Data: `name`, `part`."""

    code = "workbook_external_links"
    zh = "“{name}”引用了其他工作簿（{part}），数值可能过期；请在“数据 › 编辑链接”中断开链接后另存"
    en = "“{name}” refers to other workbooks ({part}), whose values may be old; break the links and save it again"


class WorkbookBomb(FileError):
    """Inflates beyond the limit of size or ratio. Data: `name`, `part`, `inflated_mb`, `limit_mb`, `ratio`."""

    code = "workbook_bomb"
    zh = "“{name}”解压后过大（{part}：{inflated_mb} MB，压缩比 {ratio}，上限 {limit_mb} MB）；请删去空白区域或改用 CSV"
    en = (
        "“{name}” inflates beyond the limit ({part}: {inflated_mb} MB, ratio {ratio}, limit {limit_mb} MB); "
        "delete empty areas or use CSV"
    )


class WorkbookDamaged(FileError):
    """Not a workbook that can be read. Data: `name`, `why`."""

    code = "workbook_damaged"
    zh = "工作簿“{name}”已损坏（{why}）；请在 Excel 或 WPS 中打开并重新保存"
    en = "The workbook “{name}” is damaged ({why}); open it in Excel or WPS and save it again"


class FormulaWithoutValue(FileError):
    """A formula whose result is not stored in the file. Data: `name`, `sheet`, `cell`, `count`."""

    code = "formula_without_value"
    zh = (
        "“{name}”工作表“{sheet}”的单元格 {cell} 等 {count} 处公式没有计算结果；请在 Excel 或 WPS 中打开、重新计算并保存"
    )
    en = (
        "In “{name}”, sheet “{sheet}”, {count} formulas have no stored result, the first in {cell}; "
        "open the file in Excel or WPS, recalculate and save it"
    )


class SheetTooLarge(FileError):
    """More rows × columns than are read. Data: `name`, `sheet`, `rows`, `columns`, `limit`."""

    code = "sheet_too_large"
    zh = "“{name}”工作表“{sheet}”占 {rows} 行 × {columns} 列，超过 {limit} 个单元格；请删去空白区域，或另存为 CSV"
    en = (
        "In “{name}”, sheet “{sheet}” spans {rows} rows × {columns} columns, more than {limit} cells; "
        "delete empty areas or save it as CSV"
    )


class TextWithNul(FileError):
    """A NUL byte in a text. Data: `name`, `line`, `offset`."""

    code = "text_nul"
    zh = "“{name}”第 {line} 行含有空字节（位置 {offset}），不是文本文件；请从系统重新导出 CSV"
    en = "“{name}” holds a NUL byte in line {line} (offset {offset}), so it is not text; export the CSV anew"


class TextEncodingUnknown(FileError):
    """Neither UTF-8, UTF-16 nor GB18030. Data: `name`, `line`, `offset`."""

    code = "text_encoding_unknown"
    zh = "“{name}”第 {line} 行（位置 {offset}）的编码无法识别；请另存为 UTF-8 或 GBK 编码的 CSV"
    en = "The encoding of “{name}” is not known at line {line} (offset {offset}); save it as CSV in UTF-8 or GBK"


class TextStructure(FileError):
    """The lines cannot be split into cells. Data: `name`, `line`."""

    code = "text_structure"
    zh = "“{name}”第 {line} 行无法拆分为单元格"
    en = "Line {line} of “{name}” cannot be split into cells"


class HeaderMissing(FileError):
    """No row that looks like a header. Data: `name`, `sheet`."""

    code = "header_missing"
    zh = "“{name}”（{sheet}）的前 30 行中没有找到表头；请在数据上方放一行列名"
    en = (
        "No header row was found in the first 30 rows of “{name}” ({sheet}); put one row of column names above the data"
    )


class ColumnMissing(FileError):
    """Required columns that no header is mapped to. Data: `columns_zh`, `columns_en`."""

    code = "column_missing"
    zh = "还没有对应这些必填列：{columns_zh}"
    en = "These required columns are not mapped yet: {columns_en}"


class TableUnknown(FileError):
    """A sheet whose headers are those of no kind. Data: `name`, `kind_zh`, `kind_en`, `columns_zh`, `columns_en`."""

    code = "table_unknown"
    zh = "“{name}”的表头不属于客户、报表、发票或回款；最接近的是{kind_zh}，还缺这些列：{columns_zh}"
    en = (
        "The headers of “{name}” are not those of customers, statements, invoices or payments; the closest is "
        "{kind_en}, which still needs these columns: {columns_en}"
    )
