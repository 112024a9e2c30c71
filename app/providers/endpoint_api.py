"""The shape of a service that rents endpoints, for the rest of the house."""

from typing import Protocol

from app.domain.endpoint import EndpointWish, Flavor, Reading
from app.domain.provider_info import ProviderInfo


class EndpointApi(Protocol):
    """Every call raises errors of `app.domain.errors` and nothing else. `create` costs money and is never repeated.

    `scale` and `delete` may be repeated: they name an end state. What they answer proves nothing; `read` does.
    """

    @property
    def info(self) -> ProviderInfo: ...

    @property
    def origin(self) -> str: ...

    async def flavors(self) -> tuple[Flavor, ...]: ...

    async def create(self, wish: EndpointWish) -> Reading: ...

    async def read(self, service_id: str) -> Reading:
        """Raises EndpointGoneError when the service says that it is not there."""
        ...

    async def scale(self, service_id: str, instances: int) -> None: ...

    async def delete(self, service_id: str) -> None: ...

    async def list_all(self) -> tuple[Reading, ...]:
        """Raises NoEndpointListError where there is no such call."""
        ...

    async def close(self) -> None: ...
