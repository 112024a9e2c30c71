"""What the chart of the endpoints page shows: the last seven days of one currency, by endpoint."""

from datetime import date

from PySide6.QtCore import QCoreApplication, QLocale

from app.domain.endpoint_words import money
from app.services.endpoint_service import EndpointService
from app.widgets.spend_chart import SpendBar, SpendChart, SpendPart

DAYS = 7
_CONTEXT = "EndpointSpend"


def show_spend(chart: SpendChart, service: EndpointService, *, is_demo: bool) -> None:
    """Fills the chart with the currency that was used last; hides it while nothing was ever spent."""
    is_demo = is_demo or not service.sums.currencies()
    currencies = service.sums.currencies(is_demo=is_demo)
    chart.setVisible(bool(currencies))
    if not currencies:
        return
    currency = currencies[-1]
    bars = []
    for number, day in enumerate(service.sums.days(DAYS, currency, is_demo=is_demo)):
        parts = tuple(
            SpendPart(service.name_of(endpoint_id), amount, money(amount, currency))
            for endpoint_id, amount in day.parts
        )
        is_today = number == DAYS - 1
        bars.append(SpendBar(_label(day.begin.date(), is_today=is_today), money(day.total, currency), parts))
    title = "Spend, last 7 days, demo" if is_demo else "Spend, last 7 days, estimated"
    chart.set_bars(QCoreApplication.translate(_CONTEXT, title), bars)


def _label(day: date, *, is_today: bool) -> str:
    if is_today:
        return QCoreApplication.translate(_CONTEXT, "Today")
    return QLocale().dayName(day.isoweekday(), QLocale.FormatType.ShortFormat)
