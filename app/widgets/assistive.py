"""What assistive technology is told about our own parts, where Qt would tell less or something else.

A widget class names its voice in the attribute `voice`; Qt asks for it when a screen reader, a voice control or a test
first looks at the widget. Two facts make this necessary: on Linux Qt gives a combo box the name of its present choice
instead of its own, and painted buttons cannot say that they are page tabs or that they open and close something.
"""

import sys
from typing import cast

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAccessibleWidget,
    QComboBox,
    QGraphicsView,
    QLabel,
    QScrollArea,
    QWidget,
)

_Text = QAccessible.Text
_installed: list[bool] = []


def install() -> None:
    """Tells Qt once to ask here. Needs a QApplication, whose own answers come after ours."""
    if not _installed:
        _installed.append(True)
        QAccessible.installFactory(_voice_of)


def _voice_of(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    voice = getattr(type(thing), "voice", None)
    if voice is None and isinstance(thing, QScrollArea | QGraphicsView):
        voice = ScrollVoice
    return None if voice is None else cast(QAccessibleInterface, voice(thing))


class ScrollVoice(QAccessibleWidget):
    """What scrolls.

    Qt's own answer (6.11.3) reads past the end of its list and kills the program, when a scroll bar goes away after
    somebody has counted the children and before the last of them is asked for.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Client)


class GroupVoice(QAccessibleWidget):
    """Several parts that belong together under one name."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Grouping)


class TabListVoice(QAccessibleWidget):
    """The strip that page tabs stand on."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.PageTabList)


class AlertVoice(QAccessibleWidget):
    """Something that the person should hear of at once."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.AlertMessage)


class WordsVoice(QAccessibleWidget):
    """Words that only show. A tooltip that repeats them is not read a second time."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.StaticText)

    def text(self, kind: QAccessible.Text) -> str:
        return self.widget().accessibleDescription() if kind is _Text.Description else super().text(kind)


class HeadingVoice(QAccessibleWidget):
    """A label that heads a section, so that people can jump from heading to heading."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Heading)

    def text(self, kind: QAccessible.Text) -> str:
        if kind is _Text.Name:
            return cast(QLabel, self.widget()).text()
        return super().text(kind)


class BareSliderVoice(QAccessibleWidget):
    """A slider whose places are not its numbers, so it offers none: the number box beside it does."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Slider)


class ButtonVoice(QAccessibleWidget):
    """A button of a special kind: its name are its words, and pressing it clicks."""

    role_of_kind = QAccessible.Role.Button

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, self.role_of_kind)

    def text(self, kind: QAccessible.Text) -> str:
        words = super().text(kind)
        if kind is _Text.Name and not words:
            return cast(QAbstractButton, self.widget()).text().replace("&&", "&")
        return words

    def actionNames(self) -> list[str]:
        if not self.widget().isEnabled():
            return []
        return [QAccessibleActionInterface.pressAction(), QAccessibleActionInterface.setFocusAction()]

    def doAction(self, action: str) -> None:
        if action == QAccessibleActionInterface.pressAction():
            cast(QAbstractButton, self.widget()).click()
        else:
            super().doAction(action)


class TabVoice(ButtonVoice):
    """A button that shows a page; the widget's property "current" says whether its page is the one shown."""

    role_of_kind = QAccessible.Role.PageTab

    def state(self) -> QAccessible.State:
        state = super().state()
        state.selectable = True
        state.selected = bool(self.widget().property("current"))
        return state


class DisclosureVoice(ButtonVoice):
    """A button that opens and closes what follows it; the property "expanded" says which."""

    def state(self) -> QAccessible.State:
        state = super().state()
        expanded = bool(self.widget().property("expanded"))
        state.expandable = True
        state.expanded = expanded
        state.collapsed = not expanded
        return state


class ComboVoice(QAccessibleWidget):
    """A combo box whose name is its own and whose value is the present choice. Its child is the list of choices."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.ComboBox)

    def text(self, kind: QAccessible.Text) -> str:
        if kind is _Text.Value:
            return self._combo().currentText()
        if kind is _Text.Description and sys.platform.startswith("linux"):
            # AT-SPI has no place for a value in words, so the choice is told first in the description.
            words = (self._combo().currentText(), super().text(kind))
            return ", ".join(word for word in words if word)
        return super().text(kind)

    def state(self) -> QAccessible.State:
        state = super().state()
        state.hasPopup = True
        state.expandable = True
        state.expanded = self._combo().view().isVisible()
        return state

    def childCount(self) -> int:
        return 1

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # no such child is None
        return QAccessible.queryAccessibleInterface(self._combo().view()) if index == 0 else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return 0 if child.object() == self._combo().view() else -1

    def actionNames(self) -> list[str]:
        if not self.widget().isEnabled():
            return []
        return [QAccessibleActionInterface.showMenuAction(), QAccessibleActionInterface.pressAction()]

    def doAction(self, action: str) -> None:
        if action not in self.actionNames():
            return
        if self._combo().view().isVisible():
            self._combo().hidePopup()
        else:
            self._combo().showPopup()

    def _combo(self) -> QComboBox:
        return cast(QComboBox, self.widget())
