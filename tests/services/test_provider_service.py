"""Keys and addresses: which key is used, where it is kept, and who may be reached."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from app.domain.errors import InsecureAddressError, KeyMissingError
from app.domain.keys import KeyTextError
from app.domain.local_errors import KeychainError
from app.domain.provider_info import ProviderInfo
from app.net.client import ApiClient
from app.net.media_client import MediaClient
from app.providers.haiper import HAIPER
from app.providers.netmind import NETMIND, NetMindProvider
from app.sandbox.running import RunningSandbox
from app.services.provider_service import (
    Connect,
    Connected,
    KeySource,
    ProviderService,
    UnknownProviderError,
)
from app.services.settings_service import SettingsService
from app.services.tasks import Tasks
from app.store.secret_store import Keyring, SecretStore
from app.store.settings_store import SettingsStore
from tests.conftest import Run

DEMO = ProviderInfo("demo", "Demo", "", "demo", is_demo=True)


class MemoryKeyring:
    """A keychain that works."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def get_password(self, service: str, username: str, /) -> str | None:
        return self.held.get(username)

    def set_password(self, service: str, username: str, password: str, /) -> None:
        self.held[username] = password

    def delete_password(self, service: str, username: str, /) -> None:
        self.held.pop(username, None)


def _connect(info: ProviderInfo, url: str, key: Callable[[], str | None]) -> Connected:
    return Connected(NetMindProvider(info, ApiClient(url, key)), MediaClient())


def service(
    folder: Path,
    keyring: Keyring | None,
    environment: Mapping[str, str] | None = None,
    *,
    connect: Connect = _connect,
) -> ProviderService:
    async def demo_url() -> str:
        return "http://127.0.0.1:9"

    return ProviderService(
        infos=(NETMIND, HAIPER, DEMO),
        connect=connect,
        secrets=SecretStore(find=lambda: keyring),
        settings=SettingsService(SettingsStore(folder / "settings.json"), Tasks().start),
        demo_url=demo_url,
        demo_key="demo-key",
        environment=environment or {},
    )


