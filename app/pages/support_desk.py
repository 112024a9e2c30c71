"""Offers reports of unexpected ends and the support file: seen first, then saved or deleted, never sent."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.domain.text import plain, text
from app.pages.main_window import MainWindow
from app.services.activity_service import ActivityKind, ActivityService
from app.services.support_file import SupportSources, support_text
from app.system.crash_reports import CrashReports
from app.system.logs import install_hooks, watch_for_crashes
from app.system.private_files import date_mark, write_whole
from app.widgets.text_sheet import TextSheet

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]


class SupportDesk(QObject):
    """`watch_for_crashes` and `offer_reports` at the start; `show_support_file` and `show_reports` when asked."""

    def __init__(
        self, window: MainWindow, sources: SupportSources, activity: ActivityService, start_task: StartTask
    ) -> None:
        super().__init__(window)
        self._window = window
        self._sources = sources
        self._activity = activity
        self._start_task = start_task

    @property
    def _reports(self) -> CrashReports:
        return self._sources.reports

    def watch_for_crashes(self, file: Path) -> None:
        """What the last run left in `file` when it died is told; what goes wrong now goes to the log and to Activity."""
        last_words = watch_for_crashes(file)
        if last_words:
            self._reports.write(last_words)
            self._activity.add(
                ActivityKind.WARNING,
                text("Slowlight ended unexpectedly the last time. Running jobs were taken up again."),
                text("A report was written. It is on this page, under Reports."),
            )
        install_hooks(self._crashed)

    def _crashed(self, report: str) -> None:
        title = text("Something unexpected happened. Your jobs and results are not touched by it.")
        last_line = report.strip().splitlines()[-1] if report.strip() else ""
        self._reports.write(report)
        self._activity.add(ActivityKind.ERROR, title, plain(last_line))

    def offer_reports(self) -> bool:
        """Says that there are new reports, with a way to see them. False when there are none."""
        if not self._reports.new():
            return False
        toast = self._window.toasts.show_toast(
            self.tr("Something broke last time"),
            self.tr("A report was kept. Jobs go on."),
            kind="warning",
            action=self.tr("See it"),
        )
        toast.action_requested.connect(self.show_reports)
        self._reports.offered()
        return True

    def show_reports(self) -> None:
        """All that are kept, the newest first."""
        about = self.tr(
            "This is what the program noted when something went wrong that nobody had thought of. It lies on this computer "
            "and is sent to nobody. Save it if you want to show it to somebody who helps you."
        )
        sheet = TextSheet(self.tr("Reports"), about, self._window, delete=self.tr("Delete the reports"))
        sheet.save_requested.connect(lambda words: self._ask_where(f"slowlight-report-{date_mark()}.txt", words))
        sheet.delete_requested.connect(lambda: self._delete(sheet))
        sheet.set_words(self._reports.text() or self.tr("There are no reports."))
        sheet.open()

    def show_support_file(self) -> None:
        """Put together while the sheet is seen already."""
        about = self.tr(
            "Exactly this is saved. Keys are never in it, and prompts only if you include them. It is sent to nobody."
        )
        sheet = TextSheet(self.tr("Support file"), about, self._window, option=self.tr("Include prompts"))
        sheet.option_toggled.connect(lambda on: self._fill(sheet, with_prompts=on))
        sheet.save_requested.connect(lambda words: self._ask_where(f"slowlight-support-{date_mark()}.txt", words))
        self._fill(sheet, with_prompts=False)
        sheet.open()

    def _fill(self, sheet: TextSheet, *, with_prompts: bool) -> None:
        sheet.set_words(None)
        is_wanted = True

        def leave(_told: object = None) -> None:
            nonlocal is_wanted
            is_wanted = False

        sheet.destroyed.connect(leave)
        sheet.option_toggled.connect(leave)  # an answer to the tick of before is not shown

        async def fill() -> None:
            words = await support_text(self._sources, with_prompts=with_prompts)
            if is_wanted:
                sheet.set_words(words)

        self._start_task("put the support file together", fill())

    def _delete(self, sheet: TextSheet) -> None:
        async def delete() -> None:
            try:
                await asyncio.to_thread(self._reports.delete_all)
            except OSError as error:
                self._say_refused(error)
                return
            self._window.toasts.show_toast(self.tr("The reports are deleted"), kind="info")

        sheet.close()
        self._start_task("delete reports", delete())

    def _ask_where(self, name: str, words: str) -> None:
        dialog = QFileDialog(self._window, self.tr("Save as"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.selectFile(str(Path.home() / name))
        dialog.fileSelected.connect(lambda target: self._start_task("save a text", self.save(Path(target), words)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def save(self, target: Path, words: str) -> None:
        """Writes the words that were seen."""
        try:
            await asyncio.to_thread(write_whole, target, words.encode("utf-8", "replace"))
        except OSError as error:
            self._say_refused(error)
            return
        self._window.toasts.show_toast(self.tr("Saved"), str(target), kind="done")

    def _say_refused(self, error: OSError) -> None:
        words = self.tr("The disk said: {reason}").format(reason=error.strerror or "")
        self._window.toasts.show_toast(self.tr("That did not work"), words, kind="error")
