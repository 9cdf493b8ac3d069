"""The WebSocket managers of the official unified client: what they get from the live channels with the right
credentials, and with wrong ones. Prints a JSON line for each step, as the other drivers do."""

import asyncio
import json
import os
import sys
import time

from polymarket._internal.streams.clob.user import ClobUserStreamManager
from polymarket._internal.streams.realtime.manager import RealtimeStreamManager
from polymarket.errors import RequestRejectedError
from polymarket.models import ApiKeyCreds
from polymarket.streams import CryptoPriceSpec

NAME = "py_live"
PATIENCE_S = 15
WRONG_SECRET = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="


def credentials(**changes):
    own = {"apiKey": os.environ["LIVE_API_KEY"], "secret": os.environ["LIVE_SECRET"], "passphrase": os.environ["LIVE_PASSPHRASE"]}
    return ApiKeyCreds.model_validate({**own, **changes})


class Watched(ClobUserStreamManager):
    """Remembers how each connection was lost; the client itself tells nobody."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.lost = []

    def _on_socket_connection_lost(self, code, reason):
        self.lost.append((time.monotonic(), code))
        super()._on_socket_connection_lost(code, reason)


def user(creds):
    async def resolve():
        return creds

    return Watched(url=os.environ["WS_URL"].rstrip("/") + "/ws/user", resolve_credentials=resolve)


async def first(handle):
    async with asyncio.timeout(PATIENCE_S):
        async for event in handle:
            return event
    raise AssertionError("the stream ended without an event")


async def user_events():
    async with user(credentials()) as manager:
        handle = await manager.subscribe()
        kinds = set()
        async with asyncio.timeout(PATIENCE_S):
            async for event in handle:
                assert event.payload.owner == os.environ["LIVE_API_KEY"]
                kinds.add(event.type)
                if kinds == {"order", "trade"}:
                    break
        assert manager.dropped_events == 0 and manager.lost == [], (manager.dropped_events, manager.lost)


async def user_of_one_market():
    async with user(credentials()) as manager:
        market = (await first(await manager.subscribe())).payload.market
    async with user(credentials()) as manager:
        handle = await manager.subscribe(markets=[market])
        assert (await first(handle)).payload.market == market


async def user_rejected():
    """With wrong credentials the client reconnects and reports nothing: only the close code tells."""
    async with user(credentials(secret=WRONG_SECRET)) as manager:
        began = time.monotonic()
        handle = await manager.subscribe()
        got = []

        async def read():
            async for event in handle:
                got.append(event)

        reading = asyncio.create_task(read())
        await asyncio.sleep(4)
        reading.cancel()
        assert got == [] and manager.lost, (got, manager.lost)
        assert {code for _, code in manager.lost} == {1008}, manager.lost
        assert 0.9 < manager.lost[0][0] - began < 3, manager.lost


async def prices():
    manager = RealtimeStreamManager(url=os.environ["LIVE_URL"], credentials=credentials())
    event = await first(await manager.subscribe(CryptoPriceSpec(symbols=("btcusd",))))
    assert event.payload.symbol == "btcusd", event
    await manager.close()


async def prices_rejected():
    for changes in ({"secret": WRONG_SECRET}, {"passphrase": "0" * 64}, {"apiKey": "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5"}):
        manager = RealtimeStreamManager(url=os.environ["LIVE_URL"], credentials=credentials(**changes))
        try:
            await manager.subscribe(CryptoPriceSpec(symbols=("btcusd",)))
        except RequestRejectedError as error:
            assert error.code == "auth_invalid", error
        else:
            raise AssertionError("accepted")
        finally:
            await manager.close()


async def main():
    code = 0
    for step in (user_events, user_of_one_market, user_rejected, prices, prices_rejected):
        try:
            await asyncio.wait_for(step(), 30)
            line = {"driver": NAME, "step": step.__name__, "ok": True}
        except Exception as error:  # each step is told, whatever went wrong
            line = {"driver": NAME, "step": step.__name__, "ok": False, "got": f"{type(error).__name__}: {error}"}
            code = 1
        print(json.dumps(line, separators=(",", ":")), flush=True)
    return code


sys.exit(asyncio.run(main()))
