"""Paints a job in History: as a card in the grid, as a row in the list. Both show the same facts."""

from PySide6.QtCore import QObject, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.job import Job, JobState
from app.domain.job_words import Progress
from app.item_models.job_facts import DOT, JobFacts, JobRole
from app.item_models.job_rows import Index
from app.system import appearance
from app.widgets import cover_art, icons, painting
from app.widgets.job_row_delegate import paint_state, place_of
from app.widgets.place import Place
from app.widgets.section_layout import Measures

CARDS = Measures(58, columns_from=184, ratio=1.54, gap=12, side=18, first_heading=38, heading=44, bottom=20, halo=4)
ROWS = Measures(56, side=10, first_heading=38, heading=40, bottom=20)

_EDGE = 12
_STAR = 22
_PICTURE = QSize(60, 40)


class HistoryDelegate(QStyledItemDelegate):
    """What both looks share: the picture, its mark, and the line that says how it went."""

    def __init__(self, facts: JobFacts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._facts = facts
        self._covers = cover_art.Covers()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROWS.height)

    def paint_picture(self, painter: QPainter, area: QRectF, index: Index, *, radius: float, is_card: bool) -> None:
        """The first result; a waveform for sound; an icon for what has nothing to show."""
        job: Job = index.data(JobRole.JOB)
        image = self._facts.cover(job, cover_art.wanted_pixels(area, painter.device().devicePixelRatioF()))
        if image is not None:
            self._covers.draw(painter, area, image, radius, top_only=is_card)
            return
        painter.fillPath(_rounded(area, radius, top_only=is_card), appearance.colour("raised"))
        peaks = self._facts.peaks(job)
        if peaks:
            side, top = (12.0, area.height() * 0.28) if is_card else (8.0, 10.0)
            cover_art.waveform(painter, area.adjusted(side, top, -side, -top), peaks)
        else:
            cover_art.sign(painter, area, str(index.data(JobRole.ICON)), 28 if is_card else 16)


class CardDelegate(HistoryDelegate):
    """Picture above, prompt and outcome below."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card = place_of(option)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen:
            painting.surface(
                painter, card.rect.adjusted(-2, -2, 2, 2), appearance.RADIUS_CARD + 2, fill=appearance.colour("glow")
            )
        painting.surface(painter, card.rect, appearance.RADIUS_CARD, fill=appearance.colour("panel"))
        height = card.rect.height() - CARDS.height
        picture = card.part(0, 0, card.width, height)
        self.paint_picture(painter, picture, index, radius=appearance.RADIUS_CARD, is_card=True)
        edge = "accent" if chosen else "border_strong" if hovered else "border"
        painting.surface(painter, card.rect, appearance.RADIUS_CARD, edge=appearance.colour(edge))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painting.focus_ring(painter, card.rect.adjusted(-3, -3, 3, 3), appearance.RADIUS_CARD + 3)
        self._paint_marks(painter, Place(picture, card.mirrored), index)
        words = Place(card.part(_EDGE, height, card.width - 2 * _EDGE, CARDS.height), card.mirrored)
        self._paint_words(painter, words, index)

    def _paint_marks(self, painter: QPainter, picture: Place, index: Index) -> None:
        icon_name, words = index.data(JobRole.BADGE)
        if icon_name or words:
            cover_art.badge(painter, picture, icon_name, words)
        if index.data(JobRole.JOB).favourite:
            box = picture.part(picture.width - 8 - _STAR, 8, _STAR, _STAR)
            painting.surface(painter, box, 5, fill=appearance.colour("scrim"))
            icons.draw(painter, box.adjusted(4, 4, -4, -4), "star-filled", QColor(STAR))
        progress = index.data(JobRole.PROGRESS)
        if isinstance(progress, Progress):
            line = QRectF(picture.rect.left() + 1, picture.rect.bottom() - 3, picture.width - 2, 3)
            cover_art.progress_line(painter, line, progress.share, mirrored=picture.mirrored)

    def _paint_words(self, painter: QPainter, words: Place, index: Index) -> None:
        words.line(9, 20).write(painter, str(index.data()), "text", appearance.font(13))
        second = words.line(30, 20)
        if index.data(JobRole.JOB).state is JobState.DONE:
            told = DOT.join((str(index.data(JobRole.MODEL)), str(index.data(JobRole.TIME))))
            second.write(painter, told, "second", appearance.font(12))
            return
        used = paint_state(painter, second, index)
        line = str(index.data(JobRole.LINE))
        second.inner(used, 0, 0, 0).write(painter, line, "second", appearance.font(12, tabular=True))


class RowDelegate(HistoryDelegate):
    """Picture, prompt and outcome at the start; model, provider and time in columns at the end."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = place_of(option)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            fill = appearance.colour("accent_wash" if chosen else "hover")
            painting.surface(painter, row.rect, appearance.RADIUS_INPUT, fill=fill)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painting.focus_ring(painter, row.rect, appearance.RADIUS_INPUT)
        picture = row.part(8, 8, _PICTURE.width(), _PICTURE.height())
        self.paint_picture(painter, picture, index, radius=appearance.RADIUS_SMALL, is_card=False)
        end = self._paint_columns(painter, row, index)
        words = row.inner(8 + _PICTURE.width() + 12, 0, end + 12, 0)
        words.line(9, 20).write(painter, str(index.data()), "text", appearance.font(13))
        second = words.line(29, 20)
        used = paint_state(painter, second, index)
        line = str(index.data(JobRole.LINE))
        second.inner(used, 0, 0, 0).write(painter, line, "second", appearance.font(12, tabular=True))

    def _paint_columns(self, painter: QPainter, row: Place, index: Index) -> float:
        """From the end: time, star, model, provider as far as there is room. Returns the width used."""
        font, height = appearance.font(12, tabular=True), row.rect.height()
        cells = [(JobRole.TIME, 64.0, True), (JobRole.MODEL, 130.0, False)]
        if row.width > 640:
            cells.append((JobRole.PROVIDER, 90.0, False))
        used = 12.0
        for role, width, at_end in cells:
            used += width
            cell = Place(row.part(row.width - used, 0, width - 8, height), row.mirrored)
            cell.write(painter, str(index.data(role)), "second", font, at_end=at_end)
            if role is JobRole.TIME:
                used += _STAR
                if index.data(JobRole.JOB).favourite:
                    box = row.part(row.width - used, 0, 14, height)
                    icons.draw(painter, box, "star-filled", appearance.colour("accent"))
        return used


STAR = "#FFC65C"
"""Lies on the scrim over pictures, so it is the same in both looks."""


def _rounded(area: QRectF, radius: float, *, top_only: bool) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(area.adjusted(0, 0, 0, radius if top_only else 0), radius, radius)
    if top_only:
        cut = QPainterPath()
        cut.addRect(area)
        path = path.intersected(cut)
    return path
