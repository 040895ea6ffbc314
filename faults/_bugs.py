"""Bugs that somebody could make, as one edit each, and the tests that should find them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """`before` stands exactly once in `file`; with `after` in its place one of `tests` must fail."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


STEPS = "dealer/engine/steps.py"
DATABASE = "dealer/engine/database.py"
HISTORY = "dealer/engine/history.py"

BUGS = (
    Bug(
        "a rule dropped from a row: a deal goes to review with lines that nobody authorised",
        "dealer/workflow.py",
        "          gates.lines_are_authorised, gates.quantity_meets_minimum,",
        "          gates.quantity_meets_minimum,",
        ("tests/test_every_gate.py", "tests/test_whole_deals.py"),
    ),
    Bug(
        "a rule dropped from a row: a delivery begins without a contract in force",
        "dealer/workflow.py",
        "         (gates.contract_is_effective, closing.deposit_is_received)",
        "         (closing.deposit_is_received,)",
        ("tests/test_whole_deals.py",),
    ),
    Bug(
        "a rule dropped from a row: people give up the deal they asked to give up",
        "dealer/workflow.py",
        "rules.loss_is_asked, rules.somebody_else_asked_to_lose, gates",
        "rules.loss_is_asked, gates",
        ("tests/test_whole_deals.py",),
    ),
    Bug(
        "what follows does not: the cars of a deal that is given up stay on it",
        "dealer/stock/vehicles.py",
        'Step("free_with_deal", HELD, U.IN_STOCK, SYSTEM, None,',
        'Step("free_with_deal", HELD, U.IN_STOCK, has("decide on deals"), None,',
        ("tests/test_whole_deals.py",),
    ),
    Bug(
        "what follows does not: the offers of a deal that is given up stay open",
        "dealer/quotations/quotation.py",
        'Step("withdraw_with_deal", (*OPEN, S.ACCEPTED),                S.WITHDRAWN,     SYSTEM,',
        'Step("withdraw_with_deal", (*OPEN, S.ACCEPTED),                S.WITHDRAWN,     has("decide on deals"),',
        ("tests/test_whole_deals.py",),
    ),
    Bug(
        "four eyes shut: people approve the price they asked for",
        "dealer/approvals/approval_rules.py",
        "    return not_their_own(exception.requester_id, ask) or not_their_own(exception.submitted_by_id, ask)",
        "    return None",
        ("tests/test_approvals.py",),
    ),
    Bug(
        "the lock of the shop dropped: the history head is read without FOR UPDATE",
        DATABASE,
        '_READ_HEAD = select(_HEADS).where(_HEADS.c.store_id == bindparam("shop")).with_for_update()',
        '_READ_HEAD = select(_HEADS).where(_HEADS.c.store_id == bindparam("shop"))',
        ("tests/faults/test_two_at_once.py",),
    ),
    Bug(
        "the lock of the file dropped: a writer on SQLite begins as a reader",
        "dealer/engine/connecting.py",
        '"BEGIN IMMEDIATE" if writes else "BEGIN"',
        '"BEGIN"',
        ("tests/test_databases.py", "tests/faults/test_two_at_once.py"),
    ),
    Bug(
        "the history row dropped: a step moves a thing and writes nothing down",
        STEPS,
        "        return Moved(self._write_down(thing, step, ask, was, case_id), action, was, thing.state)",
        "        return Moved(0, action, was, thing.state)",
        ("tests/test_steps.py", "tests/test_workflow.py", "tests/test_whole_deals.py"),
    ),
    Bug(
        "a stale page counts: the version its reader saw is not looked at",
        STEPS,
        "        if ask.seen_version is not None and ask.seen_version != thing.version:",
        "        if False:",
        ("tests/test_steps.py", "tests/screens/test_deals.py", "tests/test_whole_deals.py"),
    ),
    Bug(
        "only the first reason is told",
        STEPS,
        "        refusals = told_once(rule(thing, answer) for rule in step.rules)\n        if refusals:",
        "        refusals = told_once(rule(thing, answer) for rule in step.rules)[:1]\n        if refusals:",
        ("tests/stories/test_12_what_is_missing.py",),
    ),
    Bug(
        "the state is open to everybody: nothing refuses a change outside the door",
        STEPS,
        "    if not _moving.get() and value != old:",
        "    if False:",
        ("tests/test_steps.py",),
    ),
    Bug(
        "an index dropped: one VIN lives twice in a shop",
        "dealer/records/vehicles.py",
        '            "vin",\n            unique=True,',
        '            "vin",\n            unique=False,',
        ("tests/test_migrations.py",),
    ),
    Bug(
        "commit and answer swapped: a job is called done before its results are written",
        "dealer/engine/attempts.py",
        "            yield db\n            mark(db, self.id, state=JobState.DONE, done_at=self.now(), last_error=None)",
        "            mark(db, self.id, state=JobState.DONE, done_at=self.now(), last_error=None)\n"
        "            db.commit()\n            yield db",
        ("tests/test_jobs.py", "tests/faults/test_kill.py"),
    ),
    Bug(
        "a job is enqueued outside the change that wants it",
        "dealer/engine/jobs.py",
        "    if job_id is not None and at is None:\n        _hand_over(db, job_id, 1)",
        "    if job_id is not None and at is None:\n        db.commit()\n        _hand_over(db, job_id, 1)",
        ("tests/test_jobs.py",),
    ),
    Bug(
        "a form that arrives twice counts twice",
        "dealer/house/posts.py",
        "    if connection.execute(_CLAIM[connection.dialect.name], row).first() is None:",
        "    if False:",
        ("tests/screens/test_deals.py", "tests/faults/test_two_at_once.py"),
    ),
    Bug(
        "the glyph check skipped: a contract with boxes for characters leaves the house",
        "dealer/engine/papers.py",
        "    if sheet.missing:\n        _refuse_missing(",
        "    if False:\n        _refuse_missing(",
        ("tests/test_papers.py",),
    ),
    Bug(
        "a paper fetches what a hostile text names",
        "dealer/engine/papers.py",
        '        raise FatalURLFetchingError(f"A paper asked for {address[:80]}.")',
        '        return URLFetcherResponse(address, b"", {"Content-Type": "text/css"})',
        ("tests/test_papers.py", "tests/test_hostile_text.py"),
    ),
    Bug(
        "a floor reached by one fen too little",
        "dealer/prices/pricing.py",
        "    return total >= floor * quantity",
        "    return total >= floor * quantity - 1",
        ("tests/test_pricing.py", "tests/test_no_price_slips_through.py"),
    ),
    Bug(
        "VAT rounded down",
        "dealer/engine/amounts.py",
        "    net = half_up(gross_fen * rate.denominator, rate.denominator + rate.numerator)",
        "    net = gross_fen * rate.denominator // (rate.denominator + rate.numerator)",
        ("tests/test_amounts.py",),
    ),
    Bug(
        "a licence counts one day too short",
        "dealer/drives/licences.py",
        "max(seen.day, seen.back_on or seen.day) > until:",
        "max(seen.day, seen.back_on or seen.day) >= until:",
        ("tests/test_licence_table.py", "tests/test_licences.py"),
    ),
    Bug(
        "a shop sees the things of another",
        "dealer/people.py",
        "    query = query.where(record.store_id == who.store_id)\n    return query.where(outsiders",
        "    return query.where(outsiders",
        ("tests/test_stock.py",),
    ),
    Bug(
        "the chain leaves out what the rows say",
        HISTORY,
        '    "now", "version", "facts", "prev",',
        '    "now", "version", "prev",',
        ("tests/test_history.py",),
    ),
    Bug(
        "the history may be edited: one trigger is missing",
        HISTORY,
        '        f"CREATE TRIGGER history_no_update BEFORE UPDATE ON history {_REFUSE}",\n',
        "",
        ("tests/test_history.py", "tests/test_migrations.py"),
    ),
    Bug(
        "a phone is shown whole",
        "dealer/engine/identifiers.py",
        '    return f"{area}-{_masked(local, 0, 4)}" if area else _masked(number, 3, 4)',
        "    return number",
        ("tests/test_identifiers.py", "tests/test_masking.py"),
    ),
    Bug(
        "a working day too few",
        "dealer/engine/calendar.py",
        "        for _ in range(days):\n            day = self.next_working_day(day + _DAY)",
        "        for _ in range(days - 1):\n            day = self.next_working_day(day + _DAY)",
        ("tests/test_calendar.py",),
    ),
)
