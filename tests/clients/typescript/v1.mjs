// Runs the steps through @polymarket/clob-client.
import { Wallet } from "@ethersproject/wallet";
import { BuilderConfig } from "@polymarket/builder-signing-sdk";
import { ClobClient, createL1Headers, createL2Headers } from "@polymarket/clob-client";
import { Driver, drive, url } from "./shared.mjs";

const none = undefined;

class V1 extends Driver {
  l1 = createL1Headers;
  l2 = createL2Headers;
  wallet = key => new Wallet(key);
  client = ({ chain, key, creds, serverTime, builder, quiet }) =>
    new ClobClient(url, chain, this.wallet(key), creds, none, none, none, serverTime, builder, none, none, none, !quiet);
  // This client reads trades and revokes with the builder key itself.
  builder = c => this.client({ ...c, builder: new BuilderConfig({ localBuilderCreds: c.saved.builder }) });
  builderPage = (c, cursor) => this.builder(c).getBuilderTrades(none, cursor);
  revokeBuilder = c => this.builder(c).revokeBuilderApiKey();
}

await drive("ts_v1", new V1());
