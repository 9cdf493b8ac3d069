// The official TypeScript client of Polymarket US: signed reads, the public gateway and the private channel, with
// the right key and with wrong ones. Prints a JSON line for each step, as the other drivers do.

import assert from "node:assert/strict";
import { AuthenticationError, PolymarketUS } from "polymarket-us";

const NAME = "ts_us";
const PATIENCE_MS = 15_000;
const { US_URL, US_GATEWAY_URL, US_KEY_ID, US_SECRET } = process.env;
const WRONG_SECRET = Buffer.from([...Array(32).keys()]).toString("base64");
const UNKNOWN_KEY = "00000000-0000-4000-8000-000000000000";

const client = (changes = {}) =>
  new PolymarketUS({
    keyId: US_KEY_ID,
    secretKey: US_SECRET,
    apiBaseUrl: US_URL,
    gatewayBaseUrl: US_GATEWAY_URL,
    ...changes,
  });

const refused = (call, said) =>
  assert.rejects(call, (error) => error instanceof AuthenticationError && error.message.includes(said));

/** The first event of this name after the request. */
async function first(event, request) {
  const socket = client().ws.private();
  let timer;
  const got = new Promise((resolve, reject) => {
    socket.on(event, resolve);
    timer = setTimeout(() => reject(new Error(`no ${event}`)), PATIENCE_MS);
  });
  await socket.connect();
  try {
    request(socket);
    return await got;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

const steps = {
  async balances() {
    const { balances } = await client().account.balances();
    assert.equal(balances[0].currency, "USD");
  },
  async seed_alone() {
    const seed = Buffer.from(US_SECRET, "base64").subarray(0, 32).toString("base64");
    assert.equal((await client({ secretKey: seed }).account.balances()).balances.length, 1);
  },
  async positions_with_a_query() {
    assert.deepEqual((await client().portfolio.positions({ limit: 5 })).positions, {});
  },
  async public_markets_without_a_key() {
    const { markets } = await client({ keyId: undefined, secretKey: undefined }).markets.list();
    assert.ok(markets.length > 0);
  },
  no_key: () =>
    refused(() => client({ keyId: undefined }).account.balances(), "API key credentials required for authenticated endpoints"),
  wrong_secret: () => refused(() => client({ secretKey: WRONG_SECRET }).account.balances(), ""),
  unknown_key: () => refused(() => client({ keyId: UNKNOWN_KEY }).account.balances(), "API key not found"),
  async channel_snapshot() {
    const message = await first("accountBalanceSnapshot", (socket) => socket.subscribeAccountBalance("balance-1"));
    assert.equal(message.requestId, "balance-1");
    assert.equal(message.accountBalancesSnapshot.balances[0].currency, "USD");
  },
  async channel_wrong_secret() {
    await assert.rejects(client({ secretKey: WRONG_SECRET }).ws.private().connect());
  },
};

let code = 0;
for (const [step, run] of Object.entries(steps)) {
  let line;
  try {
    await run();
    line = { driver: NAME, step, ok: true };
  } catch (error) {
    line = { driver: NAME, step, ok: false, got: `${error}` };
    code = 1;
  }
  console.log(JSON.stringify(line));
}
process.exit(code);
