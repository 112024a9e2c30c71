"""The list of endpoints, for servers that have one: none is documented, so each is asked once, and used if it answers."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.endpoint import Endpoint, Reading
from app.domain.endpoint_errors import NoEndpointListError
from app.domain.endpoint_lease import Lease
from app.domain.errors import StudioError
from app.services.endpoint_book import EndpointBook
from app.services.endpoint_doors import Door, EndpointDoors
from app.services.endpoint_engine import EndpointEngine

log = logging.getLogger(__name__)

BEFORE = timedelta(minutes=5)
"""Clocks differ: one that was made a little before it was asked for is still the same."""


@dataclass
class EndpointLists:
    """`has_list` is by service and address: True, False, or not there while nobody has asked."""

    book: EndpointBook
    doors: EndpointDoors
    engine: EndpointEngine
    has_list: dict[tuple[str, str], bool] = field(default_factory=dict)
    strangers: dict[str, tuple[Reading, ...]] = field(default_factory=dict)

    async def look(self, provider_id: str) -> bool:
        """Asks the list where there may be one, and takes up what was unsure. True when a list was read; raises nothing."""
        try:
            door = await self.doors.open(provider_id)
            place = (provider_id, door.api.origin)
            if self.has_list.get(place) is False:
                return False
            listed = await door.api.list_all()
        except NoEndpointListError:
            self.has_list[place] = False
            return False
        except StudioError as error:
            log.warning("the list of endpoints could not be had: %s", error.code)
            return False
        self.has_list[place] = True
        await self._take_up(door, listed)
        known = {one.service_id for one in self.book.all()}
        self.strangers[provider_id] = tuple(reading for reading in listed if reading.service_id not in known)
        return True

    async def _take_up(self, door: Door, listed: tuple[Reading, ...]) -> None:
        provider_id = door.api.info.provider_id
        for unsure in self.book.unsure():
            if unsure.provider_id != provider_id:
                continue
            known = {one.service_id for one in self.book.all()}
            found = [one for one in listed if one.service_id not in known and _fits(unsure, one)]
            if found:
                await self.engine.adopt(door, found[0], Lease(), unsure)


def _fits(unsure: Endpoint, listed: Reading) -> bool:
    made: datetime = listed.created_at or unsure.created_at
    return listed.name == unsure.name.strip() and made >= unsure.created_at - BEFORE
