"""What both Python drivers share: runs the steps of ../steps.json through the methods of one client."""

import base64
import contextlib
import hashlib
import hmac
import importlib
import json
import logging
import os
import pathlib
import re
import secrets
import signal
import sys
import time

import httpx
from dotenv import dotenv_values
from py_builder_signing_sdk.config import BuilderConfig
from py_builder_signing_sdk.sdk_types import RemoteBuilderConfig
from py_clob_client_v2.exceptions import PolyApiException

PLAN = json.loads((pathlib.Path(__file__).parent.parent / "steps.json").read_text("utf-8"))
URL = os.environ.get("CLOB_URL", "").rstrip("/") or sys.exit("set CLOB_URL, for example http://127.0.0.1:8080")
SIGNER = {  # unless the environment says otherwise
    "POLY_BUILDER_API_KEY": "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5",
    "POLY_BUILDER_SECRET": "A" * 43 + "=",
    "POLY_BUILDER_PASSPHRASE": "1816e5ed89518467ffa78c65a2d6a62d240f6fd6d159cba7b2c4dc510800f75a",
}


def text(value, pattern):
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII)


UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SHAPES = {
    "seconds": lambda v: type(v) is int and 1_600_000_000 < v < 10_000_000_000,
    "credentials": lambda v: text(v["key"], UUID)
    and text(v["secret"], r"[\w-]{43}=")
    and text(v["passphrase"], "[0-9a-f]{64}"),
    "flag": lambda v: isinstance(v, bool),
    "text": lambda v: text(v, ".+"),
    "names": lambda v: isinstance(v, list) and all(text(name, ".+") for name in v),
    "builder_keys": lambda v: all({"key"} <= set(e) <= {"key", "createdAt", "revokedAt"} for e in v),
    "pages": lambda v: v >= int(os.environ.get("BUILDER_PAGES", "1")),
    "balance": lambda v: text(v["balance"], r"\d+")
    and all(text(a, "0x[0-9a-fA-F]{40}") and text(n, r"\d+") for a, n in v["allowances"].items()),
    "list": lambda v: isinstance(v, list),
}


def read_env():
    """The account of the .env that polydoctor wrote, if there is one."""
    path = os.environ.get("SAVED_ENV")
    return dotenv_values(path) if path else {}


ENV = read_env()


class Case:
    """One step with what it refers to filled in."""

    def __init__(self, step, saved, base):
        self.step = step
        self.saved = saved
        self.nonce = base + step.get("nonce", 0)
        self.chain = PLAN[step.get("chain", "chain")]
        self.wallet = PLAN["wallets"]["py"][step.get("wallet", 0)]
        if step.get("as") == "env":
            self.nonce, self.wallet = int(ENV.get("POLYMARKET_NONCE", "0")), ENV["PK"]
        creds = saved.get(step.get("as", "key"))
        self.creds = creds and {**creds, **step.get("with", {})}
        self.server_time = step.get("server_time", False)


class Driver:
    """The calls that both clients name alike; a subclass adds `client` and the rest."""

    name = sdk = ""

    def server_time(self, case):
        return self.client(case).get_server_time()

    def create(self, case):
        return triple(self.client(case).create_api_key(case.nonce))

    def derive(self, case):
        return triple(self.client(case).derive_api_key(case.nonce))

    def api_keys(self, case):
        return self.client(case).get_api_keys()["apiKeys"]

    def closed_only(self, case):
        return self.client(case).get_closed_only_mode()["closed_only"]

    def readonly_keys(self, case):
        keys = self.client(case).get_readonly_api_keys()
        return keys["readonlyApiKeys"] if isinstance(keys, dict) else keys

    def delete_readonly(self, case):
        return self.client(case).delete_readonly_api_key(case.saved["readonly"])

    def trades(self, case):
        return self.client(case).get_trades()

    def delete(self, case):
        return self.client(case).delete_api_key()

    def sign(self, case):
        step, url = case.step, os.environ[case.step["url"]]
        token = step.get("token")
        remote = RemoteBuilderConfig(url=url, token=token and os.environ.get(token, token))
        args = ("POST", "/order", step.get("body"), step.get("timestamp"))
        headers = BuilderConfig(remote_builder_config=remote).generate_builder_headers(*args)
        if headers is None:
            return None
        at = headers["POLY_BUILDER_TIMESTAMP"]
        expected = {name: os.environ.get(name, default) for name, default in SIGNER.items()}
        key = base64.urlsafe_b64decode(expected.pop("POLY_BUILDER_SECRET"))
        mac = hmac.digest(key, f"{at}POST/order{step.get('body', '')}".encode(), hashlib.sha256)
        expected["POLY_BUILDER_SIGNATURE"] = base64.urlsafe_b64encode(mac).decode()
        expected["POLY_BUILDER_TIMESTAMP"] = at if abs(int(at) - time.time()) < 60 else "the current time"
        wrong = [name for name in expected if headers.get(name) != expected[name]]
        return f"wrong: {', '.join(wrong)}" if wrong else "signed"

    def raw(self, case):
        """A request of our own, signed with the functions of the client."""
        step = case.step
        method, path = step["raw"].split()
        at = int(time.time()) - step.get("age", 0)
        if step.get("auth") == "l1":
            headers = self.l1(case, at)
        else:
            signed = step.get("sign", step["raw"]).split()
            headers = self.l2(case, *signed, step.get("sign_body", step.get("body")), at)
        for header, change in step.get("alter", {}).items():
            headers[header] = altered(headers[header], change)
        headers = {k.lower() if step.get("lower_names") else k: v for k, v in headers.items() if v is not None}
        answer = self.send(method, path, headers, step.get("body"))
        return triple(answer) if "secret" in answer else answer

    def l1(self, case, at):
        sign, signer = self.part("signing.eip712").sign_clob_auth_message, self.signer(case)
        return {
            "POLY_ADDRESS": signer.address(),
            "POLY_SIGNATURE": sign(signer, at, case.nonce),
            "POLY_TIMESTAMP": str(at),
            "POLY_NONCE": str(case.nonce),
        }

    def l2(self, case, method, path, body=None, at=None):
        sign, at = self.part("signing.hmac").build_hmac_signature, at or int(time.time())
        return {
            "POLY_ADDRESS": self.signer(case).address(),
            "POLY_SIGNATURE": sign(case.creds["secret"], at, method, path, body),
            "POLY_TIMESTAMP": str(at),
            "POLY_API_KEY": case.creds["key"],
            "POLY_PASSPHRASE": case.creds["passphrase"],
        }

    def signer(self, case):
        return self.part("signer").Signer(case.wallet, case.chain)

    def part(self, module):
        return importlib.import_module(f"{self.sdk}.{module}")

    @staticmethod
    def send(method, path, headers, body=None):
        headers = {"Content-Type": "application/json", **headers}
        response = httpx.request(method, URL + path, headers=headers, content=body)
        if response.status_code != 200:
            raise PolyApiException(response)
        return response.json()


