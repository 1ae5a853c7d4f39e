"""What an export may be at most. The limits bound memory; they lie far above what a council's survey needs."""

FORMATS = "CSV, XLSX, ODS, SPSS (.sav) or Stata (.dta)"
FILE_BYTES = 1 << 30  # a file as it lies on the disk: 1 GiB
LINE_BYTES = 1 << 20  # a line of a text file: 1 MiB
ROW_BYTES = 8 << 20  # a row of a text file, which quoted line ends spread over several lines
COLUMNS = 5_000
SHEET_CELLS = 10_000_000  # rows × columns of one spreadsheet, from its first cell to its last
SHEET_CHARACTERS = 300_000_000  # of one spreadsheet, each cell counted: many may share one stored text
ARCHIVE_FILES = 2_000  # files inside an XLSX or ODS file
ARCHIVE_BYTES = 1 << 30  # all of them unpacked
ARCHIVE_RATIO = 200  # unpacked to packed bytes of all together, where they unpack to more than RATIO_FROM_BYTES
RATIO_FROM_BYTES = 16 << 20
