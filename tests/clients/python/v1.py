"""Runs the steps through py-clob-client."""

from py_builder_signing_sdk.config import BuilderConfig
from py_builder_signing_sdk.sdk_types import BuilderApiKeyCreds
from py_clob_client.client import ClobClient
from py_clob_client.clob_types import ApiCreds, AssetType, BalanceAllowanceParams
from py_clob_client.http_helpers import helpers
from shared import URL, Driver, drive, triple

BUILDER_KEY = "/auth/builder-api-key"


class V1(Driver):
    name, sdk = "py_v1", "py_clob_client"

    def client(self, case, builder=None):
        creds = case.creds and ApiCreds(case.creds["key"], case.creds["secret"], case.creds["passphrase"])
        return ClobClient(URL, case.chain, case.wallet, creds, builder_config=builder)

    def create_or_derive(self, case):
        return triple(self.client(case).create_or_derive_api_creds(case.nonce))

    def create_readonly(self, case):
        return self.client(case).create_readonly_api_key().api_key

    # This client has no calls for builder keys: plain requests with its own headers.
    def create_builder(self, case):
        return triple(self.send("POST", BUILDER_KEY, self.l2(case, "POST", BUILDER_KEY)))

    def builder_keys(self, case):
        return self.send("GET", BUILDER_KEY, self.l2(case, "GET", BUILDER_KEY))

    def revoke_builder(self, case):
        headers = self.builder(case).generate_builder_headers("DELETE", BUILDER_KEY)
        return self.send("DELETE", BUILDER_KEY, headers.to_dict())

    def builder_trades(self, case):
        pages = []
        helpers._http_client.event_hooks = {"request": [pages.append]}  # it follows the pages itself
        try:
            self.client(case, self.builder(case)).get_builder_trades()
        finally:
            helpers._http_client.event_hooks = {}
        return len(pages)

    def builder(self, case):
        return BuilderConfig(local_builder_creds=BuilderApiKeyCreds(**case.saved["builder"]))

    def balance(self, case):
        return self.client(case).get_balance_allowance(BalanceAllowanceParams(AssetType.COLLATERAL))

    def open_orders(self, case):
        return self.client(case).get_orders()


drive(V1())
