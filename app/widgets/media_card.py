"""One file that a model works from, as a card: thumbnail, name, facts, and a cross that takes it away."""

from urllib.parse import urlsplit

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.media import Medium
from app.domain.media_input import FROM_LIBRARY, Given, MediaInput
from app.system import appearance
from app.widgets import icons, painting
from app.widgets.assistive import GroupVoice
from app.widgets.buttons import IconButton
from app.widgets.elided_label import ElidedLabel
from app.widgets.labels import PlainLabel
from app.widgets.viewer_content import size_text, span_text

THUMB = QSize(76, 56)
_MARGIN = 8
_ICONS = {Medium.IMAGE: "image", Medium.VIDEO: "film", Medium.AUDIO: "music"}
_DOT = " \u00b7 "


class MediaCard(QWidget):
    """Shows one entry of a media field. `remove_requested` is the cross; the thumbnail is given later."""

    remove_requested = Signal()
    voice = GroupVoice

    def __init__(self, given: Given, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.given = given
        name = given.name if isinstance(given, MediaInput) else given
        self.setAccessibleName(name)
        self._thumb = _Thumb(_icon_of(given), self)
        self._name = ElidedLabel(name, self, size=12)
        self._facts = PlainLabel(self._facts_of(given), self, tone="third", size=12, wrap=True)
        self.remove = IconButton("x", self.tr("Remove {name}").format(name=name), self, size=28)
        self.remove.clicked.connect(self.remove_requested)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._facts)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN + 2, _MARGIN, _MARGIN - 2, _MARGIN)
        row.setSpacing(10)
        row.addWidget(self._thumb)
        row.addLayout(words, 1)
        row.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setFocusProxy(self.remove)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setMinimumHeight(THUMB.height() + 2 * _MARGIN)

    @property
    def facts(self) -> str:
        return self._facts.text()

    @property
    def has_thumbnail(self) -> bool:
        return self._thumb.picture is not None

    def set_thumbnail(self, picture: QImage) -> None:
        self._thumb.picture = picture
        self._thumb.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        edge = "failed" if self.remove.property("invalid") else "border"
        painting.surface(
            painting.painter_of(self),
            QRectF(self.rect()),
            appearance.RADIUS_INPUT,
            fill=appearance.colour("input"),
            edge=appearance.colour(edge),
        )

    def _facts_of(self, given: Given) -> str:
        if not isinstance(given, MediaInput):
            return self.tr("web address") + _DOT + (urlsplit(given).hostname or "")
        facts = [self.tr("from History")] if given.origin == FROM_LIBRARY else []
        if given.width and given.height:
            facts.append(f"{given.width} \u00d7 {given.height}")
        if given.duration_s:
            facts.append(span_text(given.duration_s + 0.5))
        if given.size_bytes:
            facts.append(size_text(given.size_bytes).replace(" ", "\u00a0"))
        return _DOT.join(facts)


def _icon_of(given: Given) -> str:
    return _ICONS.get(given.medium, "file-question-mark") if isinstance(given, MediaInput) else "globe"


class _Thumb(QWidget):
    """The picture, cut to the middle; its icon until it is there."""

    def __init__(self, icon_name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self.picture: QImage | None = None
        self.setFixedSize(THUMB)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        rect = QRectF(self.rect())
        if self.picture is None or self.picture.isNull():
            painting.surface(painter, rect, appearance.RADIUS_SMALL, fill=appearance.colour("raised"))
            box = QRectF(0, 0, 18, 18)
            box.moveCenter(rect.center())
            icons.draw(painter, box, self._icon_name, appearance.colour("second"))
            return
        shape = QPainterPath()
        shape.addRoundedRect(rect, appearance.RADIUS_SMALL, appearance.RADIUS_SMALL)
        painter.setClipPath(shape)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self.picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        target = QRectF(0, 0, size.width(), size.height())
        target.moveCenter(rect.center())
        painter.drawImage(target, self.picture)
