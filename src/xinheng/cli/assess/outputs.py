"""Files out: each is written whole under another name and then takes its place, so none is ever half there."""

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from xinheng.cli.assess.errors import (
    FileMissing,
    FileUnreadable,
    NothingGiven,
    OutputExists,
    OutputFolderMissing,
    OutputIsInput,
    OutputKindWrong,
    OutputNotWritable,
)


def check_inputs(files: Sequence[Path]) -> None:
    """Refuse what cannot be read before anything is worked out. Raises: NothingGiven, FileMissing, FileUnreadable."""
    if not files:
        raise NothingGiven()
    for path in files:
        try:
            with path.open("rb"):
                pass
        except FileNotFoundError as error:
            raise FileMissing(path=str(path)) from error
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            raise FileUnreadable(path=str(path), why=_why(error)) from error


def check_workbook(path: Path, files: Sequence[Path], overwrite: bool) -> None:
    """Refuse a place for the workbook. Raises: OutputKindWrong, OutputFolderMissing, OutputIsInput, OutputExists."""
    if path.suffix.lower() != ".xlsx" or path.is_dir():
        raise OutputKindWrong(
            path=str(path), detail_zh="请给出以 .xlsx 结尾的文件名", detail_en="name a file that ends in .xlsx"
        )
    if not path.parent.is_dir():
        raise OutputFolderMissing(path=str(path.parent))
    if any(path.exists() and path.samefile(file) for file in files):
        raise OutputIsInput(path=str(path))
    if path.exists() and not overwrite:
        raise OutputExists(path=str(path))


def check_folder(folder: Path) -> None:
    """Refuse a place for the pages. Raises: OutputKindWrong, OutputFolderMissing."""
    if folder.exists() and not folder.is_dir():
        raise OutputKindWrong(
            path=str(folder), detail_zh="它是文件，请给出文件夹", detail_en="it is a file; name a folder"
        )
    if not folder.parent.is_dir():
        raise OutputFolderMissing(path=str(folder.parent))


def write_files(contents: Iterable[tuple[Path, Callable[[], bytes]]], overwrite: bool) -> list[Path]:
    """Write files that appear only when all of them are complete.

    Args:
        contents: where, and what makes the bytes; made one at a time.
    Returns: the files, in order.
    Raises: OutputExists, OutputNotWritable. Then no new file is left; with `overwrite` a file that had been replaced
        before the system refused stays replaced, whole.
    """
    waiting: list[tuple[str, Path]] = []
    placed: list[Path] = []
    made: set[Path] = set()
    current = Path()
    try:
        for path, make in contents:
            current = path
            if path.exists() and not overwrite:
                raise OutputExists(path=str(path))
            if not path.parent.is_dir():
                path.parent.mkdir()
                made.add(path.parent)
            waiting.append((_beside(path, make()), path))
        for temporary, path in waiting:
            current = path
            os.replace(temporary, path)
            placed.append(path)
    except OSError as error:
        if not overwrite:
            for path in placed:
                path.unlink(missing_ok=True)
        raise OutputNotWritable(path=str(current), why=_why(error)) from error
    finally:
        for temporary, _path in waiting:
            Path(temporary).unlink(missing_ok=True)
        for folder in made:
            if not any(folder.iterdir()):
                folder.rmdir()
    return [path for _temporary, path in waiting]


def _beside(path: Path, content: bytes) -> str:
    """Write a temporary file in the same folder, with the rights that a new file of the caller has."""
    handle, name = tempfile.mkstemp(prefix=".xinheng-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error)
