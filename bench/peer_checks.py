"""Which check of Redink does the work of which check of the peers, and with which parameters.

This table is the only place that knows: the bench builds its command lines and docs/bench.md
from it. Redink's presets are wiser than plain SQL (guards against false alarms, minimum
amounts, calendars of public holidays); here they are set so that the work is the same. Guards
that every check obeys (collapse, cancelled pairs, recurring series, roles of accounts) are
switched off for all of them at once with --no-guards.
"""


class PeerCheck:
    """`peer` is the name in truth.tsv, `unit` what both count (`hits` in Redink's JSON)."""

    def __init__(self, peer, slug, unit, why, **params):
        self.peer = peer
        self.slug = slug
        self.unit = unit
        self.why = why
        self.params = params

    def settings(self):
        return [f"{self.slug}.{name}={value}" for name, value in self.params.items()]


PEER_CHECKS = (
    PeerCheck("c01_unbalanced", "entry-unbalanced", "vouchers",
              "Debits and credits of a voucher differ; the preset tolerance is nil already."),
    PeerCheck("c02_gap_numbers", "voucher-number-gap", "missing numbers",
              "The peers count the missing numbers, not the gaps; numbers restart each month."),
    PeerCheck("c03_dup_numbers", "voucher-number-duplicate", "period and number",
              "A number that two or more vouchers of a month bear is one hit."),
    PeerCheck("c04_missing_fields", "mandatory-field-blank", "lines",
              "The peers look for a blank summary, reviewer, attachment count or document number, "
              "which are not mandatory by our preset.",
              also="text|reviewer|attachments|document_no"),
    PeerCheck("c05_unknown_account", "undeclared-code", "lines",
              "A line whose account is not in the chart; our finding names each code once, `hits` "
              "counts its lines."),
    PeerCheck("c06_self_review", "self-review", "vouchers",
              "Preparer and reviewer are the same; our finding is per person, `hits` counts the "
              "vouchers."),
    PeerCheck("c07_weekend", "weekend-or-holiday-entry", "lines",
              "The peers know Saturdays and Sundays only, neither holidays nor make-up workdays.",
              calendar=1),
    PeerCheck("c08_period_mismatch", "period-field-differs-from-date", "lines",
              "The month of the date is not the period; our finding is per voucher."),
    PeerCheck("c09_duplicates", "dup-amount-near-date", "groups",
              "The peers ask for the same partner, account, side, amount and day in different "
              "vouchers, whatever the amount and however often chance brings it.",
              window=0, min_amount=0, max_chance=100000),
    PeerCheck("c10_benford_accounts", "benford-first-two", "accounts",
              "Our presets are the same limits: 1,000 amounts, MAD 0.0022, chi-square 112.02."),
    PeerCheck("c11_rare_pairs", "rare-account-pair", "account pairs",
              "The peers count each pair of a debit and a credit account once a voucher and take "
              "those seen up to three times; our preset divides amounts and weighs the accounts.",
              max_seen=3, mode=1),
    PeerCheck("c12_round", "round-amounts", "lines",
              "Every amount that 10,000 yuan divides, small ones too.",
              min_amount=0, step=10000),
    PeerCheck("c13_outliers", "amount-outlier", "lines",
              "The peers take what is more than 50 MAD from the median of the account, noise as a "
              "rule; our preset works on logarithms.",
              measure=1, z=50),
    PeerCheck("c14_negative_cash_days", "cash-balance-negative", "account-days",
              "Cash and bank accounts, days with movement; our finding is per account."),
    PeerCheck("c15_abnormal_side", "account-balance-wrong-side", "account-periods",
              "Every account against the side of its chart; our preset lets accounts of both "
              "sides out (a guard) and starts at one yuan.",
              min_amount=0),
    PeerCheck("c16_rollforward_breaks", "rollforward-break", "account-periods",
              "Opening plus the movement of the lines against the closing balance; our preset "
              "takes the movement of the trial balance, if it has one.",
              movement=1),
    PeerCheck("c16b_tb_vs_ledger", "journal-differs-from-trial-balance", "account-periods",
              "Debit or credit of the lines is not that of the trial balance."),
)


# Checks of wave 2 that are built in already; the bar for all checks is about wave 1.
WAVE_2 = ("amount-outlier", "benford-first-two", "rare-account-pair")


def command_options():
    """The options with which redink does exactly the peers' work."""
    options = ["--no-guards", "--only", ",".join(check.slug for check in PEER_CHECKS)]
    for check in PEER_CHECKS:
        for setting in check.settings():
            options += ["--set", setting]
    return options


def table():
    """The mapping as a Markdown table."""
    rows = ["| peer check | slug | counts | parameters | why |", "|---|---|---|---|---|"]
    for check in PEER_CHECKS:
        settings = [f"`{name}={value}`" for name, value in check.params.items()]
        params = "<br>".join(settings).replace("|", "\\|") or "–"
        rows.append(f"| {check.peer} | `{check.slug}` | {check.unit} | {params} | {check.why} |")
    return "\n".join(rows)
