"""What can go wrong with a rented endpoint, each with what it means for the money and what to do."""

from app.domain.errors import StudioError
from app.domain.text import text


class EndpointRefusedError(StudioError):
    """HTTP 400 or 422 to a create or a change. `fields` names what the server means, where it does."""

    code = "endpoint_refused"
    happened = text("{provider} did not accept this for {name}.")
    money = text("Nothing was started or changed by it.")
    advice = text("Change what the service names and try again.")
    short = text("not accepted")
    not_started = True


class EndpointUnknownError(StudioError):
    """A create went out and its outcome is not known. Never sent again by itself: there is no list to look in."""

    code = "endpoint_unknown"
    happened = text("{provider} did not say whether it started {name}. A paid endpoint may be running.")
    money = text("If it runs, it costs money until it is stopped. Slowlight does not send it again by itself.")
    advice = text(
        "Look at the provider's console. If it is there, add it here by its id. If it is not, take it off this list."
    )
    short = text("may be running")


class EndpointGoneError(StudioError):
    """404 to a read or a delete: the server does not know it."""

    code = "endpoint_gone"
    happened = text("{provider} does not know this endpoint.")
    advice = text("Check the id and the account that the key belongs to.")
    short = text("not there")


class EndpointElsewhereError(StudioError):
    """It was started at another address or with another key, so an answer from here proves nothing."""

    code = "endpoint_elsewhere"
    happened = text("{name} was started at another address or with another key of {provider}.")
    money = text("It may still be running and costing money.")
    advice = text("Set that address and key in Settings again, or stop it in the provider's console.")
    short = text("started with another key")


class NoPriceError(StudioError):
    """An end at an amount needs a price to count with."""

    code = "endpoint_no_price"
    happened = text("The price of {name} is not known, so it cannot be stopped at an amount.")
    advice = text("Choose an end after a time.")
    short = text("price not known")
    not_started = True


class NoEndpointListError(StudioError):
    """The service has no call that lists endpoints; none is documented (apis.md 1.3)."""

    code = "endpoint_no_list"
    happened = text("{provider} has no list of endpoints that Slowlight could ask for.")
    short = text("no list")
