"""The morning report on paper: the figures of the screen in A4, ordered for one person, printed in the background."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people, terms
from dealer.engine import heads, words
from dealer.engine.papers import Language
from dealer.engine.steps import Ask
from dealer.papers import printing
from dealer.people import Actor
from dealer.records.contracts import Rendering
from dealer.records.hand_ins import MorningPaper
from dealer.reports import morning
from dealer.reports.morning import EVERYBODY, NOBODY, Report
from dealer.terms import MorningReportTerms

PAPER = "morning_report"
SIDE_BY_SIDE = 7  # columns of one A4 page


def order(ask: Ask, report: Report, language: Language) -> MorningPaper:
    """Have the report of a day printed as this person sees it."""
    paper = MorningPaper(store_id=ask.actor.store_id, day=report.day, person_id=ask.actor.id, at=ask.at)
    ask.db.add(paper)
    ask.db.flush()
    printing.order_paper(ask, paper, PAPER, terms_of(ask, report, language), language=language)
    return paper


def find(db: Session, who: Actor, key: UUID) -> MorningPaper | None:
    """A paper that this person has ordered: another one may have seen more, or less."""
    paper = people.by_id(db, MorningPaper, who, key)
    return paper if paper is not None and paper.person_id == who.id else None


def of_day(db: Session, who: Actor, day: date) -> list[MorningPaper]:
    """The papers of a day that this person has ordered, newest first."""
    mine = people.scoped(select(MorningPaper), MorningPaper, who).where(MorningPaper.person_id == who.id)
    return list(db.scalars(mine.where(MorningPaper.day == day).order_by(MorningPaper.at.desc()).limit(5)))


def rendering_of(db: Session, paper: MorningPaper) -> Rendering | None:
    """What has become of it at the press."""
    return printing.latest(db, paper.id)


# ── from figures to terms ─────────────────────────────────────────────────────────────────────────────────────────


def terms_of(ask: Ask, report: Report, language: Language) -> MorningReportTerms:
    """What the paper says."""
    return MorningReportTerms(
        dealer=people.store_of(ask.db, ask.actor.store_id).name,
        day=report.day,
        printed_at=ask.at,
        printed_by=ask.actor.name,
        sheets=tuple(_sheets(report, language)),
        overdue=_contacts(ask, report, "overdue", language),
        promised=_contacts(ask, report, "promised", language),
        history=head(ask),
    )


def head(ask: Ask) -> str:
    """Where the history ends now: whoever rewrites it later does not reach the papers in the drawer."""
    code, seq, last, _ = head_as_file(ask).split()
    return f"{code} {seq} {last[: heads.SHOWN]}"


def head_as_file(ask: Ask) -> str:
    """The same in full, as `dealer verify --heads` reads it."""
    store = people.store_of(ask.db, ask.actor.store_id)
    return heads.written(heads.newest(ask.db, store.id), {store.id: store.code}, ask.at)


def _sheets(report: Report, language: Language) -> Iterator[terms.MorningSheet]:
    """Seven columns to a page; the last one is everybody together."""
    names = {str(each.id): each.name for each in report.people}
    names |= {whose: words.word("MorningColumn", whose, language) for whose in (NOBODY, EVERYBODY)}
    for at in range(0, len(report.columns), SIDE_BY_SIDE):
        columns = report.columns[at : at + SIDE_BY_SIDE]
        blocks = tuple(_block(report, part, columns, language) for part in morning.parts())
        yield terms.MorningSheet(columns=tuple(names[whose] for whose in columns), blocks=blocks)


def _block(report: Report, part: str, columns: list[str], language: Language) -> terms.MorningBlock:
    return terms.MorningBlock(
        title=words.word("MorningPart", part, language),
        rows=tuple(
            terms.MorningRow(
                label=words.word("MorningFigure", line, language),
                values=tuple(morning.shown(report, line, whose) for whose in columns),
            )
            for line in morning.parts()[part]
        ),
    )


def _contacts(ask: Ask, report: Report, line: str, language: Language) -> tuple[terms.MorningContact, ...]:
    """Who is to be contacted, what is due first on top."""
    names = {each.id: each.name for each in report.people}
    found = morning.rows(ask.db, ask.actor, report.day, line, EVERYBODY)
    return tuple(
        terms.MorningContact(
            name=row.prospect.name,
            level=words.show(row.level, language),
            due=row.next_contact_at,
            owner=names.get(row.owner_id, ""),
        )
        for row in sorted(found, key=lambda row: row.next_contact_at)
    )
