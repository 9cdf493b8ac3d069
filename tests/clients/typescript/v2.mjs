// Runs the steps through @polymarket/clob-client-v2.
import { ClobClient, createL1Headers, createL2Headers } from "@polymarket/clob-client-v2";
import { createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { Driver, drive, plan, url } from "./shared.mjs";

class V2 extends Driver {
  l1 = createL1Headers;
  l2 = createL2Headers;
  wallet = key => createWalletClient({ account: privateKeyToAccount(key), transport: http(url) }); // only signs
  client = ({ chain, key, creds, serverTime, quiet }) =>
    new ClobClient({ host: url, chain, signer: this.wallet(key), creds, useServerTime: serverTime, throwOnError: !quiet });
  builderPage = (c, cursor) => this.client(c).getBuilderTrades({ builder_code: plan.builder_code }, cursor);
  revokeBuilder = c => this.client(c).revokeBuilderApiKey();
}

await drive("ts_v2", new V2());
