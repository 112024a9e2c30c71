"""Paints one job of the right-hand column: picture, prompt, state, progress, and its quick actions under the pointer."""

from collections.abc import Iterator

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.job import JobState
from app.domain.job_words import ACTION_ICONS, JobAction, Progress
from app.item_models.job_facts import JobFacts, JobRole
from app.item_models.job_rows import Index
from app.system import appearance
from app.widgets import cover_art, icons, painting
from app.widgets.place import Place

HEIGHT = 66
_PICTURE, _SMALL_PICTURE = QSize(64, 48), QSize(48, 36)
_NARROW = 250
_BUTTON = 28

_QUICK = (
    JobAction.OPEN_SETTINGS,
    JobAction.CANCEL,
    JobAction.STOP_WAITING,
    JobAction.WAIT_AGAIN,
    JobAction.RETRY,
    JobAction.RUN_AGAIN,
    JobAction.OPEN_FOLDER,
    JobAction.DELETE,
)
_QUICK_MOST = 2


class JobRowDelegate(QStyledItemDelegate):
    """`phase` (0 to 1, or below 0 without motion) moves the light of lines that nobody can measure.

    `hot` is the action under the pointer, in the row under the pointer; `dirty` what has to be painted now.
    """

    def __init__(self, facts: JobFacts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._facts = facts
        self._covers = cover_art.Covers()
        self.phase = -1.0
        self.hot: JobAction | None = None
        self.dirty = QRegion()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(240, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, state = place_of(option), option.state
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(row.rect, appearance.colour("accent_wash"))
        elif hovered:
            painter.fillRect(row.rect, appearance.colour("hover"))
        if state & QStyle.StateFlag.State_HasFocus:
            painting.focus_ring(painter, row.rect.adjusted(2, 2, -2, -2), appearance.RADIUS_SMALL)
        self._paint_picture(painter, picture_rect(row), index)
        progress = index.data(JobRole.PROGRESS)
        if isinstance(progress, Progress):
            line = progress_rect(row)
            cover_art.progress_line(painter, line, progress.share, self.phase, mirrored=row.mirrored)
            if line.toAlignedRect().contains(self.dirty.intersected(option.rect).boundingRect()):
                return  # only its light has moved
        quick = list(self.quick_rects(row, index)) if hovered else []
        end = side_of(row.width) + _BUTTON * len(quick)
        role = JobRole.LINE if row.width >= _NARROW else JobRole.BRIEF
        self._paint_words(painter, row.inner(text_start(row.width), 0, end, 0), index, role)
        for action, box in quick:
            self._paint_button(painter, box, action)

    def quick_actions(self, index: Index) -> tuple[JobAction, ...]:
        """What the row offers under the pointer; everything is in its menu."""
        offered = index.data(JobRole.ACTIONS) or ()
        return tuple(action for action in _QUICK if action in offered)[:_QUICK_MOST]

    def quick_rects(self, row: Place, index: Index) -> Iterator[tuple[JobAction, QRectF]]:
        """Where the quick actions of a row are, from the end."""
        for number, action in enumerate(reversed(self.quick_actions(index)), 1):
            yield action, row.part(row.width - side_of(row.width) + 6 - _BUTTON * number, 6, _BUTTON, _BUTTON)

    def action_at(self, row: Place, index: Index, point: QPoint) -> JobAction | None:
        return next((action for action, box in self.quick_rects(row, index) if box.contains(point)), None)

    def _paint_picture(self, painter: QPainter, place: QRectF, index: Index) -> None:
        job = index.data(JobRole.JOB)
        image = self._facts.cover(job, cover_art.wanted_pixels(place, painter.device().devicePixelRatioF()))
        if image is not None:
            self._covers.draw(painter, place, image, appearance.RADIUS_SMALL)
            return
        peaks = self._facts.peaks(job)
        painting.surface(painter, place, appearance.RADIUS_SMALL, fill=appearance.colour("raised"))
        if peaks:
            cover_art.waveform(painter, place.adjusted(8, 12, -8, -12), peaks)
        else:
            cover_art.sign(painter, place, str(index.data(JobRole.ICON)), 18)

    def _paint_words(self, painter: QPainter, words: Place, index: Index, role: JobRole) -> None:
        words.line(8, 20).write(painter, str(index.data()), "text", appearance.font(13))
        second = words.line(30, 20)
        used = paint_state(painter, second, index)
        line = second.inner(used, 0, 0, 0)
        line.write(painter, str(index.data(role)), "second", appearance.font(12, tabular=True))

    def _paint_button(self, painter: QPainter, box: QRectF, action: JobAction) -> None:
        if action is self.hot:
            painting.surface(painter, box, appearance.RADIUS_SMALL, fill=appearance.colour("pressed"))
        cover_art.sign(painter, box, ACTION_ICONS[action], 16, "text" if action is self.hot else "second")


def paint_state(painter: QPainter, line: Place, index: Index) -> float:
    """The state word in its colour, or a check mark for what is done. Returns where the next words begin."""
    tone = str(index.data(JobRole.TONE))
    if index.data(JobRole.JOB).state is JobState.DONE:
        icons.draw(painter, line.part(0, 0, 14, line.rect.height()), "check", appearance.colour(tone))
        return 19.0
    return line.write(painter, str(index.data(JobRole.WORD)), tone, appearance.font(12)) + 7


def side_of(width: float) -> int:
    """The margin at both sides of a row of that width."""
    return 16 if width >= _NARROW else 12


def _picture_size(width: float) -> QSize:
    return _PICTURE if width >= _NARROW else _SMALL_PICTURE


def text_start(width: float) -> int:
    """How far from the start edge of a row of that width the words begin."""
    return side_of(width) + _picture_size(width).width() + 10


def picture_rect(row: Place) -> QRectF:
    size = _picture_size(row.width)
    return row.part(side_of(row.width), 9, size.width(), size.height())


def progress_rect(row: Place) -> QRectF:
    start = text_start(row.width)
    return row.part(start, 54, row.width - side_of(row.width) - start, 3)


def place_of(option: QStyleOptionViewItem) -> Place:
    """Where a row is painted."""
    return row_place(option.rect, option.direction)


def row_place(rect: QRect, direction: Qt.LayoutDirection) -> Place:
    return Place(QRectF(rect), direction is Qt.LayoutDirection.RightToLeft)
