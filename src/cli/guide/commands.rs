//! Examples, exit codes, and what is read, by command.

/// What there is to know of a command beside its options.
pub(super) struct Guide {
    /// Behind `polydoctor`, such as `keys derive`; empty for the dashboard.
    pub(super) command: &'static str,
    /// A command, and what it does where it does not say so itself.
    pub(super) examples: &'static [(&'static str, &'static str)],
    pub(super) exits: &'static [(u8, &'static str)],
    pub(super) reads: Reads,
}

/// Which variables and files a command reads or writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    Nothing,
    /// Those of an account.
    Account,
    /// The same, and writes profiles or `.env` files.
    AndWrites,
    Relayer,
    /// The builder's credentials, and a file of callers.
    Signer,
}

const JUDGED: &[(u8, &str)] = &[
    (0, "nothing wrong"),
    (1, "a check failed (see --fail-on)"),
    (2, "usage error, or a settings file that cannot be read"),
    (3, "could not be determined"),
];
const DONE: &[(u8, &str)] = &[(0, "done"), (2, "usage error, or a settings file that cannot be read")];
const ASKED: &[(u8, &str)] = &[
    (0, "done"),
    (1, "the service rejected it, or it was declined"),
    (2, "usage error, or a settings file that cannot be read"),
    (3, "the service could not be reached"),
];

