"""The sheets of a printed report: no heading stands alone at the foot of one."""

import pytest
from PySide6.QtCore import QSizeF

from player.report.page import Page
from player.ui import report_printing as printing


def blocks(document):
    block, found = document.begin(), []
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


@pytest.mark.parametrize("height_px", range(240, 330, 15))
def test_a_heading_is_on_the_sheet_of_what_it_stands_above(qapp, height_px):
    for lines in range(5, 12):
        body = "<p>x</p>" * lines + "<h2>All</h2><h3>One</h3><p>said of it</p>" + "<p>x</p>" * 12
        document = printing._document(Page("x", "en", body, {}), QSizeF(400, height_px))
        assert document.pageCount() > 1  # it is laid out
        told = {block.text(): printing._sheet(block, height_px) for block in blocks(document) if block.text() != "x"}
        assert told["All"] == told["One"] == told["said of it"]
