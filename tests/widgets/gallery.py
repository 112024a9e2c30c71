"""Shows every part in both looks, for eyes: `python -m tests.widgets.gallery OUT_DIR [SCALE]` writes PNG files.

Without a screen it runs under QT_QPA_PLATFORM=offscreen.
"""

import os
import sys
from pathlib import Path

from PySide6.QtGui import QPainter, QPaintEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.system import appearance
from app.system.appearance import Appearance
from app.widgets.busy_ring import BusyRing
from app.widgets.chips import ChipGroup
from app.widgets.choice_box import ChoiceBox
from app.widgets.collapsible import CollapsibleSection
from app.widgets.controls import (
    Badge,
    Banner,
    Divider,
    FormLabel,
    IconButton,
    InlineError,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    SecondaryButton,
    SectionLabel,
)
from app.widgets.elided_label import ElidedLabel
from app.widgets.empty_state import EmptyState
from app.widgets.look import wear
from app.widgets.model_picker import ModelPicker, ModelRole
from app.widgets.navigation import NavigationBar
from app.widgets.progress_line import ProgressLine
from app.widgets.prompt_edit import PromptEdit
from app.widgets.seed_field import SeedField
from app.widgets.slider_field import SliderField
from app.widgets.switch import Switch
from app.widgets.text_field import TextField
from app.widgets.toast import ToastHost

PROMPT = "A quiet mountain lake at dusk, five ridgelines fading into warm haze, low sun behind thin cloud, film grain"
SIZES = ["Square 1:1", "Landscape 4:3", "Landscape 16:9", "Portrait 3:4", "Portrait 9:16"]


class Sheet(QWidget):
    """A surface in one of the colour tokens."""

    def __init__(self, role: str = "window") -> None:
        super().__init__()
        self._role = role

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), appearance.colour(self._role))


def models() -> QStandardItemModel:
    """A few models as the catalogue would list them."""
    rows = QStandardItemModel()
    for provider, title, detail, icon_name in (
        ("Demo", "Demo painter", "Demo · about 4 s · free", "image"),
        ("NetMind", "Qwen Image", "NetMind · about 25 s · $0.01 per image", "image"),
        ("NetMind", "Stable Diffusion XL with a name that is far too long for a card", "NetMind · about 9 s", "image"),
        ("NetMind", "Other model", "NetMind · any id with a JSON config", "image"),
    ):
        item = QStandardItem(title)
        item.setData(f"{provider}/{title}", ModelRole.ID)
        item.setData(title, ModelRole.TITLE)
        item.setData(detail, ModelRole.DETAIL)
        item.setData(icon_name, ModelRole.ICON)
        item.setData(provider, ModelRole.GROUP)
        rows.appendRow(item)
    return rows


def form() -> QWidget:
    """The form of the Image page, made of these parts."""
    sheet = Sheet("panel")
    sheet.setFixedWidth(343)
    column = QVBoxLayout(sheet)
    column.setContentsMargins(18, 18, 18, 14)
    column.setSpacing(0)
    picker = ModelPicker(sheet)
    picker.set_source(models())
    picker.set_current("NetMind/Qwen Image")
    field(column, "Model", picker)
    prompt = PromptEdit("Describe what you want to see")
    prompt.set_value(PROMPT)
    field(column, "Prompt", prompt, prompt.counter_text(), after=6)
    row = QHBoxLayout()
    row.setSpacing(4)
    for name, words in (("history", "Recent"), ("bookmark", "Presets"), ("", ""), ("layers", "Batch")):
        if words:
            row.addWidget(QuietButton(words, name))
        else:
            row.addStretch(1)
    column.addLayout(row)
    column.addSpacing(14)
    size = ChipGroup([(name, name) for name in SIZES])
    size.set_value("Landscape 4:3")
    field(column, "Size", size)
    count = ChipGroup([(n, str(n)) for n in (1, 2, 4, 8)])
    count.set_value(4)
    field(column, "Images", count)
    column.addWidget(advanced())
    column.addStretch(1)
    column.addWidget(Divider())
    column.addSpacing(14)
    column.addWidget(FormLabel("Estimated cost", "$0.04 · $3.18 this month"))
    column.addSpacing(10)
    column.addWidget(PrimaryButton("Generate 4 images", "sparkles", hint="Ctrl ↵", large=True))
    return sheet


