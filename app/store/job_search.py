"""Search as you type: a full-text index over prompt, model and tags, and History's conditions as SQL.

The index (FTS5, prefixes of two and three letters prepared) is made from the column `search_text` and can always be made
again. Words that it cannot find, because a script has no blanks between words or because they hold no letter, are looked
for letter by letter; so is everything where SQLite was built without FTS5.
"""

import logging
import re
import sqlite3
import unicodedata

from app.domain.history import HistoryQuery

log = logging.getLogger(__name__)

MOST_WORDS = 12
LONGEST_WORD = 80
_INDEX = """CREATE VIRTUAL TABLE job_search USING fts5(
    search_text, content='jobs', content_rowid='seq', tokenize='unicode61 remove_diacritics 2', prefix='2 3')"""
_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese and Korean."""


def prepare(connection: sqlite3.Connection) -> bool:
    """Makes the index where it is missing or not complete. False when this SQLite has no FTS5."""
    try:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'job_search'").fetchone()
        if known is None:
            connection.execute(_INDEX)
        if not _is_sound(connection):
            log.warning("the index of the search is made again")
            connection.execute("DROP TABLE IF EXISTS job_search")
            connection.execute(_INDEX)
            connection.execute("INSERT INTO job_search (job_search) VALUES ('rebuild')")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        # there is no FTS5 here, or the description of the index is damaged so that it cannot even be dropped
        log.warning("this SQLite searches without an index: %s", error)
        return False
    return True


def _is_sound(connection: sqlite3.Connection) -> bool:
    """Whether the index holds every job and holds together; SQLite's own checks do not look into it."""
    try:
        indexed = connection.execute("SELECT count(*) FROM job_search_docsize").fetchone()[0]
        jobs = connection.execute("SELECT count(*) FROM jobs").fetchone()[0]
        if indexed == jobs:
            connection.execute("INSERT INTO job_search (job_search) VALUES ('integrity-check')")
            return True
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT):
            raise
    return False


def fold(words: str) -> str:
    """Text as it is compared: composed, without case."""
    return unicodedata.normalize("NFC", words).casefold()


def refresh(connection: sqlite3.Connection, job_id: str, *, indexed: bool) -> None:
    """Brings `search_text` and the index in step with a job that was just written."""
    row = connection.execute(
        "SELECT seq, search_text, prompt, model_title, model_id FROM jobs WHERE job_id = ?", (job_id,)
    ).fetchone()
    tags = [tag["folded"] for tag in connection.execute("SELECT folded FROM tags WHERE job_id = ?", (job_id,))]
    new = fold("\n".join([row["prompt"], row["model_title"], row["model_id"], *tags]))
    if new == row["search_text"]:
        return
    if indexed and row["search_text"]:
        forget(connection, row["seq"], row["search_text"])
    connection.execute("UPDATE jobs SET search_text = ? WHERE seq = ?", (new, row["seq"]))
    if indexed:
        connection.execute("INSERT INTO job_search (rowid, search_text) VALUES (?, ?)", (row["seq"], new))


def forget(connection: sqlite3.Connection, seq: int, search_text: str) -> None:
    """Takes a job out of the index; FTS5 wants the old text for that."""
    connection.execute(
        "INSERT INTO job_search (job_search, rowid, search_text) VALUES ('delete', ?, ?)", (seq, search_text)
    )


def where(query: HistoryQuery, *, indexed: bool) -> tuple[str, list[object]]:
    """The condition behind WHERE for a query, and its values. Words of the person never become SQL or FTS5 syntax."""
    conditions, values = ["jobs.deleted_at IS NULL"], list[object]()
    if query.medium is not None:
        conditions.append("jobs.medium = ?")
        values.append(query.medium.value)
    if query.states:
        conditions.append(f"jobs.state IN ({', '.join('?' * len(query.states))})")
        values += sorted(state.value for state in query.states)
    if query.provider_id:
        conditions.append("jobs.provider_id = ?")
        values.append(query.provider_id)
    if query.favourites_only:
        conditions.append("jobs.favourite = 1")
    if query.tag.strip():
        conditions.append("EXISTS (SELECT 1 FROM tags WHERE tags.job_id = jobs.job_id AND tags.folded = ?)")
        values.append(" ".join(query.tag.split()).casefold())
    _add_words(query.words, conditions, values, indexed=indexed)
    return " AND ".join(conditions), values


def _add_words(words: str, conditions: list[str], values: list[object], *, indexed: bool) -> None:
    typed = fold(words.encode("utf-8", "replace").decode().replace("\0", " "))
    phrases = []
    for word in [word[:LONGEST_WORD] for word in typed.split()[:MOST_WORDS]]:
        if indexed and any(char.isalnum() for char in word) and not _WITHOUT_BLANKS.search(word):
            phrases.append('"' + word.replace('"', '""') + '"*')
        else:
            conditions.append("instr(jobs.search_text, ?) > 0")
            values.append(word)
    if phrases:
        # the plus keeps SQLite from sorting every hit: it walks the jobs by time and stops after one page
        conditions.append("+jobs.seq IN (SELECT rowid FROM job_search WHERE job_search MATCH ?)")
        values.append(" AND ".join(phrases))
