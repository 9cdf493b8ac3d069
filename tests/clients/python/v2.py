"""Runs the steps through py-clob-client-v2."""

from py_clob_client_v2 import ApiCreds, AssetType, BalanceAllowanceParams, BuilderTradeParams, ClobClient
from shared import PLAN, URL, Driver, drive, triple


class V2(Driver):
    name, sdk = "py_v2", "py_clob_client_v2"

    def client(self, case):
        creds = case.creds and ApiCreds(case.creds["key"], case.creds["secret"], case.creds["passphrase"])
        return ClobClient(URL, case.chain, case.wallet, creds, use_server_time=case.server_time)

    def create_or_derive(self, case):
        return triple(self.client(case).create_or_derive_api_key(case.nonce))

    def create_readonly(self, case):
        return self.client(case).create_readonly_api_key()["apiKey"]

    def create_builder(self, case):
        return triple(self.client(case).create_builder_api_key())

    def builder_keys(self, case):
        return self.client(case).get_builder_api_keys()

    def revoke_builder(self, case):
        return self.client(case).revoke_builder_api_key()

    def builder_trades(self, case):
        client, params = self.client(case), BuilderTradeParams(builder_code=PLAN["builder_code"])
        cursor, pages = None, 0
        while cursor != "LTE=":
            cursor, pages = client.get_builder_trades(params, cursor)["next_cursor"], pages + 1
            if not cursor:
                raise ValueError(f"page {pages} has no next_cursor")
        return pages

    def balance(self, case):
        return self.client(case).get_balance_allowance(BalanceAllowanceParams(AssetType.COLLATERAL))

    def open_orders(self, case):
        return self.client(case).get_open_orders()


drive(V2())
