"""Every address that this process tries to connect to, as the interpreter itself tells it (audit event socket.connect)."""

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class SocketLog:
    """Addresses in the order in which they were tried. Tests reach nobody outside: what is not loopback is refused."""

    tried: list[str] = field(default_factory=list)

    def note(self, address: object) -> None:
        if not isinstance(address, tuple):
            return  # a socket of the file system
        self.tried.append(str(address[0]))
        if not ipaddress.ip_address(address[0]).is_loopback:
            raise ConnectionRefusedError(f"tests do not connect to {address[0]}")


_open: list[SocketLog] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _open and event == "socket.connect":
        _open[-1].note(arguments[1])


sys.addaudithook(_hook)  # stays until the process ends, as hooks do


@contextmanager
def socket_log() -> Iterator[SocketLog]:
    """Notes while the block runs."""
    log = SocketLog()
    _open.append(log)
    try:
        yield log
    finally:
        _open.remove(log)
