"""What is known about providers: addresses, and when a service has ended."""

from app.domain.errors import Moment, RequestTooLargeError, ServiceRetiredError
from app.domain.provider_info import LongRunAdvice, ProviderInfo
from app.domain.text import text

ENDED = ProviderInfo("old", "Old", "https://old.example", "old", retired=text("Old has ended."))


def test_a_service_has_ended_at_its_published_address_and_not_at_a_compatible_server() -> None:
    assert ENDED.is_retired_at("https://old.example")
    assert ENDED.is_retired_at("https://old.example/")
    assert not ENDED.is_retired_at("http://127.0.0.1:9000")
    assert not ProviderInfo("new", "New", "https://new.example", "new").is_retired_at("https://new.example")


def test_a_service_that_has_ended_says_what_that_means_for_the_money_at_each_moment() -> None:
    sent = ServiceRetiredError().problem(Moment.SUBMIT, provider="Old")
    assert str(sent.happened).startswith("Old has ended")
    assert str(sent.money) == "Nothing was started and nothing was charged."
    watched = ServiceRetiredError().problem(Moment.WATCH, provider="Old")
    assert "cannot be fetched" in str(watched.money)
    assert "compatible server" in str(watched.advice)


def test_a_request_that_is_too_large_says_how_large_and_what_to_do() -> None:
    problem = RequestTooLargeError(size="12.4 MB", limit="10 MB").problem(Moment.SUBMIT, provider="Old")
    assert str(problem.happened) == "The request is 12.4 MB, and Old takes 10 MB at most."
    assert "smaller pictures" in str(problem.advice)
    assert str(problem.money) == "Nothing was started and nothing was charged."


def test_the_offer_to_send_again_names_its_price_where_one_is_known() -> None:
    advice = LongRunAdvice(60, text("Sending it again costs {price}."), text("Its price is not known."))
    assert str(advice.sentence("$0.04")) == "Sending it again costs $0.04."
    assert str(advice.sentence("")) == "Its price is not known."