def advanced() -> CollapsibleSection:
    inside = QWidget()
    grid = QGridLayout(inside)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(12)
    grid.setColumnMinimumWidth(0, 66)
    grid.setColumnStretch(1, 1)
    steps, guidance = SliderField(1, 90, 1), SliderField(0, 16, 0.5, decimals=2)
    steps.set_value(30)
    guidance.set_value(2.5)
    for row, (words, part) in enumerate((("Steps", steps), ("Guidance", guidance), ("Seed", SeedField()))):
        grid.addWidget(PlainLabel(words, tone="second", size=12), row, 0)
        grid.addWidget(part, row, 1)
    section = CollapsibleSection("Advanced", inside)
    section.set_summary("steps 30 · guidance 2.5 · PNG · seed random")
    section.set_expanded(True)
    return section


def field(column: QVBoxLayout, words: str, part: QWidget, hint: str = "", after: int = 16) -> None:
    label = FormLabel(words, hint)
    label.set_buddy(part)
    column.addWidget(label)
    column.addSpacing(6)
    column.addWidget(part)
    column.addSpacing(after)


def shell() -> QWidget:
    """Navigation and form side by side, 540 x 900 like the left of the design pictures."""
    sheet = Sheet("panel")
    row = QHBoxLayout(sheet)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    bar = NavigationBar()
    bar.set_current("image")
    for key, words in (("image", "2"), ("video", "1"), ("activity", "3"), ("endpoints", "$0.90/h")):
        bar.set_badge(key, words)
    row.addWidget(bar)
    row.addWidget(form())
    row.addWidget(Divider(vertical=True))
    sheet.setFixedSize(540, 900)
    return sheet


def parts() -> QWidget:
    """Everything else, in its states."""
    sheet = Sheet("panel")
    columns = QHBoxLayout(sheet)
    columns.setContentsMargins(24, 24, 24, 24)
    columns.setSpacing(32)
    for filling in (buttons_and_labels, fields, notices):
        column = QVBoxLayout()
        column.setSpacing(10)
        filling(column)
        column.addStretch(1)
        columns.addLayout(column, 1)
    sheet.setFixedSize(1180, 860)
    return sheet


def line(*widgets: QWidget) -> QLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def disabled(widget: QWidget) -> QWidget:
    widget.setEnabled(False)
    return widget


def focused(widget: QWidget) -> QWidget:
    """Looks as if the keyboard had come here (only one widget of a window can really have the focus)."""
    widget._ring = True  # type: ignore[attr-defined]
    widget.hasFocus = lambda: True  # type: ignore[method-assign]
    return widget


def hovered(widget: QWidget) -> QWidget:
    widget.underMouse = lambda: True  # type: ignore[method-assign]
    return widget


def buttons_and_labels(column: QVBoxLayout) -> None:
    column.addWidget(SectionLabel("Buttons: normal, hover, focus, disabled"))
    for make in (
        lambda: PrimaryButton("Run again", "refresh-cw"),
        lambda: SecondaryButton("Edit", "pencil"),
        lambda: QuietButton("Delete", "trash-2"),
    ):
        column.addLayout(line(make(), hovered(make())))
        column.addLayout(line(focused(make()), disabled(make())))
    column.addLayout(
        line(
            IconButton("star", "Favourite", framed=True),
            hovered(IconButton("folder-open", "Folder", framed=True)),
            focused(IconButton("ellipsis", "More", framed=True)),
            disabled(IconButton("columns-2", "Compare", framed=True)),
            IconButton("repeat", "Loop"),
            hovered(IconButton("volume-2", "Mute")),
            focused(IconButton("maximize", "Full screen")),
        )
    )
    column.addWidget(disabled(PrimaryButton("Write a prompt first", "sparkles", large=True)))
    column.addWidget(focused(PrimaryButton("Generate 4 images", "sparkles", hint="Ctrl ↵", large=True)))
    column.addWidget(SectionLabel("Words"))
    column.addLayout(line(Badge("2"), Badge("12"), Badge("$0.90/h"), Badge("Done", tone="done")))
    for tone in ("text", "second", "third", "accent"):
        column.addWidget(PlainLabel(f"Words in the tone {tone}", tone=tone))
    states = [PlainLabel(t.capitalize(), tone=t, size=12) for t in ("done", "failed", "running", "waiting", "warning")]
    column.addLayout(line(*states))
    column.addWidget(PlainLabel("Title at 20 px", size=20))
    column.addWidget(
        ElidedLabel("<b>Markup</b> stays as it is, and a very long line ends in dots where there is no room")
    )
    column.addWidget(Divider())
    column.addLayout(line(BusyRing(), BusyRing(size=24, role="running"), disabled(Switch("Off"))))


