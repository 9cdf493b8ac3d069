"""The official Python client of Polymarket US: signed reads, the public gateway and the private channel, with the
right key and with wrong ones. Prints a JSON line for each step, as the other drivers do."""

import asyncio
import base64
import json
import os
import sys

from polymarket_us import AuthenticationError, NotFoundError, PolymarketUS
from websockets.exceptions import InvalidStatus

NAME = "py_us"
PATIENCE_S = 15
KEY_ID, SECRET = os.environ["US_KEY_ID"], os.environ["US_SECRET"]
WRONG_SECRET = base64.b64encode(bytes(range(32))).decode()
UNKNOWN_KEY = "00000000-0000-4000-8000-000000000000"


def client(key_id=KEY_ID, secret_key=SECRET):
    urls = {"api_base_url": os.environ["US_URL"], "gateway_base_url": os.environ["US_GATEWAY_URL"]}
    return PolymarketUS(key_id=key_id, secret_key=secret_key, **urls)


def refused(call, said):
    try:
        call()
    except AuthenticationError as error:
        assert error.status_code == 401 and said in str(error), (error.status_code, str(error))
    else:
        raise AssertionError("accepted")


def balances():
    rows = client().account.balances()["balances"]
    assert rows[0]["currency"] == "USD" and rows[0]["currentBalance"] > 0, rows


def seed_alone():
    seed = base64.b64encode(base64.b64decode(SECRET)[:32]).decode()
    assert client(secret_key=seed).account.balances()["balances"]


def positions_with_a_query():
    assert client().portfolio.positions({"limit": 5})["positions"] == {}


def public_markets_without_a_key():
    assert client(None, None).markets.list()["markets"]


def signed_path_at_the_gateway():
    try:
        client().get("/v1/account/balances")
    except NotFoundError:
        return
    raise AssertionError("the gateway knows a signed path")


def no_key():
    refused(client(None, None).account.balances, "API key credentials required for authenticated endpoints")


def wrong_secret():
    refused(client(secret_key=WRONG_SECRET).account.balances, "")


def unknown_key():
    refused(client(key_id=UNKNOWN_KEY).account.balances, "API key not found")


async def first(socket, event, request):
    got = asyncio.get_running_loop().create_future()
    socket.on(event, lambda *told: got.done() or got.set_result(told))
    await socket.connect()
    try:
        await request(socket)
        return await asyncio.wait_for(got, PATIENCE_S)
    finally:
        await socket.close()


def channel_snapshot():
    def subscribe(socket):
        return socket.subscribe_account_balance("balance-1")

    (message,) = asyncio.run(first(client().ws.private(), "account_balance_snapshot", subscribe))
    assert message["requestId"] == "balance-1", message
    assert message["accountBalancesSnapshot"]["balances"][0]["currency"] == "USD", message


def channel_orders():
    (message,) = asyncio.run(first(client().ws.private(), "order_snapshot", lambda socket: socket.subscribe_orders("o")))
    assert message["orderSubscriptionSnapshot"]["orders"] == [], message


def channel_invalid_message():
    async def garbage(socket):
        await socket._ws.send("not json")

    (error,) = asyncio.run(first(client().ws.private(), "error", garbage))
    assert "invalid_message" in str(error), error


def channel_wrong_secret():
    async def connect():
        await client(secret_key=WRONG_SECRET).ws.private().connect()

    try:
        asyncio.run(connect())
    except InvalidStatus as error:
        assert error.response.status_code == 401, error
    else:
        raise AssertionError("opened")


STEPS = [
    balances,
    seed_alone,
    positions_with_a_query,
    public_markets_without_a_key,
    signed_path_at_the_gateway,
    no_key,
    wrong_secret,
    unknown_key,
    channel_snapshot,
    channel_orders,
    channel_invalid_message,
    channel_wrong_secret,
]
code = 0
for step in STEPS:
    try:
        step()
        line = {"driver": NAME, "step": step.__name__, "ok": True}
    except Exception as error:  # each step is told, whatever went wrong
        line = {"driver": NAME, "step": step.__name__, "ok": False, "got": f"{type(error).__name__}: {error}"}
        code = 1
    print(json.dumps(line, separators=(",", ":")), flush=True)
sys.exit(code)
