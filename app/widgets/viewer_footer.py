"""The foot of the viewer: transport or film strip, the facts of the result, and what can be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.domain.media import Medium
from app.widgets import icons
from app.widgets.buttons import IconButton, SecondaryButton
from app.widgets.film_strip import FilmStrip, Thumbnails
from app.widgets.labels import Divider, PlainLabel
from app.widgets.transport_bar import TransportBar
from app.widgets.viewer_content import UseOffer, ViewerContent, ViewerItem, place_of, size_text, span_text

_SIDE = 18
_NARROW = 520
_PLAYED = (Medium.VIDEO, Medium.AUDIO)
_UNBROKEN_SLASH = "\u2060/\u2060"  # word joiners: a folder's name is not torn apart at the end of a line


class ViewerFooter(QWidget):
    """Shows one item of the content; the person's wishes go out as signals."""

    show_in_folder_requested = Signal()
    save_as_requested = Signal()
    open_externally_requested = Signal()
    copy_requested = Signal()
    use_requested = Signal(str)  # the target of a UseOffer
    vary_requested = Signal()
    favourite_toggled = Signal(bool)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        self.transport = TransportBar(self)
        self.strip = FilmStrip(thumbnails, self)
        self._notice = PlainLabel("", self, tone="warning", size=12, wrap=True)
        self._facts = PlainLabel("", self, tone="second", size=12, wrap=True)
        self._facts_below = PlainLabel("", self, tone="third", size=11)
        self._star = IconButton("star", self.tr("Favourite"), self, framed=True)
        self._star.setCheckable(True)
        self._folder = IconButton("folder-open", self.tr("Show in folder"), self, framed=True)
        self._vary = SecondaryButton(self.tr("Vary"), "refresh-cw", self)
        self._save = SecondaryButton(self.tr("Save as"), "download", self)
        self._more = IconButton("ellipsis", self.tr("More"), self, framed=True)
        self._menu = QMenu(self)
        self._open = self._menu.addAction(icons.icon("external-link", "second"), "")
        self._copy = self._menu.addAction(icons.icon("copy", "second"), "")
        self._uses: list[QAction] = []
        self._item: ViewerItem | None = None
        self._has_several = self._is_full_screen = False
        self._arrange()
        self._star.clicked.connect(self.favourite_toggled)
        self._folder.clicked.connect(self.show_in_folder_requested)
        self._vary.clicked.connect(self.vary_requested)
        self._save.clicked.connect(self.save_as_requested)
        self._more.clicked.connect(self._show_menu)
        self._open.triggered.connect(self.open_externally_requested)
        self._copy.triggered.connect(self.copy_requested)

    def _arrange(self) -> None:
        self._actions = QWidget(self)
        actions = QHBoxLayout(self._actions)
        actions.setContentsMargins(0, 0, 0, 0)
        actions.setSpacing(8)
        for button in (self._star, self._folder, self._vary, self._save, self._more):
            actions.addWidget(button)
        actions.addStretch(1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(12)
        self._row.addWidget(self.strip, 1)
        self._row.addWidget(self._facts, 1)
        self._row.addWidget(self._actions)
        column = QVBoxLayout()
        column.setContentsMargins(_SIDE, 10, _SIDE, 10)
        column.setSpacing(8)
        column.addWidget(self._notice)
        column.addWidget(self.transport)
        column.addLayout(self._row)
        column.addWidget(self._facts_below)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(Divider(self))
        whole.addLayout(column)
        self._facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def notice(self) -> str:
        """What is said beside the results, such as that some did not come; "" for nothing."""
        return self._notice.text()

    @property
    def facts(self) -> str:
        """Size, length and place of what is shown, in one line."""
        return self._facts_below.text()

    def show_item(self, content: ViewerContent, index: int) -> None:
        """What fits to this item of the content."""
        item = content.items[index]
        several = len(content.items) > 1
        self._has_several = several
        self._item = item
        facts = self._facts_of(item, content.place or place_of(item))
        self._notice.setText(content.detail)
        self._facts.setText(facts.replace("/", _UNBROKEN_SLASH))
        self._facts.setAccessibleName(facts)
        self._facts_below.setText(facts)
        self.strip.setVisible(several)
        self._fit()
        self.transport.setVisible(item.medium in _PLAYED)
        self._star.setChecked(content.favourite)
        self._vary.setVisible(content.can_vary)

    def set_uses(self, offers: Sequence[UseOffer]) -> None:
        """What the menu offers to do with this result besides looking at it."""
        for old in self._uses:
            self._menu.removeAction(old)
            old.deleteLater()
        self._uses = [QAction(icons.icon(offer.icon, "second"), offer.label, self) for offer in offers]
        for action, offer in zip(self._uses, offers, strict=True):
            action.triggered.connect(lambda _checked=False, target=offer.target: self.use_requested.emit(target))
        self._menu.insertActions(self._open, self._uses)

    def set_full_screen(self, on: bool) -> None:
        """On the whole screen only the transport stays."""
        self._is_full_screen = on
        self._actions.setHidden(on)
        self.strip.setHidden(on or not self._has_several)
        self._fit()
        self.transport.set_full_screen(on)
        self.setVisible(not on or not self.transport.isHidden())

    def _fit(self) -> None:
        """Where there is little room, strip, actions and facts stand below each other instead of squeezing each other."""
        narrow = self.width() < _NARROW
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._row.setSpacing(8 if narrow else 12)
        self._notice.setHidden(self._is_full_screen or not self._notice.text())
        below = narrow or self._has_several
        self._facts.setHidden(self._is_full_screen or below)
        self._facts_below.setHidden(self._is_full_screen or not below)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _facts_of(self, item: ViewerItem, place: str) -> str:
        facts = []
        if item.width and item.height:
            facts.append(f"{item.width} × {item.height}")
        if item.duration_s and item.medium is Medium.AUDIO:
            facts.append(span_text(item.duration_s + 0.5))
        if item.medium not in (Medium.IMAGE, Medium.VIDEO):
            facts.append(item.path.suffix.removeprefix(".").upper())
        if item.size_bytes:
            facts.append(size_text(item.size_bytes))
        if place:
            facts.append(self.tr("saved to {place}").format(place=place))
        return " · ".join(fact for fact in facts if fact)

    @Slot()
    def _show_menu(self) -> None:
        """Above its button: the footer is at the bottom of the window."""
        medium = self._item.medium if self._item is not None else Medium.OTHER
        player, viewer = self.tr("Open with the system's player"), self.tr("Open with the system's viewer")
        self._open.setText(player if medium in _PLAYED else viewer)
        self._copy.setText(self.tr("Copy picture") if medium is Medium.IMAGE else self.tr("Copy text"))
        self._copy.setVisible(medium not in _PLAYED)
        size = self._menu.sizeHint()
        corner = self._more.mapToGlobal(QPoint(self._more.width(), -4))
        self._menu.popup(corner - QPoint(size.width(), size.height()))
