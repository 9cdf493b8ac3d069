// What both TypeScript drivers share: runs the steps of ../steps.json through the methods of one client.
import { createHmac, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { BuilderConfig } from "@polymarket/builder-signing-sdk";

export const plan = JSON.parse(readFileSync(new URL("../steps.json", import.meta.url)));
export const url = (process.env.CLOB_URL ?? "").replace(/\/+$/, "");
const env = process.env;
// the account of the .env that polydoctor wrote, if there is one
const own = env.SAVED_ENV ? parseEnv(readFileSync(env.SAVED_ENV, "utf8")) : null;
const signer = {
  key: env.POLY_BUILDER_API_KEY ?? "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5",
  secret: env.POLY_BUILDER_SECRET ?? `${"A".repeat(43)}=`,
  passphrase: env.POLY_BUILDER_PASSPHRASE ?? "1816e5ed89518467ffa78c65a2d6a62d240f6fd6d159cba7b2c4dc510800f75a",
};

const now = () => Math.floor(Date.now() / 1000);
const text = (v, pattern) => typeof v === "string" && pattern.test(v);
const shapes = {
  seconds: v => Number.isInteger(v) && v > 1.6e9 && v < 1e10,
  credentials: v => text(v.key, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) && text(v.secret, /^[\w-]{43}=$/) && text(v.passphrase, /^[0-9a-f]{64}$/),
  flag: v => typeof v === "boolean",
  text: v => text(v, /./),
  names: v => Array.isArray(v) && v.every(name => text(name, /./)),
  builder_keys: v => v.every(e => e.key && Object.keys(e).every(k => ["key", "createdAt", "revokedAt"].includes(k))),
  pages: v => v >= Number(env.BUILDER_PAGES ?? 1),
  balance: v => text(v.balance, /^\d+$/) && Object.entries(v.allowances).every(([a, n]) => text(a, /^0x[0-9a-fA-F]{40}$/) && text(n, /^\d+$/)),
  list: v => Array.isArray(v),
};

/** The calls that both clients name alike; an adapter adds `client`, `wallet` and the builder's part. */
export class Driver {
  serverTime = c => this.client(c).getServerTime();
  create = async c => triple(await this.client(c).createApiKey(c.nonce));
  derive = async c => triple(await this.client(c).deriveApiKey(c.nonce));
  // A client that throws on errors would not go on to derive.
  createOrDerive = async c => triple(await this.client({ ...c, quiet: true }).createOrDeriveApiKey(c.nonce));
  apiKeys = async c => (await this.client(c).getApiKeys()).apiKeys;
  closedOnly = async c => (await this.client(c).getClosedOnlyMode()).closed_only;
  createReadonly = async c => (await this.client(c).createReadonlyApiKey()).apiKey;
  readonlyKeys = async c => {
    const keys = await this.client(c).getReadonlyApiKeys();
    return keys.readonlyApiKeys ?? keys;
  };
  deleteReadonly = c => this.client(c).deleteReadonlyApiKey(c.saved.readonly);
  createBuilder = async c => triple(await this.client(c).createBuilderApiKey());
  builderKeys = c => this.client(c).getBuilderApiKeys();
  balance = c => this.client(c).getBalanceAllowance({ asset_type: "COLLATERAL" });
  openOrders = c => this.client(c).getOpenOrders();
  trades = c => this.client(c).getTrades();
  delete = c => this.client(c).deleteApiKey();

  async builderTrades(c) {
    let cursor, pages = 0;
    while (cursor !== "LTE=") {
      cursor = (await this.builderPage(c, cursor)).next_cursor;
      pages += 1;
      if (!cursor) throw new Error(`page ${pages} has no next_cursor`);
    }
    return pages;
  }

  async sign({ step }) {
    const remoteBuilderConfig = { url: env[step.url], token: env[step.token] ?? step.token };
    const headers = await new BuilderConfig({ remoteBuilderConfig }).generateBuilderHeaders("POST", "/order", step.body, step.timestamp);
    if (!headers) return null;
    const at = headers.POLY_BUILDER_TIMESTAMP;
    const mac = createHmac("sha256", Buffer.from(signer.secret, "base64")).update(`${at}POST/order${step.body ?? ""}`);
    const expected = {
      POLY_BUILDER_API_KEY: signer.key,
      POLY_BUILDER_PASSPHRASE: signer.passphrase,
      POLY_BUILDER_SIGNATURE: mac.digest("base64").replaceAll("+", "-").replaceAll("/", "_"), // "base64url" drops the =
      POLY_BUILDER_TIMESTAMP: Math.abs(at - now()) < 60 ? at : "the current time",
    };
    const wrong = Object.keys(expected).filter(name => headers[name] !== expected[name]);
    return wrong.length ? `wrong: ${wrong}` : "signed";
  }

  /** A request of our own, signed with the functions of the client. */
  async raw(c) {
    const { step } = c;
    const [method, path] = step.raw.split(" ");
    const [signedMethod, requestPath] = (step.sign ?? step.raw).split(" ");
    const at = now() - (step.age ?? 0);
    const signed = { method: signedMethod, requestPath, body: step.sign_body ?? step.body };
    const headers = step.auth === "l1"
      ? await this.l1(this.wallet(c.key), c.chain, c.nonce, at)
      : await this.l2(this.wallet(c.key), c.creds, signed, at);
    for (const [name, change] of Object.entries(step.alter ?? {})) headers[name] = altered(String(headers[name]), change);
    const sent = Object.entries(headers).filter(([, v]) => v !== null).map(([k, v]) => [step.lower_names ? k.toLowerCase() : k, String(v)]);
    const response = await fetch(url + path, { method, body: step.body, headers: [["Content-Type", "application/json"], ...sent] });
    const answer = await response.json().catch(() => null);
    if (response.status !== 200) throw Object.assign(new Error(answer?.error ?? "no JSON error"), { status: response.status });
    return answer?.secret ? triple(answer) : answer;
  }
}

const triple = ({ apiKey, key, secret, passphrase }) => ({ key: apiKey ?? key, secret, passphrase });

const altered = (value, change) => {
  if (change === "flip") return value.slice(0, 10) + (value[10] === "0" ? "1" : "0") + value.slice(11);
  if (change === "+1") return String(Number(value) + 1);
  return change === "lower" ? value.toLowerCase() : change;
};

/** Throws unless the outcome is the expected one. */
const judge = (step, saved, outcome, error) => {
  const expect = (condition, message) => { if (!condition) throw new Error(message); };
  if (step.fails) {
    const [status, message] = plan.errors[step.fails];
    expect(error, `succeeded, expected HTTP ${status}`);
    expect(error.status === status && [null, error.message].includes(message), `expected HTTP ${status} ${message}, got ${error.status} ${error.message}`);
    return;
  }
  if (error) throw new Error(`${error.status ?? ""} ${error.message || error.code || error}`.trim());
  if (step.shape) expect(shapes[step.shape](outcome), `not of the form ${step.shape}`); // never the outcome: it may hold secrets
  if ("equals" in step) expect(outcome === step.equals, `expected ${step.equals}, got ${JSON.stringify(outcome)}`);
  if (step.same) expect(JSON.stringify(outcome) === JSON.stringify(saved[step.same]), `not the credentials of ${step.same}`);
  if (step.differs) expect(outcome.key !== saved[step.differs].key, `the key of ${step.differs} again`);
  const listed = name => outcome.filter(e => !e.revokedAt).some(e => (e.key ?? e) === (saved[name].key ?? saved[name]));
  if (step.includes) expect(listed(step.includes), "the key is not in the list");
  if (step.excludes) expect(!listed(step.excludes), "the key is in the list");
};

export const drive = async (name, driver) => {
  if (!url) {
    console.error("set CLOB_URL, for example http://127.0.0.1:8080");
    process.exit(1);
  }
  const saved = {}, base = randomInt(2 ** 31);
  if (own) saved.env = { key: own.CLOB_API_KEY, secret: own.CLOB_SECRET, passphrase: own.CLOB_PASS_PHRASE };
  let current, failed = false;
  const report = (ok, more) => process.stdout.write(`${JSON.stringify({ client: name, step: current, ok, ...more })}\n`);
  setTimeout(() => {
    report(false, { error: "the driver did not end within 60 s" });
    process.exit(1);
  }, 60_000).unref();
  for (const method of ["log", "info", "warn", "error"]) console[method] = () => {}; // the clients print failed requests, with their headers
  for (const step of plan.steps) {
    current = step.step;
    if (step.not?.includes(name)) continue;
    if (step.url && !env[step.url]) {
      report(null, { skipped: `${step.url} is not set` });
      continue;
    }
    if (step.as === "env" && !own) {
      report(null, { skipped: "SAVED_ENV is not set" });
      continue;
    }
    const creds = saved[step.as ?? "key"] && { ...saved[step.as ?? "key"], ...step.with };
    const isOwn = step.as === "env";
    const key = isOwn ? own.PK : plan.wallets.ts[step.wallet ?? 0];
    const nonce = isOwn ? Number(own.POLYMARKET_NONCE ?? 0) : base + (step.nonce ?? 0);
    const c = { step, saved, key, creds, nonce, chain: plan[step.chain ?? "chain"], serverTime: step.server_time };
    const call = (step.call ?? "raw").replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    let outcome, error;
    await Promise.resolve().then(() => driver[call](c)).then(v => { outcome = v; }, e => { error = e; });
    try {
      judge(step, saved, outcome, error);
      if (step.save) saved[step.save] = outcome;
      report(true);
    } catch (problem) {
      failed = true;
      report(false, { error: problem.message.slice(0, 300) + (step.vital ? ` - gave up on ${url}` : "") });
      if (step.vital) break;
    }
  }
  process.exitCode = failed ? 1 : 0;
};
