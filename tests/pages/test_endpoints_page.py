"""The endpoints page: what it costs stands before every button, questions come before what cannot be undone, and what is
not known is said in red."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from app.domain.endpoint import Phase
from app.domain.endpoint_lease import Lease, LeaseKind
from app.item_models.endpoint_table import Column, EndpointTable
from app.sandbox.rentals import DELETE_S, READY_S, UP_S
from app.widgets.command_edit import CommandEdit
from app.widgets.endpoint_view import EndpointView
from app.widgets.flavor_cards import FlavorCard
from tests.net.servers import always, reply, serving
from tests.pages.endpoint_stage import PageStage, showing
from tests.services.endpoint_stage import Ground, wish

Act = Callable[[PageStage], Awaitable[None]]


def on_the_page(profile: Path, act: Act, *, key: str = "key-of-this-test", ground: Ground | None = None) -> Ground:
    """Does something on a page of a fresh profile."""
    there = ground or Ground(profile)

    async def main() -> None:
        async with showing(there, key) as stage:
            await act(stage)

    asyncio.run(main())
    return there


async def with_one(stage: PageStage, **changes: object) -> None:
    await stage.run.service.create(wish("comfy", **changes))  # type: ignore[arg-type]
    await stage.pass_time(READY_S + 10)


def test_an_empty_page_says_what_belongs_there_and_how_to_begin(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        assert "No endpoints yet" in stage.words()
        assert not stage.page.view.isVisible()
        assert stage.button("New endpoint").isEnabled()

    on_the_page(tmp_path, act)


def test_without_a_key_the_page_asks_for_one(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        asked: list[str] = []
        stage.page.settings_requested.connect(asked.append)
        await stage.press("Add a NetMind key")
        assert asked == ["netmind"]

    on_the_page(tmp_path, act, key="")


def test_one_is_created_by_keyboard_with_its_price_before_the_button(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await stage.press("New endpoint")
        await stage.until(lambda: stage.page.findChildren(FlavorCard))
        name = stage.field("Name")
        assert name.hasFocus()
        QTest.keyClick(name, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(name, "my-first")
        command = stage.field("Command", CommandEdit)
        command.setFocus()
        QTest.keyClick(command, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(command, "echo  one")
        QTest.keyClick(command, Qt.Key.Key_Return)
        QTest.keyClicks(command, "echo two ")
        instances = stage.field("Instances")
        instances.setFocus()
        QTest.keyClick(instances, Qt.Key.Key_Up)
        assert "$0.60 per hour, estimated" in stage.words()
        assert "$14.40 per day, $438.00 per month. $1.20 until it stops." in stage.words()
        create = stage.button("Create endpoint")
        create.setFocus()
        QTest.keyClick(create, Qt.Key.Key_Return)
        await stage.until(stage.run.service.endpoints)
        assert stage.page.view.isVisible()
        assert stage.cell(Column.STATUS) == "Initializing"

    ground = on_the_page(tmp_path, act)
    (rental,) = ground.book.all()
    assert (rental.name, rental.command) == ("my-first", "echo  one\necho two ")
    assert rental.current(ground.clock.moment.timestamp()).instances == 2


def test_a_wrong_form_says_where_and_sends_nothing(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await stage.press("New endpoint")
        await stage.until(lambda: stage.page.findChildren(FlavorCard))
        stage.field("Docker image").setText("https://hub.docker.com/python")  # type: ignore[attr-defined]
        await stage.press("Create endpoint")
        assert "This is a web address." in stage.words()
        assert stage.field("Docker image").hasFocus()

    assert not on_the_page(tmp_path, act).book.all()


def test_a_refused_create_keeps_the_form_and_says_that_nothing_was_started(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await stage.press("New endpoint")
        await stage.until(lambda: stage.page.findChildren(FlavorCard))
        stage.run.ground.wire.fate = lambda _method: "unsent"
        await stage.press("Create endpoint")
        assert "cannot be reached" in stage.words()
        assert stage.button("Create endpoint").isEnabled()
        assert not stage.run.service.endpoints()

    on_the_page(tmp_path, act)


def test_a_price_list_that_cannot_be_read_is_said_and_asked_for_again(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        stage.run.ground.wire.fate = lambda _method: "down"
        await stage.press("New endpoint")
        assert "has a problem of its own" in stage.words()
        stage.run.ground.wire.fate = lambda _method: ""
        await stage.press("Try again")
        await stage.until(lambda: stage.page.findChildren(FlavorCard))
        assert "Per hour, as NetMind's price list gives it." in stage.words()

    on_the_page(tmp_path, act)


def test_two_flavors_of_one_name_are_told_apart_by_region(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await stage.press("New endpoint")
        await stage.until(lambda: stage.page.findChildren(FlavorCard))
        names = [card.accessibleName() for card in stage.page.findChildren(FlavorCard)]
        assert names[:2] == ["RTX 4090, cn, $0.30 per hour", "RTX 4090, other, $0.30 per hour"]
        first = stage.page.findChildren(FlavorCard)[0]
        first.setFocus()
        QTest.keyClick(first, Qt.Key.Key_Right)
        assert stage.page.form.wish().plan.region == "other"

    on_the_page(tmp_path, act)


def test_a_lost_answer_is_a_red_banner_until_somebody_has_looked(qapp: QApplication, tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def lose(stage: PageStage) -> None:
        ground.wire.fate = lambda method: "lost" if method == "POST" else ""
        await stage.run.service.create(wish("night-batch"))
        await stage.settle()
        assert "A paid endpoint may be running" in stage.words()

    async def find(stage: PageStage) -> None:
        assert "A paid endpoint may be running" in stage.words(), "at once after the next start"
        await stage.press("Add by id")
        dialog = stage.dialog()
        assert not dialog.confirm_button.isEnabled()
        field = next(one for one in dialog.findChildren(QWidget) if one.accessibleName() == "Service id")
        QTest.keyClicks(field, ground.book.all()[0].id)
        dialog.confirm_button.click()
        await stage.until(lambda: not stage.run.service.unsure())
        await stage.settle()
        assert "A paid endpoint may be running" not in stage.words()
        assert stage.run.service.endpoints()[0].phase is Phase.LIVE

    on_the_page(tmp_path, lose, ground=ground)
    on_the_page(tmp_path, find, ground=ground)


def test_scaling_shows_its_price_before_apply_and_waits_for_a_read(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await with_one(stage)
        assert not stage.page.details.apply_button.isEnabled()
        stage.page.details.instances.setFocus()
        box = stage.page.details.instances.focusProxy()
        assert box is not None
        QTest.keyClick(box, Qt.Key.Key_Up)
        QTest.keyClick(box, Qt.Key.Key_Up)
        assert "3 instances cost $0.90/h, $21.60 per day, estimated" in stage.words()
        await stage.press("Apply")
        assert stage.cell(Column.STATUS) == "Scaling"
        assert stage.cell(Column.RATE) == "$0.90/h"
        await stage.pass_time(UP_S + 10)
        assert stage.cell(Column.STATUS) == "Available"
        assert stage.cell(Column.INSTANCES) == "3"

    on_the_page(tmp_path, act)


def test_delete_asks_with_name_and_spend_and_bills_until_it_is_proved(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await with_one(stage)
        await stage.pass_time(3600)
        stage.page.view.setFocus()
        QTest.keyClick(stage.page.view, Qt.Key.Key_Delete)
        await stage.settle()
        dialog = stage.dialog()
        assert "Delete comfy?" in dialog.windowTitle()
        assert "$0.30 so far, estimated" in dialog.accessibleDescription()
        assert dialog.cancel_button.hasFocus(), "Enter by itself must do no harm"
        assert not any(method == "DELETE" for method, _path in stage.run.ground.wire.calls)
        dialog.confirm_button.click()
        await stage.settle()
        assert stage.cell(Column.STATUS) == "Still billing"
        await stage.pass_time(DELETE_S + 10)
        assert stage.cell(Column.STATUS) == "Deleted"

    on_the_page(tmp_path, act)


def test_never_is_asked_about_and_a_no_keeps_the_end(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await with_one(stage)
        await stage.press("Never")
        stage.dialog().cancel_button.click()
        await stage.settle()
        assert stage.run.service.endpoints()[0].lease.kind is LeaseKind.TIME
        assert stage.button("2 h").isChecked()
        await stage.press("Never")
        stage.dialog().confirm_button.click()
        await stage.settle()
        assert stage.run.service.endpoints()[0].lease.kind is LeaseKind.NEVER
        assert stage.cell(Column.AUTO_STOP) == "never"

    on_the_page(tmp_path, act)


def test_a_new_one_without_an_end_is_asked_about_first(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await stage.press("New endpoint")
        await stage.until(lambda: stage.page.findChildren(FlavorCard))
        await stage.press("Never")
        await stage.press("Create endpoint")
        assert not stage.run.ground.book.all()
        stage.dialog().confirm_button.click()
        await stage.until(stage.run.service.endpoints)

    on_the_page(tmp_path, act)


def test_an_end_warns_is_put_off_with_one_click_and_comes(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        warned: list[object] = []
        stage.run.service.warned.connect(warned.append)
        await with_one(stage, lease=Lease(duration_s=3600))
        await stage.pass_time(47 * 60)
        assert not warned
        await stage.pass_time(2 * 60)
        assert len(warned) == 1
        await stage.press("Extend by 1 hour")
        assert stage.cell(Column.AUTO_STOP).startswith("in 1 h 10 min")
        await stage.pass_time(80 * 60)
        assert stage.cell(Column.STATUS) == "Stopped"
        assert stage.cell(Column.RATE) == "$0.00/h"

    on_the_page(tmp_path, act)


def test_an_own_template_comes_from_any_endpoint(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await with_one(stage)
        await stage.press("Save as template")
        await stage.until(lambda: len(stage.run.service.templates()) == 4)
        await stage.press("New endpoint")
        await stage.press("comfy")
        assert stage.page.form.wish().plan.command == "python app.py"
        assert stage.page.form.wish().name == "comfy-2", "without a list the name is all that tells two apart"
        await stage.press("Delete template")
        await stage.until(lambda: len(stage.run.service.templates()) == 3)

    on_the_page(tmp_path, act)


def test_the_chart_tells_what_each_has_cost(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await with_one(stage)
        await stage.pass_time(3600)
        bars = stage.page.chart.bars
        assert len(bars) == 7
        assert bars[-1].label == "Today"
        assert [part.name for part in bars[-1].parts] == ["comfy"]
        assert "Today $0.30" in stage.page.chart.accessibleName()

    on_the_page(tmp_path, act)


def test_the_table_keeps_the_rules_of_item_models(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        table = EndpointTable(stage.run.service)
        QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
        await with_one(stage)
        await stage.run.service.create(wish("second"))
        (first, _) = stage.run.service.endpoints()
        await stage.run.service.delete(first.endpoint_id)
        await stage.pass_time(DELETE_S + 10)
        await stage.run.service.take_off(first.endpoint_id)
        assert table.rowCount() == 1
        assert table.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "second, Initializing"

    on_the_page(tmp_path, act)


@pytest.mark.parametrize("width", [804, 904, 1244])
def test_nothing_is_cut_in_a_narrow_window(qapp: QApplication, tmp_path: Path, width: int) -> None:
    async def act(stage: PageStage) -> None:
        stage.page.resize(width, 594)
        await with_one(stage)
        _nothing_cut(stage.page)
        view = stage.page.findChild(EndpointView)
        assert isinstance(view, EndpointView)
        shown = [column for column in Column if not view.isColumnHidden(column)]
        assert {Column.NAME, Column.STATUS, Column.RATE, Column.SPENT, Column.AUTO_STOP} <= set(shown)
        assert sum(view.columnWidth(column) for column in shown) <= view.viewport().width()
        await stage.press("New endpoint")
        await stage.until(lambda: stage.page.findChildren(FlavorCard))
        _nothing_cut(stage.page)

    on_the_page(tmp_path, act)


def _nothing_cut(page: QWidget) -> None:
    """Every visible label and button lies within its parent's width."""
    for part in page.findChildren(QLabel):
        if part.isVisible() and part.parentWidget() is not None and part.text():
            place = QRect(part.mapTo(page, QPoint(0, 0)), part.size())
            assert place.left() >= 0, part.text()
            assert place.right() <= page.width(), part.text()


