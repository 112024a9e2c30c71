"""`python -m app.sandbox`: the demo server alone, for anyone who develops a client."""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from app.sandbox.access import is_loopback
from app.sandbox.octoai_rules import ENGINES
from app.sandbox.painters import shared_workshop
from app.sandbox.parent import when_gone
from app.sandbox.server import create_app
from app.sandbox.serving import DemoServer, base_url, listening_socket, serve
from app.sandbox.settings import AuthStyle, Dialect, Media, SandboxSettings
from app.sandbox.triggers import explanation

DESCRIPTION = """Slowlight's demo server: hosted generation services on this computer. It is not AI.

Set its address as base URL and one of its keys as key. It speaks, all at once:
  NetMind   /v1/generation (seed 000 or 001, see --dialect)
  Haiper    /v1/haiper-job and /v1/netmind-video-job
  Endpoints /v1/inference-service (seed 003); their exact bill is at /sandbox/bill
  OctoAI    /generate/ENGINE, /v1/requests/ID and /v1/responses/ID; ENGINE is one of
            {engines}
The start page and /sandbox/ledger tell more."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl+C or the end of the parent. Exit codes: 0 served, 1 the port is taken, 2 wrong arguments."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    given = _parser().parse_args(arguments)
    settings = SandboxSettings(
        keys=tuple(given.key or ("demo-key",)),
        any_key=given.any_key,
        auth_style=AuthStyle(given.auth_style),
        dialect=Dialect(given.dialect),
        speed=given.speed,
        link_life_s=given.link_life,
        retention_s=given.retention,
        state_dir=given.state_dir,
        media=Media(given.media),
        clock_factor=given.clock_factor,
        endpoint_list=given.endpoint_list,
    )
    try:
        sock = listening_socket(given.host, given.port)
    except OSError as error:
        print(f"Cannot listen on {given.host} port {given.port}: {error}", file=sys.stderr)
        return 1
    url, port = base_url(sock), sock.getsockname()[1]

    def ready(server: DemoServer) -> None:
        if given.parent_pid:
            when_gone(given.parent_pid, server.stop_soon)
        if given.announce:
            print(json.dumps({"port": port, "base_url": url}), flush=True)
        else:
            keys = "any" if settings.any_key else ", ".join(settings.keys)
            print(f"Slowlight demo server, not AI, at {url} (key: {keys}). Ctrl+C ends it.", file=sys.stderr)

    try:
        return 0 if serve(create_app(settings), sock, ready) else 1
    except KeyboardInterrupt:
        return 0
    finally:
        shared_workshop().close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.sandbox",
        description=DESCRIPTION.format(engines=", ".join(ENGINES)),
        epilog="Marks in a prompt make it misbehave on purpose:\n" + explanation(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", type=_loopback, default="127.0.0.1", help="a loopback address (default: %(default)s)")
    add("--port", type=_port, default=9000, help="0 takes a free one (default: %(default)s)")
    add("--speed", type=_positive, default=1.0, help="how many times quicker jobs go by (default: %(default)s)")
    add("--key", action="append", help="an accepted API key, may be repeated (default: demo-key)")
    add("--any-key", action="store_true", help="accept every key that is not empty")
    add("--auth-style", choices=list(AuthStyle), default="both", help="accepted Authorization (default: %(default)s)")
    add("--dialect", choices=list(Dialect), default="new", help="which published answer (default: %(default)s)")
    add("--media", choices=list(Media), default="full", help="small: plain results, quickly (default: %(default)s)")
    add("--link-life", type=_positive, default=7200.0, metavar="SECONDS", help="of result links (default: %(default)s)")
    add("--retention", type=_positive, default=86400.0, metavar="SECONDS", help="of jobs (default: %(default)s)")
    add("--clock-factor", type=_positive, default=1.0, help="how many times quicker endpoints live and are billed")
    add("--endpoint-list", action="store_true", help="answer a list of endpoints, which the published API has not")
    add("--state-dir", type=Path, metavar="DIR", help="keep jobs and results here across restarts")
    add("--parent-pid", type=int, metavar="PID", help="end when this process is gone")
    add("--announce", action="store_true", help="print one line of JSON when listening: port and base_url")
    return parser


def _loopback(text: str) -> str:
    if not is_loopback(text):
        raise argparse.ArgumentTypeError(f"{text} is not a loopback address")
    return "127.0.0.1" if text == "localhost" else text


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return int(text)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


if __name__ == "__main__":
    sys.exit(main())