def test_a_key_from_the_keychain_is_found_again_after_a_restart(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        keyring = MemoryKeyring()
        first = service(tmp_path, keyring)
        await first.load()
        assert first.card("netmind").key_source is KeySource.NONE
        await first.save_key("netmind", "  Bearer abc123 \n")
        assert keyring.held == {"netmind": "abc123"}
        second = service(tmp_path, keyring)
        await second.load()
        assert second.card("netmind").key_source is KeySource.KEYCHAIN

    run(story())


class ClosingProvider(NetMindProvider):
    """Counts how often it is closed, and takes a moment for it."""

    closed = 0

    async def close(self) -> None:
        self.closed += 1
        await asyncio.sleep(0.01)
        await super().close()


def test_many_who_ask_at_once_share_one_connection_also_when_the_address_changes(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        made: list[ClosingProvider] = []

        def connect(info: ProviderInfo, url: str, key: Callable[[], str | None]) -> Connected:
            made.append(ClosingProvider(info, ApiClient(url, key)))
            return Connected(made[-1], MediaClient())

        providers = service(tmp_path, MemoryKeyring(), connect=connect)
        for address in ("", "https://example.org"):
            await providers.set_base_url("netmind", address)
            found = await asyncio.gather(*(providers.connected("netmind") for _ in range(5)))
            assert len({id(one) for one in found}) == 1
        assert [provider.closed for provider in made] == [1, 0]
        await providers.close()
        assert [provider.closed for provider in made] == [1, 1]

    run(story())


class LockedKeyring(MemoryKeyring):
    """Waits to be unlocked, as long as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.unlocked = threading.Event()

    def get_password(self, service: str, username: str, /) -> str | None:
        self.unlocked.wait(10)
        return super().get_password(service, username)


def test_what_needs_a_key_waits_for_the_keychain_and_nothing_else_does(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        keyring = LockedKeyring()
        keyring.held["netmind"] = "abc123"
        providers = service(tmp_path, keyring)
        loading = asyncio.ensure_future(providers.load())
        await asyncio.sleep(0)
        await providers.connected("demo")
        waiting = asyncio.ensure_future(providers.connected("netmind"))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        keyring.unlocked.set()
        await waiting
        await loading
        assert providers.card("netmind").key_source is KeySource.KEYCHAIN
        await providers.close()

    run(story())


def test_a_provider_that_left_the_program_is_named(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        with pytest.raises(UnknownProviderError):
            await service(tmp_path, MemoryKeyring()).connected("gone")

    run(story())


def test_the_environment_s_key_is_used_and_said(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring(), {"NETMIND_API_KEY": " env-key\n"})
        await providers.load()
        assert providers.card("netmind").key_source is KeySource.ENVIRONMENT

    run(story())


def test_a_variable_that_holds_no_key_is_said_and_not_used(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring(), {"NETMIND_API_KEY": "two words"})
        await providers.load()
        card = providers.card("netmind")
        assert not card.has_key
        assert "NETMIND_API_KEY" in str(card.note)

    run(story())


def test_without_a_keychain_the_key_is_held_for_this_run_and_the_card_says_so(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        providers = service(tmp_path, None)
        await providers.load()
        await providers.save_key("netmind", "abc123")
        card = providers.card("netmind")
        assert card.key_source is KeySource.SESSION
        assert "this run only" in str(card.note)
        assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"abc123" in path.read_bytes()]

    run(story())


def test_a_removed_key_is_gone_from_memory_and_keychain(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        keyring = MemoryKeyring()
        providers = service(tmp_path, keyring)
        await providers.load()
        await providers.save_key("netmind", "abc123")
        await providers.remove_key("netmind")
        assert keyring.held == {}
        with pytest.raises(KeyMissingError):
            await providers.test_key("netmind")
        await providers.close()

    run(story())


def test_a_kept_key_goes_to_no_other_address_than_the_one_it_was_saved_for(run: Run[None], tmp_path: Path) -> None:
    """reliability.md K13."""

    async def story() -> None:
        keyring = MemoryKeyring()
        asked: dict[str, Callable[[], str | None]] = {}

        def connect(info: ProviderInfo, url: str, key: Callable[[], str | None]) -> Connected:
            asked[url] = key
            return _connect(info, url, key)

        providers = service(tmp_path, keyring, connect=connect)
        await providers.load()
        await providers.save_key("netmind", "sk-first")
        assert providers.card("haiper").has_key
        assert providers.card("haiper").key_owner == "netmind"
        await providers.connected("netmind")
        for name in ("netmind", "haiper"):
            await providers.set_base_url(name, "https://own.example")
            assert not providers.card(name).has_key, "the key is asked for again"
            await providers.connected(name)
            assert asked["https://own.example"]() is None
        await providers.save_key("netmind", "sk-second")
        assert [asked[url]() for url in (NETMIND.default_base_url, "https://own.example")] == ["sk-first", "sk-second"]
        assert keyring.held == {"netmind": "sk-first", "netmind https://own.example:443": "sk-second"}
        again = service(tmp_path, keyring)
        await again.load()
        assert again.card("netmind").has_key
        await again.set_base_url("haiper", "https://own.example")
        assert again.card("haiper").has_key, "read when it is first needed"
        assert again.card("haiper").key_owner == ""
        await providers.close()

    run(story())


class StubbornKeyring(MemoryKeyring):
    """Keeps what it has."""

    def delete_password(self, service: str, username: str, /) -> None:
        raise OSError


def test_a_key_that_the_keychain_does_not_give_away_is_not_used_any_more_all_the_same(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        providers = service(tmp_path, StubbornKeyring())
        await providers.load()
        await providers.save_key("netmind", "abc123")
        with pytest.raises(KeychainError):
            await providers.remove_key("netmind")
        assert not providers.card("netmind").has_key

    run(story())


@pytest.mark.parametrize("typed", ["", "two words", "line\nbreak", "kéy", "x" * 600])
def test_what_cannot_be_a_key_is_refused_with_a_sentence(run: Run[None], tmp_path: Path, typed: str) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring())
        with pytest.raises(KeyTextError) as refused:
            await providers.save_key("netmind", typed)
        assert str(refused.value.sentence)

    run(story())


def test_a_provider_with_a_key_comes_before_the_demo_and_one_without_after_it(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring())
        await providers.load()
        assert providers.rank("demo") < providers.rank("netmind")
        await providers.save_key("netmind", "abc123")
        assert providers.rank("netmind") < providers.rank("demo")

    run(story())


def test_an_address_must_be_secure_or_this_computer(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring())
        for wrong in ("http://example.com", "ftp://x", "https://user:pass@example.com", "no address"):
            with pytest.raises(InsecureAddressError):
                await providers.set_base_url("netmind", wrong)
        await providers.set_base_url("netmind", "http://127.0.0.1:9000/")
        assert providers.base_url("netmind") == "http://127.0.0.1:9000"
        await providers.set_base_url("netmind", "")
        assert providers.base_url("netmind") == NETMIND.default_base_url

    run(story())


def test_a_changed_address_is_used_by_the_next_call(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring(), {"NETMIND_API_KEY": "demo-key"})
        await providers.load()
        with RunningSandbox() as first, RunningSandbox() as second:
            for server in (first, second):
                await providers.set_base_url("netmind", server.base_url)
                assert "works" in str(await providers.test_key("netmind"))
                assert [request.method for request in server.requests] == ["GET"]
        await providers.close()

    run(story())


def test_two_questions_at_once_share_one_client(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring())
        one, two = await asyncio.gather(providers.connected("demo"), providers.connected("demo"))
        assert one is two
        await providers.close()

    run(story())


def test_a_service_that_has_ended_comes_last_and_is_not_offered_until_an_address_is_set(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring(), {"NETMIND_API_KEY": "key-of-both"})
        await providers.load()
        card = providers.card("haiper")
        assert card.has_key, "it takes the NetMind key"
        assert card.has_ended
        assert not card.usable
        assert str(card.why_not) == "service has ended"
        assert sorted(("haiper", "demo", "netmind"), key=providers.rank) == ["netmind", "demo", "haiper"]
        await providers.set_base_url("haiper", "http://127.0.0.1:9000")
        assert providers.card("haiper").usable
        assert not providers.card("haiper").why_not
        assert sorted(("haiper", "demo", "netmind"), key=providers.rank) == ["netmind", "haiper", "demo"]
        await providers.set_base_url("haiper", "")
        assert not providers.card("haiper").usable

    run(story())


def test_without_a_key_that_is_the_reason(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring())
        await providers.load()
        assert str(providers.card("netmind").why_not) == "needs an API key"
        await providers.set_base_url("haiper", "http://127.0.0.1:9000")
        assert str(providers.card("haiper").why_not) == "needs an API key"
        assert not providers.card("demo").why_not

    run(story())


def test_the_path_of_a_provider_is_its_first_one_or_the_one_that_is_set(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        providers = service(tmp_path, MemoryKeyring())
        assert providers.base_path("haiper") == "/v1/haiper-job"
        assert providers.base_path("netmind") == ""
        before = await providers.connected("haiper")
        assert before is await providers.connected("haiper")
        providers.set_base_path("haiper", "/v1/netmind-video-job")
        after = await providers.connected("haiper")
        assert after is not before
        assert after.provider.info.base_paths == ("/v1/netmind-video-job", "/v1/haiper-job")
        with pytest.raises(ValueError, match="base_path"):
            providers.set_base_path("haiper", "../v1")
        providers.set_base_path("haiper", "")
        assert providers.base_path("haiper") == "/v1/haiper-job"
        await providers.close()

    run(story())
