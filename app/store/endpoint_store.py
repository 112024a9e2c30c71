"""The registry of rented endpoints on disk: the intent before the POST, the id right after it, and what each has cost.

NetMind has no list call, so a row that is lost here is money that runs unseen (apis.md case 87). Every method is one
transaction and raises StorageError when the disk refuses. A row that cannot be read comes back as one that may be running.
"""

import json
import logging
import sqlite3
from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal

from app.domain.endpoint import Endpoint, EndpointPlan, Goal, Phase
from app.domain.endpoint_spend import Stretch
from app.store.database import Database
from app.store.endpoint_rows import endpoint_of, plan_of, record_of
from app.store.storable import dump_json, dump_time, load_time, storable_text

log = logging.getLogger(__name__)

_UNREADABLE = (ValueError, TypeError, KeyError, ArithmeticError, RecursionError)


class EndpointStore:
    """Endpoints, their stretches of cost, and own templates, in the studio's database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def load(self) -> list[Endpoint]:
        """Every endpoint that is not taken off the page, oldest first. One in *sending* is from a run that died: unsure."""
        rows = await self._db.read(
            lambda connection: connection.execute(
                "SELECT * FROM endpoints WHERE hidden_at IS NULL ORDER BY seq"
            ).fetchall()
        )
        return [_as_found(row) for row in rows]

    async def save(self, endpoint: Endpoint, *, rate_from: datetime | None = None) -> list[Stretch]:
        """Writes an endpoint and, with `rate_from`, closes its open stretch there when its rate is another now.

        One transaction: what is known and what it costs are never apart. Answers with all its stretches.
        """

        def work(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            _write(connection, endpoint)
            if rate_from is not None:
                _count_on(connection, endpoint, rate_from)
            own = "SELECT * FROM endpoint_spend WHERE endpoint_id = ? ORDER BY begins_at, seq"
            return connection.execute(own, (endpoint.endpoint_id,)).fetchall()

        is_intent = endpoint.phase is Phase.SENDING  # nothing is rented while its id might find no room
        rows = await self._db.run(work, is_vital=not is_intent, needs_reserve=is_intent)
        return [stretch for row in rows if (stretch := _stretch(row)) is not None]

    async def hide(self, endpoint_id: str, at: datetime) -> None:
        """Takes it off the page; what it has cost stays in the sums."""
        await self._db.run(
            lambda connection: connection.execute(
                "UPDATE endpoints SET hidden_at = ? WHERE endpoint_id = ?", (dump_time(at), endpoint_id)
            )
        )

    async def remove(self, endpoint_id: str) -> None:
        """Forgets one that provably never was."""
        await self._db.run(
            lambda connection: connection.execute("DELETE FROM endpoints WHERE endpoint_id = ?", (endpoint_id,))
        )

    async def stretches(self) -> list[Stretch]:
        """What every endpoint has cost, hidden ones too, in the order of time."""
        rows = await self._db.read(
            lambda connection: connection.execute("SELECT * FROM endpoint_spend ORDER BY begins_at, seq").fetchall()
        )
        return [stretch for row in rows if (stretch := _stretch(row)) is not None]

    async def names(self) -> dict[str, tuple[str, str]]:
        """Name and provider of every endpoint that ever was, by its id: the chart names them."""
        rows = await self._db.read(
            lambda connection: connection.execute("SELECT endpoint_id, provider_id, record FROM endpoints").fetchall()
        )
        return {row["endpoint_id"]: (_name(row["record"]), row["provider_id"]) for row in rows}

    async def templates(self) -> dict[str, EndpointPlan]:
        """Own templates by name."""
        rows = await self._db.read(
            lambda connection: connection.execute("SELECT name, plan FROM endpoint_templates ORDER BY name").fetchall()
        )
        found = {}
        for row in rows:
            try:
                found[str(row["name"])] = plan_of(json.loads(row["plan"]))
            except _UNREADABLE:
                log.warning("the template %r cannot be read", row["name"])
        return found

    async def save_template(self, name: str, plan: EndpointPlan) -> None:
        """Writes a template, over one of the same name."""
        await self._db.run(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO endpoint_templates (name, plan) VALUES (?, ?)",
                (storable_text(name), dump_json(asdict(plan))),
            )
        )

    async def remove_template(self, name: str) -> None:
        """Forgets a template."""
        await self._db.run(
            lambda connection: connection.execute("DELETE FROM endpoint_templates WHERE name = ?", (name,))
        )


def _write(connection: sqlite3.Connection, endpoint: Endpoint) -> None:
    row = (
        endpoint.endpoint_id,
        endpoint.provider_id,
        storable_text(endpoint.service_id),
        endpoint.phase.value,
        dump_time(endpoint.created_at),
        dump_json(record_of(endpoint)),
    )
    connection.execute(
        "INSERT INTO endpoints (endpoint_id, provider_id, service_id, phase, created_at, record)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (endpoint_id) DO UPDATE SET service_id = excluded.service_id,"
        " phase = excluded.phase, created_at = excluded.created_at, record = excluded.record",
        row,
    )


def _count_on(connection: sqlite3.Connection, endpoint: Endpoint, at: datetime) -> None:
    """One open stretch at most, with the rate of now. What is unsure counts when it is known to exist."""
    rate = endpoint.rate if endpoint.phase in (Phase.LIVE, Phase.GONE) else Decimal(0)
    open_one = connection.execute(
        "SELECT seq, begins_at, rate, currency FROM endpoint_spend WHERE endpoint_id = ? AND ends_at IS NULL",
        (endpoint.endpoint_id,),
    ).fetchone()
    if open_one is not None:
        if Decimal(open_one["rate"]) == (rate or 0) and open_one["currency"] == endpoint.plan.currency:
            return
        end = max(at.astimezone(UTC), load_time(open_one["begins_at"]) or at)
        connection.execute("UPDATE endpoint_spend SET ends_at = ? WHERE seq = ?", (dump_time(end), open_one["seq"]))
        at = end
    if rate:
        connection.execute(
            "INSERT INTO endpoint_spend (endpoint_id, begins_at, rate, currency) VALUES (?, ?, ?, ?)",
            (endpoint.endpoint_id, dump_time(at), str(rate), storable_text(endpoint.plan.currency)),
        )


def _as_found(row: sqlite3.Row) -> Endpoint:
    try:
        found = endpoint_of(dict(row), json.loads(row["record"]))
    except _UNREADABLE:
        log.exception("the endpoint %r cannot be read whole", row["endpoint_id"])
        found = _rest_of(row)
    return replace(found, phase=Phase.UNSURE) if found.phase is Phase.SENDING else found


def _rest_of(row: sqlite3.Row) -> Endpoint:
    """What can be saved of a damaged row: with its id it can be watched, without one it may be running."""
    service_id = str(row["service_id"] or "")
    try:
        created_at = load_time(row["created_at"]) or datetime.now(UTC)
    except (ValueError, TypeError):
        created_at = datetime.now(UTC)
    return Endpoint(
        endpoint_id=str(row["endpoint_id"]),
        provider_id=str(row["provider_id"]),
        name=service_id or str(row["endpoint_id"])[:8],
        plan=EndpointPlan(),
        created_at=created_at,
        phase=Phase.LIVE if service_id else Phase.UNSURE,
        service_id=service_id,
        goal=Goal.NONE,
    )


def _stretch(row: sqlite3.Row) -> Stretch | None:
    try:
        begin = load_time(row["begins_at"])
        rate = Decimal(row["rate"])
        end = load_time(row["ends_at"])
    except _UNREADABLE:
        return None
    return None if begin is None else Stretch(row["endpoint_id"], begin, rate, str(row["currency"]), end)


def _name(record: str) -> str:
    try:
        return str(json.loads(record).get("name", ""))
    except (*_UNREADABLE, AttributeError):
        return ""