/// Every command, in the order of the top-level help.
pub(super) const GUIDES: &[Guide] = &[
    Guide {
        command: "",
        examples: &[
            ("polydoctor", "open the dashboard for the account in ./.env"),
            ("polydoctor --demo", "try it without an account or network"),
            ("polydoctor --profile bot --watch", "watch one account"),
            ("polydoctor check --format json", "the same checks for scripts"),
        ],
        exits: JUDGED,
        reads: Reads::Account,
    },
    Guide {
        command: "check",
        examples: &[
            ("polydoctor check", ""),
            ("polydoctor check wallet.funder --format json", "one check and its dependencies"),
            ("polydoctor check --symptom \"invalid signature\"", "include an error you got"),
            ("polydoctor check --format markdown > report.md", "a report fit for a public issue"),
            ("polydoctor check --all-profiles --watch 60", "watch every account"),
        ],
        exits: JUDGED,
        reads: Reads::Account,
    },
    Guide {
        command: "fix",
        examples: &[
            ("polydoctor fix", "check, show the changes, ask, apply, check again"),
            ("polydoctor fix wallet.funder --dry-run", "show what would be written for one check"),
            ("polydoctor fix wrong-signature-type --yes", "fix one cause without asking"),
            ("polydoctor fix --undo", "undo the last change"),
        ],
        exits: &[
            (0, "fixed, nothing to fix, or shown by --dry-run"),
            (1, "not fixed: still broken, declined, or no file can fix it"),
            (2, "usage error, or a settings file that cannot be read"),
            (3, "could not be determined"),
        ],
        reads: Reads::AndWrites,
    },
    Guide { command: "init", examples: &[("polydoctor init", "")], exits: JUDGED, reads: Reads::AndWrites },
    Guide { command: "profile list", examples: &[("polydoctor profile list", "")], exits: DONE, reads: Reads::Account },
    Guide {
        command: "profile show",
        examples: &[("polydoctor profile show bot", "")],
        exits: DONE,
        reads: Reads::Account,
    },
    Guide {
        command: "profile use",
        examples: &[("polydoctor profile use bot", "")],
        exits: DONE,
        reads: Reads::AndWrites,
    },
    Guide {
        command: "profile remove",
        examples: &[("polydoctor profile remove bot", "")],
        exits: DONE,
        reads: Reads::AndWrites,
    },
    Guide {
        command: "config",
        examples: &[("polydoctor config", ""), ("polydoctor config --format json", "")],
        exits: DONE,
        reads: Reads::Account,
    },
    Guide { command: "list", examples: &[("polydoctor list", "")], exits: DONE, reads: Reads::Nothing },
    Guide {
        command: "completions",
        examples: &[
            ("polydoctor completions bash > ~/.local/share/bash-completion/completions/polydoctor", ""),
            ("polydoctor completions zsh > ~/.zfunc/_polydoctor", ""),
            ("polydoctor completions fish > ~/.config/fish/completions/polydoctor.fish", ""),
        ],
        exits: DONE,
        reads: Reads::Nothing,
    },
    Guide {
        command: "man",
        examples: &[("polydoctor man > polydoctor.1", ""), ("polydoctor man | man -l -", "")],
        exits: DONE,
        reads: Reads::Nothing,
    },
    Guide {
        command: "explain",
        examples: &[
            ("polydoctor explain \"not enough balance / allowance\"", ""),
            ("polydoctor explain wallet.funder", "a check, a cause or a term"),
            ("journalctl -u bot | polydoctor explain -", "every known error in a log"),
        ],
        exits: &[(0, "explained"), (1, "no known error found"), (2, "usage error")],
        reads: Reads::Nothing,
    },
    Guide {
        command: "inspect",
        examples: &[
            ("polydoctor inspect request.txt", ""),
            ("pbpaste | polydoctor inspect", ""),
            ("polydoctor inspect --format json failed.har", ""),
            ("polydoctor inspect --neg-risk true --on-chain order.json", ""),
        ],
        exits: &[
            (0, "nothing wrong"),
            (1, "a problem was found"),
            (2, "usage error, or nothing to inspect"),
            (3, "could not be determined (--on-chain)"),
        ],
        reads: Reads::Account,
    },
    Guide {
        command: "headers",
        examples: &[
            ("polydoctor headers l2 --path /data/orders --explain", ""),
            ("polydoctor headers l1 --format curl", ""),
            ("polydoctor headers builder --method POST --path /order --body-file order.json", ""),
            ("polydoctor headers us --path /v1/portfolio/positions", ""),
        ],
        exits: DONE,
        reads: Reads::Account,
    },
    Guide {
        command: "order",
        examples: &[
            ("polydoctor order --probe --explain", ""),
            ("polydoctor order --probe --salt 42 --timestamp 1790000000000 --format json", ""),
        ],
        exits: &[(0, "signed"), (2, "usage error or an invalid setting")],
        reads: Reads::Account,
    },
    Guide {
        command: "keys derive",
        examples: &[("polydoctor keys derive", ""), ("polydoctor keys derive --nonce 1 --show-secrets", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide { command: "keys list", examples: &[("polydoctor keys list", "")], exits: ASKED, reads: Reads::Account },
    Guide {
        command: "keys nonces",
        examples: &[("polydoctor keys nonces --to 20", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "keys create",
        examples: &[("polydoctor keys create --dry-run", "")],
        exits: ASKED,
        reads: Reads::AndWrites,
    },
    Guide {
        command: "keys delete",
        examples: &[("polydoctor keys delete --dry-run", "")],
        exits: ASKED,
        reads: Reads::AndWrites,
    },
    Guide {
        command: "keys rotate",
        examples: &[("polydoctor keys rotate --dry-run", "")],
        exits: ASKED,
        reads: Reads::AndWrites,
    },
    Guide {
        command: "keys readonly list",
        examples: &[("polydoctor keys readonly list", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "keys readonly create",
        examples: &[("polydoctor keys readonly create", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "keys readonly delete",
        examples: &[("polydoctor keys readonly delete 019a", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "keys readonly validate",
        examples: &[("polydoctor keys readonly validate 019a", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "keys builder list",
        examples: &[("polydoctor keys builder list", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "keys builder create",
        examples: &[("polydoctor keys builder create", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "keys builder revoke",
        examples: &[("polydoctor keys builder revoke --dry-run", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "relayer status",
        examples: &[
            ("polydoctor relayer status", ""),
            ("polydoctor relayer status --format json | jq '.transactions[]'", ""),
        ],
        exits: &[
            (0, "nothing wrong"),
            (1, "key rejected, last transaction failed or quota used up"),
            (2, "usage error, or a settings file that cannot be read"),
            (3, "the relayer did not respond"),
        ],
        reads: Reads::Relayer,
    },
    Guide {
        command: "sandbox",
        examples: &[("polydoctor sandbox --list", ""), ("polydoctor sandbox --scenario clock-drift --latency 200", "")],
        exits: DONE,
        reads: Reads::Nothing,
    },
    Guide {
        command: "builder trades",
        examples: &[("polydoctor builder trades", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "builder reconcile",
        examples: &[("polydoctor builder reconcile", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "builder volume",
        examples: &[("polydoctor builder volume", "")],
        exits: ASKED,
        reads: Reads::Account,
    },
    Guide {
        command: "sign-server",
        examples: &[
            ("polydoctor sign-server", "for this machine"),
            ("polydoctor sign-server --listen 0.0.0.0:5001 --token-file token", "for others, with a token"),
        ],
        exits: DONE,
        reads: Reads::Signer,
    },
];
