"""Tables in files: what people's spreadsheets hold is read as texts, and nothing that goes out is a formula."""

import io
import zipfile
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from apps.core.errors import DomainError
from apps.core.spreadsheets import SMALL_UNPACKED, read_rows, xlsx_response


def read(content: bytes) -> list[list[str]]:
    return list(read_rows(SimpleUploadedFile("t", content)))


def workbook(*rows: list) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_read_in_the_encodings_of_chinese_spreadsheets(encoding):
    rows = read("SKU,名称\r\nA,跑鞋\r\n\r\n".encode(encoding))
    assert rows == [["SKU", "名称"], ["A", "跑鞋"]]


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_the_first_line_says_what_stands_between_cells(between):
    assert read(f"SKU{between}n\nA{between}1\n".encode()) == [["SKU", "n"], ["A", "1"]]


def test_quoted_cells_hold_commas_and_lines():
    assert read(b'SKU,n\nA,"1,059.00"\n"B\nC",2\n') == [["SKU", "n"], ["A", "1,059.00"], ["B\nC", "2"]]


def test_numbers_of_a_workbook_read_as_people_see_them():
    rows = read(workbook(["SKU", "n"], ["A", 59.9], [12, 59.899999999999999], [None, None], ["B", 0.1 + 0.2]))
    assert rows == [["SKU", "n"], ["A", "59.9"], ["12", "59.9"], ["B", "0.3"]]


def test_what_goes_out_comes_back_and_is_no_formula():
    sent = [["=1+1", Decimal("59.90")], ["@x", 3], ["跑鞋\x07", None]]
    content = b"".join(xlsx_response("t.xlsx", ["SKU", "n"], sent).streaming_content)
    sheet = load_workbook(io.BytesIO(content)).active
    assert [[cell.data_type for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["s", "n"],
        ["s", "n"],
        ["s", "n"],
    ]
    assert sheet["A2"].value == "'=1+1"
    assert read(content) == [["SKU", "n"], ["=1+1", "59.9"], ["@x", "3"], ["跑鞋"]]


@pytest.mark.parametrize("content", [b"PK\x03\x04 no zip", b"\x00\x01\x02", b"\xff\xfe\xff\xff"])
def test_what_is_no_table_is_refused(content):
    with pytest.raises(DomainError, match="neither a CSV nor an XLSX"):
        read(content)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_unread():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (SMALL_UNPACKED + 1))
    with pytest.raises(DomainError, match="neither a CSV nor an XLSX"):
        read(file.getvalue())


def with_declaration(declared: str, entity: str) -> bytes:
    """A workbook whose one cell is an entity that its sheet declares."""
    source, target = zipfile.ZipFile(io.BytesIO(workbook(["word"]))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b"word" in content
                start = f'<?xml version="1.0"?><!DOCTYPE x [{declared}]>'
                content = start.encode() + content.replace(b"word", f"&{entity};".encode())
            packed.writestr(name, content)
    return target.getvalue()


def test_entities_that_grow_are_refused():
    bomb = '<!ENTITY a "aaaaaaaaaa">'
    bomb += "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    with pytest.raises(DomainError, match="neither a CSV nor an XLSX"):
        read(with_declaration(bomb, "j"))


def test_a_workbook_reads_no_other_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the key")
    with pytest.raises(DomainError, match="neither a CSV nor an XLSX"):
        read(with_declaration(f'<!ENTITY x SYSTEM "{secret.as_uri()}">', "x"))
