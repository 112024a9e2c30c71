"""The place where a picture or film lies: centred, fitted, with rounded corners and a soft shadow.

Shadow and corners are drawn around the item and not into it, so a film costs nothing more per frame: the shadow is part of
the cached background, the corners are four tiny pictures of that background laid over the item.
"""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from app.system import appearance
from app.widgets import painting, soft_shadow
from app.widgets.labels import is_look_change

MARGIN = 20
_RADIUS = appearance.RADIUS_SMALL
_PATCH = _RADIUS + 1
BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
"""So large a part wears the ring only for a person who came to it by a key."""


class Stage(QGraphicsView):
    """Subclasses put one item at (0, 0) into `scene()` and tell its size. `surface` is the colour token behind it."""

    def __init__(self, surface: str, largest_fit: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._surface, self._largest_fit = surface, largest_fit
        self._content = QSizeF()
        self._fitted = True
        self._corners: list[tuple[QPoint, QPixmap]] = []
        self._ring = False
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # otherwise the viewport is a second, nameless stop for the tab key and for assistive technology
        self.viewport().setFocusProxy(None)  # type: ignore[arg-type]  # None takes the proxy away
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def is_fitted(self) -> bool:
        return self._fitted

    @property
    def scale_now(self) -> float:
        """Logical pixels of the screen per pixel of the content."""
        return self.transform().m11()

    def set_content_size(self, size: QSizeF) -> None:
        """A new item is fitted; the same size again keeps zoom and place."""
        if size != self._content:
            self._content = size
            self.setSceneRect(QRectF(QPointF(0, 0), size))
            self.fit()

    def fit_scale(self) -> float:
        """What shows all of it with a margin around."""
        room = QSizeF(self.viewport().size()) - QSizeF(2 * MARGIN, 2 * MARGIN)
        if self._content.isEmpty() or room.isEmpty():
            return 1.0
        whole = min(room.width() / self._content.width(), room.height() / self._content.height())
        return min(whole, self._largest_fit)

    def fit(self) -> None:
        self.set_scale(self.fit_scale())

    def set_scale(self, scale: float) -> None:
        """Around the view's transformation anchor."""
        self._fitted = abs(scale - self.fit_scale()) < 1e-6
        if self._fitted:
            self.resetTransform()
        factor = scale / self.scale_now
        self.scale(factor, factor)
        self._decorate()

    def item_rect(self) -> QRectF:
        """Where the content lies, in pixels of the viewport."""
        return self.viewportTransform().mapRect(QRectF(QPointF(0, 0), self._content))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        self._decorate()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._decorate()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_look_change(event):
            self._decorate()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in BY_KEYBOARD
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.save()
        painter.resetTransform()
        painter.fillRect(self.viewport().rect(), appearance.colour(self._surface))
        if not self._content.isEmpty():
            self._paint_shadow(painter)
        painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.save()
        painter.resetTransform()
        for place, corner in self._corners:
            painter.drawPixmap(place, corner)
        if self._ring and self.hasFocus():
            painting.focus_ring(painter, QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1), _RADIUS)
        painter.restore()

    def _paint_shadow(self, painter: QPainter) -> None:
        soft_shadow.paint(painter, self.item_rect(), appearance.colour("shadow"))

    def _decorate(self) -> None:
        """Prepares what is drawn around the item at its present place."""
        rect = self.item_rect()
        self._corners = []
        if not self._content.isEmpty():
            view = QRectF(self.viewport().rect())
            far = QPointF(rect.right() - _PATCH, rect.bottom() - _PATCH)
            for x, y in ((rect.left(), rect.top()), (far.x(), rect.top()), (rect.left(), far.y()), (far.x(), far.y())):
                place = QPoint(int(x), int(y))
                if view.intersects(QRectF(x, y, _PATCH, _PATCH)):
                    self._corners.append((place, self._corner(place, rect)))
        self.resetCachedContent()
        self.viewport().update()

    def _corner(self, place: QPoint, rect: QRectF) -> QPixmap:
        """The background as it would be seen beside a rounded corner; clear where the item shows."""
        ratio = self.devicePixelRatioF()
        made = QPixmap(round((_PATCH + 1) * ratio), round((_PATCH + 1) * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-place)
        painter.fillRect(QRectF(place, made.deviceIndependentSize()), appearance.colour(self._surface))
        self._paint_shadow(painter)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.black)
        painter.drawRoundedRect(rect, _RADIUS, _RADIUS)
        painter.end()
        return made