def triple(creds):
    """Credentials as one kind of dictionary."""
    if isinstance(creds, dict):
        return {"key": creds.get("apiKey") or creds["key"], "secret": creds["secret"], "passphrase": creds["passphrase"]}
    return {"key": creds.api_key, "secret": creds.api_secret, "passphrase": creds.api_passphrase}


def altered(value, change):
    if change == "flip":
        return value[:10] + ("1" if value[10] == "0" else "0") + value[11:]
    if change == "+1":
        return str(int(value) + 1)
    return value.lower() if change == "lower" else change


def name_of(entry):
    """A key's name from a list entry or credentials; None for a revoked one."""
    return entry if isinstance(entry, str) else None if entry.get("revokedAt") else entry["key"]


def judge(step, saved, outcome, error):
    """Raises unless the outcome is the expected one."""

    def expect(condition, message):
        if not condition:
            raise ValueError(message)

    body = getattr(error, "error_msg", None)
    status, message = getattr(error, "status_code", None), body.get("error") if isinstance(body, dict) else body
    got = f"HTTP {status} {message}" if body else repr(error)  # never the whole body: it may hold secrets
    if "fails" in step:
        wanted = PLAN["errors"][step["fails"]]
        expect(error, f"succeeded, expected HTTP {wanted}")
        return expect([status, wanted[1] and message] == wanted, f"expected HTTP {wanted}, got {got}")
    expect(error is None, got)
    shape = step.get("shape")
    expect(not shape or SHAPES[shape](outcome), f"not of the form {shape}")
    expect(outcome == step.get("equals", outcome), f"expected {step.get('equals')}, got {outcome}")
    if "same" in step:
        expect(outcome == saved[step["same"]], f"not the credentials of {step['same']}")
    if "differs" in step:
        expect(outcome["key"] != saved[step["differs"]]["key"], f"the key of {step['differs']} again")
    if "includes" in step:
        expect(name_of(saved[step["includes"]]) in map(name_of, outcome), "the key is not in the list")
    if "excludes" in step:
        expect(name_of(saved[step["excludes"]]) not in map(name_of, outcome), "the key is in the list")


def drive(driver):
    out, failed, current, saved, base = sys.stdout, False, "start", {}, secrets.randbelow(2**31)

    def report(step, ok, **more):
        line = {"client": driver.name, "step": step, "ok": ok, **more}
        print(json.dumps(line, separators=(",", ":")), file=out, flush=True)

    def stop(*_):
        report(current, False, error="the driver did not end within 60 s")
        os._exit(1)

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    logging.disable()  # the clients log and print failed requests, with their headers
    if ENV:
        parts = {"key": "CLOB_API_KEY", "secret": "CLOB_SECRET", "passphrase": "CLOB_PASS_PHRASE"}
        saved["env"] = {part: ENV[name] for part, name in parts.items()}
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        for step in PLAN["steps"]:
            current, url = step["step"], step.get("url")
            if driver.name in step.get("not", []):
                continue
            if url and not os.environ.get(url):
                report(current, None, skipped=f"{url} is not set")
                continue
            if step.get("as") == "env" and not ENV:
                report(current, None, skipped="SAVED_ENV is not set")
                continue
            outcome = error = None
            try:
                outcome = getattr(driver, step.get("call", "raw"))(Case(step, saved, base))
            except Exception as thrown:
                error = thrown
            try:
                judge(step, saved, outcome, error)
                saved[step.get("save")] = outcome
                report(current, True)
            except Exception as problem:
                failed = True
                reason = str(problem) if type(problem) is ValueError else f"not as expected: {problem!r}"
                report(current, False, error=reason[:300] + (f" - gave up on {URL}" if step.get("vital") else ""))
                if step.get("vital"):
                    break
    sys.exit(1 if failed else 0)
