"""What can be wrong with a call of `xinheng assess`, beside what is wrong with the files themselves.

EngineError
├── BadInput                     exit code 2: whoever calls can mend it
│   ├── NothingGiven             nothing_given
│   ├── FileMissing              file_missing
│   ├── FileUnreadable           file_unreadable
│   ├── OutputExists             output_exists
│   ├── OutputIsInput            output_is_input
│   ├── OutputFolderMissing      output_folder_missing
│   └── OutputKindWrong          output_kind_wrong
└── EnvironmentFault             exit code 3: the machine does not let us
    ├── OutputNotWritable        output_not_writable
    └── TypesetterBroken         typesetter_broken
"""

from xinheng.engine.errors import BadInput, EngineError


class NothingGiven(BadInput):
    """No file was named."""

    code = "nothing_given"
    zh = "没有给出文件；用法：xinheng assess 文件…（.xlsx 工作簿，或 .csv、.tsv 文本）"
    en = "No file was given; call xinheng assess FILE… with .xlsx workbooks, or .csv or .tsv text"


class FileMissing(BadInput):
    """A file that is not there. Data: `path`."""

    code = "file_missing"
    zh = "找不到文件“{path}”；请检查路径"
    en = "There is no file “{path}”; check the path"


class FileUnreadable(BadInput):
    """A file that the system does not let us read, or a folder. Data: `path`, `why`."""

    code = "file_unreadable"
    zh = "无法读取“{path}”（{why}）；请给出可读的文件"
    en = "“{path}” cannot be read ({why}); name a file that may be read"


class OutputExists(BadInput):
    """A file of that name is there. Data: `path`."""

    code = "output_exists"
    zh = "“{path}”已存在，未写入任何文件；请换一个名字，或加 --overwrite 覆盖"
    en = "“{path}” exists and nothing was written; choose another name, or add --overwrite to replace it"


class OutputIsInput(BadInput):
    """The output would replace a file that is read. Data: `path`."""

    code = "output_is_input"
    zh = "“{path}”是要读取的文件，不能用作输出；请换一个名字"
    en = "“{path}” is one of the files to read and cannot be the output; choose another name"


class OutputFolderMissing(BadInput):
    """The folder of an output is not there. Data: `path`."""

    code = "output_folder_missing"
    zh = "文件夹“{path}”不存在；请先建立，或换一个位置"
    en = "The folder “{path}” does not exist; make it first or choose another place"


class OutputKindWrong(BadInput):
    """A folder where a file is meant, a file where a folder is meant, or another ending. Data: `path`, `want`."""

    code = "output_kind_wrong"
    zh = "“{path}”不能用作输出：{detail_zh}"
    en = "“{path}” cannot be the output: {detail_en}"


class EnvironmentFault(EngineError):
    """The machine does not let us."""

    code = "environment_fault"


class OutputNotWritable(EnvironmentFault):
    """The system refuses to write. Data: `path`, `why`."""

    code = "output_not_writable"
    zh = "无法写入“{path}”（{why}）；没有留下不完整的文件，请检查权限和磁盘空间"
    en = "“{path}” cannot be written ({why}); no incomplete file was left, check permissions and disk space"


class TypesetterBroken(EnvironmentFault):
    """The PDF could not be set. Data: `why`."""

    code = "typesetter_broken"
    zh = "排版程序出错（{why}）；请运行 make setup 重新安装"
    en = "The type-setter failed ({why}); run make setup to install it again"