def fields(column: QVBoxLayout) -> None:
    column.addWidget(SectionLabel("Fields"))
    column.addWidget(TextField("Search prompts, models, tags", icon_name="search", clearable=True))
    filled = TextField(icon_name="search", clearable=True)
    filled.set_value("lighthouse")
    column.addWidget(filled)
    secret = TextField("API key", secret=True)
    secret.set_value("correct horse battery")
    column.addWidget(secret)
    column.addWidget(disabled(TextField("Nothing to write here")))
    wrong = TextField()
    wrong.set_value("-3")
    error = InlineError(wrong)
    column.addWidget(wrong)
    column.addWidget(error)
    error.set_text("Steps can be 1 to 100. Nothing was sent and nothing was charged.")
    column.addWidget(ChoiceBox([("png", "PNG"), ("jpg", "JPEG")]))
    column.addWidget(focused(ChoiceBox([("png", "PNG, focused"), ("jpg", "JPEG")])))
    column.addWidget(disabled(ChoiceBox([("png", "PNG")])))
    seed = SeedField()
    seed.set_value(918273645)
    column.addWidget(seed)
    picker = focused(ModelPicker())
    column.addWidget(picker)
    column.addWidget(PromptEdit("Describe what you want to hear", lowest=72))
    on = Switch("Prompt enhancer")
    on.set_value(True)
    column.addLayout(line(on, Switch("Public")))
    ring = Switch("Focused")
    ring.set_value(True)
    off = Switch("Cannot")
    off.set_value(True)
    column.addLayout(line(focused(ring), disabled(off)))
    slider = SliderField(0, 10, 1, hard_maximum=None)
    slider.set_value(100)
    column.addWidget(slider)
    still = SliderField(0, 10, 1)
    still.set_value(4)
    column.addWidget(disabled(still))


def notices(column: QVBoxLayout) -> None:
    column.addWidget(SectionLabel("Notices"))
    column.addWidget(Banner("info", "The demo draws by formulas. It is not AI.", ["Connect a provider"]))
    column.addWidget(Banner("warning", "No network. Trying again in 20 s.", closable=False))
    column.addWidget(Banner("error", "NetMind did not accept the key. Nothing was charged.", ["Open settings"]))
    for fraction in (0.0, 0.42, 1.0, None):
        progress = ProgressLine()
        progress.set_fraction(fraction)
        column.addWidget(progress)
    chips = ChipGroup([(1, "16:9"), (2, "9:16"), (3, "1:1", "Square")])
    chips.set_value(1)
    focused(chips.chips()[0])
    hovered(chips.chips()[1])
    column.addWidget(chips)
    off = ChipGroup([(1, "720p"), (2, "1080p")])
    off.set_value(1)
    column.addWidget(disabled(off))
    column.addWidget(
        EmptyState(
            "image",
            "Nothing made yet",
            "Write an idea at the left and press Generate. Results are saved by themselves.",
            primary="Write a prompt",
            secondary="Connect a provider",
        )
    )


def toasts() -> QWidget:
    sheet = Sheet("window")
    sheet.setFixedSize(480, 320)
    host = ToastHost(sheet)
    host.show_toast("Video is ready", "A sci-fi and historical drama that tells the story", action="Show")
    host.show_toast("Saved to Music/Slowlight", kind="info")
    host.show_toast("The sound was not made", "NetMind refused the prompt. Nothing was charged.", kind="error")
    return sheet


def popup() -> tuple[QWidget, QWidget]:
    """A window with the picker, and its open list."""
    sheet = Sheet("panel")
    sheet.setFixedSize(360, 120)
    picker = ModelPicker(sheet)
    picker.setGeometry(20, 20, 307, 53)
    picker.set_source(models())
    picker.set_current("NetMind/Qwen Image")
    return sheet, picker


def shoot(widget: QWidget, path: Path) -> None:
    widget.show()
    QApplication.processEvents()
    widget.grab().save(str(path))


def main() -> int:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if len(sys.argv) > 2:
        os.environ["QT_SCALE_FACTOR"] = sys.argv[2]
    app = QApplication(sys.argv[:1])
    worn = Appearance("dark")
    worn.set_reduced_motion(True)
    wear(app, worn)
    # Made once and dressed twice: the second set of pictures also shows that a change of look arrives everywhere.
    sheets = {"form": shell(), "parts": parts(), "toasts": toasts()}
    window, picker = popup()
    for mode in ("dark", "light"):
        worn.set_mode(mode)
        for name, sheet in sheets.items():
            shoot(sheet, out / f"{name}-{mode}.png")
        shoot(window, out / f"picker-{mode}.png")
        assert isinstance(picker, ModelPicker)
        picker.showPopup()
        shoot(picker.view().window(), out / f"popup-{mode}.png")
        picker.hidePopup()
    return 0


if __name__ == "__main__":
    sys.exit(main())
