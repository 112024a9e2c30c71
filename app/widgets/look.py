"""Dresses the application, and again whenever the look changes: style, font, palette, style sheet, voice."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.system import appearance
from app.system.appearance import Appearance
from app.system.tokens import Tokens
from app.widgets import assistive


def wear(app: QApplication, worn: Appearance) -> None:
    """Call once, before the first window. Later changes come by themselves."""
    assistive.install()
    appearance.load_fonts()
    app.setStyle("Fusion")
    app.setFont(appearance.base_font())
    app.setEffectEnabled(Qt.UIEffect.UI_AnimateCombo, False)
    _dress(app, worn.tokens)
    worn.changed.connect(lambda tokens: _dress(app, tokens))


def _dress(app: QApplication, tokens: Tokens) -> None:
    """The palette first: the style sheet's arrival then repaints everything once."""
    app.setPalette(appearance.palette(tokens))
    app.setStyleSheet(appearance.stylesheet(tokens))
