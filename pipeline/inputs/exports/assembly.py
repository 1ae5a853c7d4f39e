"""From the contents of columns to an export: rows of nobody dropped, headers and cells checked."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np

from pipeline.characters import first_control
from pipeline.errors import DataError
from pipeline.inputs.exports.headers import Header
from pipeline.inputs.exports.table import Column, Declared, Export, blank_rows, tidied, unknown_columns
from pipeline.inputs.exports.texts import tidy_text

Content = tuple[np.ndarray, tuple[str, ...]]  # tidied codes and texts, a code a row
SPREADSHEET_ERRORS = ("#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#N/A")


def indices_needed(file: str, header: Header, columns: Collection[str] | None) -> list[int]:
    """Which columns (indices from 0) have to be read for those asked for; None asks for all.

    The first and the last column are read always, to tell the rows of nobody, and so are columns of the same header,
    to compare them. Raises DataError for names that the file does not have.
    """
    if columns is None:
        return list(range(len(header.names)))
    wanted = list(map(tidy_text, columns))
    unknown = sorted(set(wanted) - set(header.names))
    if unknown:
        raise unknown_columns(file, unknown, header.names)
    asked = {index for index, name in enumerate(header.names) if name in wanted}
    return sorted({0, len(header.names) - 1}.union(asked, *header.repeated))


def assemble(
    header: Header,
    contents: Mapping[int, Content],
    columns: Collection[str] | None,
    declared: Mapping[int, Declared] = MappingProxyType({}),
    **how,
) -> Export:
    """The export: `contents` by index of the column, `columns` those asked for, `how` the other fields of Export.

    Rows without any text are dropped, and columns with neither header nor text. Raises DataError if no row
    is left, if two columns agree in header and content, or if a cell asked for is a spreadsheet's error.
    """
    blank = blank_rows(list(contents.values()))
    if blank.all():
        raise DataError(
            "The file holds no respondents.",
            where=how["file"],
            found="a header only",
            expected="one row a respondent",
            fix="Export the survey with its responses.",
        )
    if blank.any():
        contents = {index: tidied(codes[~blank], texts) for index, (codes, texts) in contents.items()}
    table = {
        index: Column(
            index + 1, header.names[index], header.questions[index], codes, texts, declared.get(index, Declared())
        )
        for index, (codes, texts) in sorted(contents.items())
    }
    _refuse_copies(how["file"], header, table)
    for column in table.values():
        refuse_control(f"{how['file']}, the header of column {column.position}", f"{column.name} {column.question}")
    wanted = set(header.names if columns is None else map(tidy_text, columns))
    kept = tuple(
        column
        for index, column in table.items()
        if column.name in wanted and not (index in header.blank and column.texts == ("",))
    )
    export = Export(header=header.layout, columns=kept, rows=int((~blank).sum()), **how)
    for column in export.columns:
        _refuse_errors(export, column)
        if columns is not None:  # what is left out, such as free text, may hold anything: it is shown nowhere
            refuse_controls(export, column)
    return export


def _refuse_copies(file: str, header: Header, table: Mapping[int, Column]) -> None:
    for group in header.repeated:
        for second, index in enumerate(group):
            for other in group[:second]:
                if table[index].same_content(table[other]):
                    raise DataError(
                        "Two columns have the same header and the same content.",
                        where=file,
                        found=f"columns {other + 1} and {index + 1}: {table[other].name}",
                        expected="each column once",
                        fix="Export the file again without the copy.",
                    )


def _refuse_errors(export: Export, column: Column) -> None:
    for error in SPREADSHEET_ERRORS:
        if error in column.texts:
            line = export.line(int(np.argmax(column.codes == column.texts.index(error))))
            raise error_cell(
                f"{export.file}, {export.row_word} {line}, column {column.position} ({column.name})", error
            )


def refuse_controls(export: Export, column: Column) -> None:
    """Raise DataError for the first cell of a column that holds a control character."""
    for number, text in enumerate(column.texts):
        if first_control(text):
            place = f"{export.row_word} {export.line(int(np.argmax(column.codes == number)))}"
            refuse_control(f"{export.file}, {place}, column {column.position} ({column.name})", text)


def refuse_control(where: str, text: str) -> None:
    """Raise DataError if a text holds a control character, which is named, and not shown."""
    if found := first_control(text):
        raise DataError(
            "A text holds a control character.",
            where=where,
            found=found,
            expected="letters, digits and marks that can be seen",
            fix="Take it out of the file.",
        )


def error_cell(where: str, error: str) -> DataError:
    """What is said of a cell in which a spreadsheet shows an error."""
    return DataError(
        "A cell holds a spreadsheet's error, not an answer.",
        where=where,
        found=error,
        fix="Take the export as it came, not one that was opened and saved in a spreadsheet.",
    )
