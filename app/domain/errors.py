"""One tree of everything that can go wrong outside, each named for the person's situation.

An error knows three things besides its words: whether it proves that nothing was started (`not_started`), whether
waiting helps (`waiting_helps`), and which sentence about money fits the moment (`Moment`). Lower errors, of the HTTP
library or the disk, are translated into this tree at the door where they come in.
"""

from collections.abc import Mapping
from enum import StrEnum

from app.domain.problem import Problem
from app.domain.text import Text, text


class Moment(StrEnum):
    """What the studio was doing when it went wrong; it decides what may have been charged."""

    SUBMIT = "submit"
    WATCH = "watch"
    SAVE = "save"
    OTHER = "other"


_MONEY: Mapping[Moment, Text] = {
    Moment.SUBMIT: text("Nothing was started and nothing was charged."),
    Moment.WATCH: text("The job goes on at {provider}. Its result is saved as soon as it can be reached again."),
    Moment.SAVE: text("The result is still at {provider}, nothing is lost yet."),
    Moment.OTHER: Text(),
}


class StudioError(Exception):
    """Base of the tree. Subclasses fill in the class attributes; `values` fill the places in their sentences."""

    code = "unexpected"
    happened = text("Something unexpected happened.")
    advice = text("Try again. If it happens again, open Activity and copy the details.")
    short = text("unexpected error")
    money: Text | None = None
    asked_now: Text | None = None
    """Advice for somebody who has just asked, as with Test key: nothing is tried again by itself then."""
    not_started = False
    waiting_helps = False

    def __init__(
        self,
        server_text: str = "",
        *,
        http_status: int | None = None,
        retry_after_s: float | None = None,
        fields: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        self.server_text = server_text
        self.http_status = http_status
        self.retry_after_s = retry_after_s
        self.fields: Mapping[str, str] = dict(fields or {})
        self.values = {name: str(value) for name, value in values.items()}
        super().__init__(server_text or str(self.happened.with_values(**self.values)))

    def money_at(self, moment: Moment) -> Text:
        """What it means for the money; a class with a sentence of its own says that one at any moment."""
        return self.money if self.money is not None else _MONEY[moment]

    def problem(self, moment: Moment = Moment.OTHER, *, provider: str = "the service") -> Problem:
        """The three sentences for this moment; `provider` is the provider's title."""
        values = {"provider": provider, **self.values}
        money = self.money_at(moment)
        advice = self.asked_now if moment is Moment.OTHER and self.asked_now is not None else self.advice
        return Problem(
            code=self.code,
            happened=self.happened.with_values(**values),
            money=money.with_values(**values) if money else money,
            advice=advice.with_values(**values),
            short=self.short.with_values(**values),
            server_text=self.server_text,
            fields=self.fields,
            http_status=self.http_status,
        )


# --- the connection


class NoConnectionError(StudioError):
    """The request provably never left this computer: name not found, refused, no TLS, no route."""

    code = "no_connection"
    happened = text("{provider} cannot be reached from this computer.")
    advice = text("Check the connection to the internet. Slowlight keeps trying.")
    asked_now = text("Check the connection to the internet and the address, then try again.")
    short = text("no connection")
    not_started = True
    waiting_helps = True


class UnprovenServerError(NoConnectionError):
    """TLS failed: whoever answered could not prove to be the service, so nothing was sent. `reason` says what is wrong."""

    code = "unproven_server"
    happened = text("{provider} was not asked, because the connection is not secure: {reason}.")
    advice = text("Check date and time of this computer, and whether this network asks you to log in.")
    asked_now = advice
    short = text("connection is not secure")


class ConnectionLostError(StudioError):
    """The request went out and no answer came back: its outcome is not known."""

    code = "connection_lost"
    happened = text("The connection to {provider} broke before the answer came.")
    advice = text("Check the connection to the internet.")
    short = text("connection lost")
    waiting_helps = True


class ServiceTimeoutError(ConnectionLostError):
    """The request went out and the answer took longer than its deadline."""

    code = "timeout"
    happened = text("{provider} did not answer in time.")
    advice = text("The service may be busy. Slowlight asks again by itself where that is safe.")
    asked_now = text("The service may be busy. Try again in a while.")
    short = text("no answer in time")


class InsecureAddressError(StudioError):
    """A base URL or link that keys or media must not travel over."""

    code = "insecure_address"
    happened = text("The address {address} is not a secure one.")
    advice = text("Use an address that begins with https. Only this computer itself may be reached by http.")
    short = text("address is not secure")
    not_started = True


class NotAServiceAnswerError(StudioError):
    """HTML, broken or oversized JSON where an answer of the service should be."""

    code = "not_an_answer"
    happened = text("Something that is not {provider} answered, such as a login page or a proxy.")
    advice = text("Check whether this network asks you to log in, and the address of the provider in Settings.")
    short = text("unreadable answer")
    waiting_helps = True


# --- the account


class KeyMissingError(StudioError):
    code = "key_missing"
    happened = text("There is no API key for {provider} yet.")
    advice = text("Add your key in Settings, or choose a model of the demo.")
    short = text("no API key")
    not_started = True


class KeyRejectedError(StudioError):
    """HTTP 401, or 403 on a primary call."""

    code = "key_rejected"
    happened = text("{provider} did not accept the API key.")
    advice = text("Check the key in Settings with Test key, or paste it again.")
    asked_now = text("Copy the whole key at the provider once more and paste it again.")
    short = text("key not accepted")
    not_started = True


class NotAllowedError(StudioError):
    """HTTP 403: the account lacks something, or the address does not exist at that gateway (apis.md 1.0)."""

    code = "not_allowed"
    happened = text("{provider} does not allow this for your account.")
    advice = text("Look at the provider's console whether the model is open to your account.")
    short = text("not allowed")
    not_started = True


class OutOfCreditError(StudioError):
    """HTTP 402, or a text such as "balance not enough" (apis.md 1.0). Retrying cannot help."""

    code = "out_of_credit"
    happened = text("Your balance at {provider} is not enough for this job.")
    advice = text("Top up your account at the provider. It can take about five minutes until it counts. Then retry.")
    short = text("balance not enough")
    not_started = True


class TooManyRequestsError(StudioError):
    code = "too_many_requests"
    happened = text("{provider} is taking no more requests at the moment.")
    advice = text("Slowlight waits and tries again by itself.")
    asked_now = text("Wait a minute and try again.")
    short = text("service is busy")
    not_started = True
    waiting_helps = True


# --- the request


class UnknownModelError(StudioError):
    code = "unknown_model"
    happened = text("{provider} does not know this model.")
    advice = text("Choose another model, or check the spelling of the model's id.")
    short = text("unknown model")
    not_started = True


class InvalidRequestError(StudioError):
    """HTTP 400 or 422. `fields` names the parameters and what the server says about each."""

    code = "invalid_request"
    happened = text("{provider} did not accept the settings of this job.")
    advice = text("Change what is marked in the form and generate again.")
    short = text("settings not accepted")
    not_started = True


class RequestTooLargeError(StudioError):
    """The request is larger than the provider takes; known before anything is sent (seed 004: 10 MB)."""

    code = "request_too_large"
    happened = text("The request is {size}, and {provider} takes {limit} at most.")
    advice = text("Use smaller pictures, or save them as JPEG: inside the request they grow by a third.")
    short = text("request is too large")
    not_started = True


class ServiceRetiredError(StudioError):
    """The published address of a service that has ended answers 403, 404, 410, a page, or not at all (apis.md case 21)."""

    code = "service_retired"
    happened = text("{provider} has ended: nothing takes jobs at its published address any more.")
    advice = text(
        "Choose another model, or set the address of a compatible server in Settings. Your history stays usable."
    )
    short = text("service has ended")
    not_started = True

    def money_at(self, moment: Moment) -> Text:
        """A job that is known was sent once, and its result is out of reach."""
        if moment in (Moment.WATCH, Moment.SAVE):
            return text("Its result cannot be fetched from there. Whether it was charged is for {provider} to say.")
        return super().money_at(moment)


class PromptRefusedError(StudioError):
    code = "prompt_refused"
    happened = text("{provider} refused this prompt or its result by its content rules.")
    advice = text("Word the prompt differently.")
    short = text("prompt was refused")
    money = text("Whether a refused job is charged is for {provider} to say; look at your account there.")


class ServiceFailedError(StudioError):
    """HTTP 5xx. On a paid POST the outcome is unknown: a proxy's 502 says nothing about the backend (apis.md case 2)."""

    code = "service_failed"
    happened = text("{provider} has a problem of its own at the moment.")
    advice = text("Wait a while. If it goes on, look at the provider's status page.")
    short = text("problem at the service")
    waiting_helps = True


class GenerationFailedError(StudioError):
    """The job itself ended as failed over there."""

    code = "generation_failed"
    happened = text("{provider} could not finish this job.")
    advice = text("Retry it, or change the settings. What the service said stands below.")
    short = text("the model failed")
    money = text("There is no result. Whether failed jobs are charged is for {provider} to say.")


class EmptyResultError(GenerationFailedError):
    """Completed with nothing in it, asked several times (apis.md case 26)."""

    code = "empty_result"
    happened = text("{provider} says the job is finished but gave no result.")
    short = text("finished without a result")


class JobGoneError(StudioError):
    """404 for a job that was known: the server has forgotten it."""

    code = "job_gone"
    happened = text("{provider} no longer knows this job.")
    advice = text("The recipe is kept: run it again if you still want the result.")
    short = text("not saved in time")
    money = text("The result is gone from the server. It may have been charged.")


class SentElsewhereError(StudioError):
    """404 under another address or key than those that the job was sent with: it is not gone, only out of reach."""

    code = "sent_elsewhere"
    happened = text("{provider} does not know this job under the present address and key.")
    advice = text("Set the address and key that it was sent with in Settings, and its result is fetched.")
    short = text("sent with another key")
    money = text("It was sent with another address or key and may be done there.")


# --- the result


class LinkExpiredError(StudioError):
    """A result link no longer works: 400, 403, 404 or 410 from the storage. A new one is asked for (apis.md case 52)."""

    code = "link_expired"
    happened = text("The link to the result no longer works.")
    advice = text("Slowlight asks {provider} for a new link.")
    short = text("link expired")
    waiting_helps = True


class BrokenResultError(StudioError):
    """What was downloaded is not the media it should be: wrong length, wrong magic, does not decode."""

    code = "broken_result"
    happened = text("What {provider} sent is not a complete picture, film or sound.")
    advice = text("Use Fetch again. If it stays broken, tell the provider.")
    short = text("result is damaged")
    waiting_helps = True


class ResultTooLargeError(StudioError):
    code = "result_too_large"
    happened = text("The result is larger than {limit}.")
    advice = text("Raise the limit in Settings and use Fetch again.")
    short = text("result is too large")


# --- the outcome


class UnknownOutcomeError(StudioError):
    """A paid request went out and its outcome is not known. Never sent again by itself."""

    code = "unknown_outcome"
    happened = text("{provider} did not say whether it took the job. It may have been started.")
    money = text("It may have been charged. Slowlight does not send it again by itself.")
    advice = text("Look at the provider's console. Send it again only if nothing was started there.")
    short = text("may have been charged")