def test_an_address_is_called_once_and_becomes_a_base_url_after_a_question(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        async with serving(always(reply(200, b"<html><title>ComfyUI</title></html>"))) as server:
            stage.run.ground.wire.base_url = server.base_url
            made = await stage.run.service.create(wish("comfy"))
            assert made.address.startswith(server.base_url)
            await stage.settle()
            await stage.press("Check")
            await stage.until(lambda: "This is ComfyUI." in stage.words())
            assert [seen.method for seen in server.seen] == ["GET"]
            assert "authorization" not in server.seen[0].headers
            menu = stage.page.details.address.menu()
            next(action for action in menu.actions() if "OctoAI" in action.text()).trigger()
            dialog = stage.dialog()
            assert made.address in dialog.accessibleDescription()
            dialog.confirm_button.click()
            await stage.settle()
            assert stage.run.providers.base_url("octoai") == made.address.rstrip("/")

    on_the_page(tmp_path, act)


def test_an_address_that_does_not_answer_says_so(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await stage.run.service.create(wish("comfy"))
        await stage.settle()
        await stage.press("Check")
        await stage.until(lambda: "cannot be reached" in stage.words())

    on_the_page(tmp_path, act)


def test_while_a_service_is_away_the_page_says_that_nothing_can_be_stopped(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await with_one(stage)
        stage.run.ground.wire.fate = lambda _method: "unsent"
        await stage.pass_time(120)
        assert "nothing can be stopped until it answers" in stage.words()
        stage.run.ground.wire.fate = lambda _method: ""
        await stage.pass_time(600)
        assert "nothing can be stopped until it answers" not in stage.words()

    on_the_page(tmp_path, act)


def test_tab_reaches_every_control_of_the_form_in_its_order(qapp: QApplication, tmp_path: Path) -> None:
    async def act(stage: PageStage) -> None:
        await stage.press("New endpoint")
        await stage.until(lambda: stage.page.findChildren(FlavorCard))
        stage.page.activateWindow()
        await stage.settle()
        reached: list[str] = []
        for _ in range(40):
            focus = QApplication.focusWidget()
            assert focus is not None
            reached.append(focus.accessibleName() or (focus.text() if isinstance(focus, QAbstractButton) else ""))
            QTest.keyClick(focus, Qt.Key.Key_Tab)
        assert "" not in reached
        assert reached.count("Name") > 1, "the way goes round"
        wanted = ["Name", "Docker image", "Command", "Port", "GPUs", "Instances", "RTX 4090, cn, $0.30 per hour", "USD"]
        wanted += ["2 h", "Stop, else delete", "Cancel", "Create endpoint"]
        places = [reached.index(name) for name in wanted]
        assert places == sorted(places), reached

    on_the_page(tmp_path, act)
