"""Looks whether the desktop's Secret Service holds a key at all, without opening any prompt.

keyring's own reading makes a collection where there is none: on a desktop that never kept a password, the first start would
ask for a new one before anything was said. It also unlocks before it looks. Searching needs neither: a locked collection
tells that an item is there, and not what is in it (tried with gnome-keyring 42).
"""

from contextlib import closing

DEFAULT = "/org/freedesktop/secrets/aliases/default"
MODULE = "keyring.backends.SecretService"


def may_hold(service: str, key_id: str) -> bool:
    """False when there is provably nothing to read. Raises whatever D-Bus raises; runs in the keychain's thread."""
    import secretstorage
    from secretstorage.exceptions import ItemNotFoundException

    with closing(secretstorage.dbus_init()) as bus:
        try:
            collection = secretstorage.Collection(bus, DEFAULT)
        except ItemNotFoundException:
            return False
        if any(True for _ in collection.search_items({"service": service, "username": key_id})):
            return True
        # some keep the whole list to themselves while they are locked
        return collection.is_locked() and not any(True for _ in collection.get_all_items())
