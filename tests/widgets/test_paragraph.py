"""Paragraphs: as high as their words need, never markup, never cut off."""

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from app.widgets.paragraph import Paragraph

WORDS = "Pictures, films and sounds lie in folders of their own, named by date and prompt."


def test_a_narrower_paragraph_is_higher_by_whole_lines(qapp: QApplication) -> None:
    words = Paragraph(WORDS)
    heights = [words.heightForWidth(width) for width in (640, 300, 150)]
    assert heights == sorted(heights)
    assert len(set(heights)) == 3
    assert all(height % words.line_height == 0 for height in heights)


def test_an_empty_paragraph_takes_no_room(qapp: QApplication) -> None:
    assert Paragraph("").heightForWidth(200) == 0


def test_a_path_without_blanks_is_broken_and_not_cut_off(qapp: QApplication) -> None:
    path = Paragraph("/media/a-drive-with-a-long-name/pictures-and-films-and-sounds/slowlight-results")
    assert path.heightForWidth(120) >= 4 * path.line_height
    assert path.minimumSizeHint().width() < 120


def test_markup_in_a_paragraph_is_only_words(qapp: QApplication) -> None:
    words = Paragraph("<b>bold</b>")
    assert QAccessible.queryAccessibleInterface(words).text(QAccessible.Text.Name) == "<b>bold</b>"
    assert words.sizeHint().width() > Paragraph("bold").sizeHint().width() * 2


def test_centred_words_come_out_in_lines_of_about_one_length(qapp: QApplication) -> None:
    def ink(centred: bool) -> list[int]:
        words = Paragraph("Nothing is lost: the result is saved by itself and appears here.", centred=centred)
        words.resize(320, words.heightForWidth(320))
        image = words.grab().toImage()
        ground = image.pixel(0, 0)
        height = words.line_height
        rows = range(0, words.height(), height)
        found = []
        for top in rows:
            columns = [x for x in range(image.width()) if any(image.pixel(x, top + y) != ground for y in range(height))]
            found.append(max(columns) - min(columns))
        return found

    plain, centred = ink(False), ink(True)
    assert len(plain) == len(centred) == 2
    assert min(centred) / max(centred) > 0.7 > min(plain) / max(plain)
