"""The staff of a shop: who works here, as what, and in whose group. Passwords and stand-ins are in accounts.py.

Every verb leaves a row in the shop's history; a password never gets there. A change that would leave a step of the
process without a second person is refused: nobody approves their own request, so somebody else has to be there.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people, roster
from dealer.approvals import stage_staffing
from dealer.customers.customers import ShortName, Telephone
from dealer.engine.fields import Kind, Options, checked
from dealer.engine.history import of_thing
from dealer.engine.identifiers import licence_classes
from dealer.engine.malformed import Malformed, half_width
from dealer.engine.steps import Ask, Facts, Life, Personal, Refusal, Refused, Stale, no, write_down
from dealer.house import passwords, second_person, signin
from dealer.people import Actor
from dealer.records.network import SubDealer
from dealer.records.people import Person, Posting, Role, Store

# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


def _sign_in_name(typed: str) -> str:
    name = half_width(typed).lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,59}", name):
        raise Malformed("Use 2 to 60 letters, digits, dots or hyphens, such as wanglei.", "E-SIGN-IN-NAME")
    return name


def _licence(typed: str) -> str:
    return "".join(sorted(licence_classes(typed)))


class PersonFacts(Facts):
    """Somebody who signs in."""

    name: ShortName = Field(title="Full name")
    sign_in: Annotated[str, checked(_sign_in_name)] = Field(title="Sign-in name", max_length=60)
    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="Phone")
    language: Annotated[Literal["zh", "en"], Options("languages")] = Field("zh", title="Language")
    licence_classes: Annotated[str | None, checked(_licence)] = Field(None, title="Licence classes", max_length=40)
    licence_since: date | None = Field(None, title="First licence on")
    licence_until: date | None = Field(None, title="Licence valid until")


class NewPosting(Facts):
    """As what somebody works in this shop, and in whose group."""

    role: Role = Field(title="Role")
    group_head: Annotated[UUID | None, Options("supervisors")] = Field(None, title="Supervisor of the group")
    sub_dealer: Annotated[UUID | None, Options("sub_dealers")] = Field(
        None, title="Sub-dealer they sell for", description="Only for people of a sub-dealer."
    )


class NewPerson(NewPosting, PersonFacts):
    """A new colleague with their first role."""


class NewGroup(Facts):
    """In whose group somebody works."""

    group_head: Annotated[UUID | None, Options("supervisors")] = Field(None, title="Supervisor of the group")


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────


def add_person(ask: Ask, facts: NewPerson) -> tuple[Person, str]:
    """A new colleague. The password is told once, to whoever adds them; they choose their own when they sign in."""
    may_keep_people(ask)
    refuse(
        _name_is_taken(ask, facts.sign_in, None),
        _head_is_no_supervisor(ask, facts.group_head),
        _is_between_two_houses(ask, facts, frozenset()),
    )
    given = passwords.given()
    person = Person(password_hash=passwords.hash_of(given), password_given=True, **_particulars(facts))
    ask.db.add_all([person, _posting(ask, person, facts)])
    ask.db.flush()
    write_down(ask, "person", person, "add", facts)
    return person, given


def edit_person(ask: Ask, person: Person, facts: PersonFacts) -> None:
    """Correct what is known of somebody."""
    may_keep_people(ask)
    refuse_stale(ask, person)
    refuse(_name_is_taken(ask, facts.sign_in, person.id), works_elsewhere_too(ask, person))
    before = known_facts(person)
    for name, value in _particulars(facts).items():
        setattr(person, name, value)
    person.version += 1
    ask.db.flush()
    write_down(ask, "person", person, "was", before)
    write_down(ask, "person", person, "edit", facts)


def leave(ask: Ask, person: Person, lives: Iterable[Life]) -> None:
    """They work here no more: no sign-in, no session. Their name stays wherever they acted."""
    may_keep_people(ask)
    refuse(works_elsewhere_too(ask, person), _is_you(ask, person))
    alone = second_person.missing(ask.db, ask.actor.store_id, lives, ask.today)
    person.active = False
    signin.end_all_of(ask.db, person.id, ask.at)
    _refuse_if_alone(ask, person, lives, alone)
    stage_staffing.look_again(ask)
    changed(ask, person, "leave")


def come_back(ask: Ask, person: Person) -> None:
    """They work here again, with the roles they had."""
    may_keep_people(ask)
    refuse(works_elsewhere_too(ask, person))
    person.active = True
    changed(ask, person, "come_back")


def _particulars(facts: PersonFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in PersonFacts.model_fields}


def known_facts(person: Person) -> PersonFacts:
    """A person as a form shows them."""
    return PersonFacts.model_construct(**{name: getattr(person, name) for name in PersonFacts.model_fields})


# ── postings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def post(ask: Ask, person: Person, facts: NewPosting) -> Posting:
    """One more role in this shop."""
    may_keep_people(ask)
    refuse_stale(ask, person)
    refuse(
        _is_for_yourself(ask, person),
        _head_is_no_supervisor(ask, facts.group_head),
        _has_the_role(ask, person, facts.role),
        _is_between_two_houses(ask, facts, people.roles_of(ask.db, person.id, ask.actor.store_id)),
    )
    posting = _posting(ask, person, facts)
    ask.db.add(posting)
    changed(ask, person, "post", facts)
    return posting


def _posting(ask: Ask, person: Person, facts: NewPosting) -> Posting:
    return Posting(
        store_id=ask.actor.store_id, person_id=person.id, role=facts.role, group_head_id=facts.group_head,
        sub_dealer_id=facts.sub_dealer,
    )  # fmt: skip


def change_group(ask: Ask, posting: Posting, facts: NewGroup) -> None:
    """They work in another group from now on."""
    may_keep_people(ask)
    refuse_stale(ask, posting.person)
    refuse(_head_is_no_supervisor(ask, facts.group_head))
    posting.group_head_id = facts.group_head
    changed(ask, posting.person, "change_group", facts)


def end_posting(ask: Ask, posting: Posting, lives: Iterable[Life]) -> None:
    """They no longer work as that; whoever works as nothing any more has left."""
    may_keep_people(ask)
    person = posting.person
    refuse(_is_the_last_posting(ask, person), _is_you(ask, person))
    alone = second_person.missing(ask.db, ask.actor.store_id, lives, ask.today)
    facts = NewPosting(role=posting.role, group_head=posting.group_head_id, sub_dealer=posting.sub_dealer_id)
    ask.db.delete(posting)
    signin.end_all_of(ask.db, person.id, ask.at)  # an open page would still offer what is theirs no more
    _refuse_if_alone(ask, person, lives, alone)
    stage_staffing.look_again(ask)
    changed(ask, person, "end_posting", facts)


# ── what refuses ──────────────────────────────────────────────────────────────────────────────────────────────────


def need(duty: str, ask: Ask) -> None:
    if ask.actor.id is None:
        return  # the command line: whoever may start it owns the database
    answer = people.has(duty)(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])


def may_keep_people(ask: Ask) -> None:
    need("keep people", ask)


def refuse(*refusals: Refusal | None) -> None:
    if told := [refusal for refusal in refusals if refusal]:
        raise Refused(told)


def refuse_stale(ask: Ask, thing: Person | Store) -> None:
    """Somebody else changed it since this person looked."""
    if ask.seen_version is not None and ask.seen_version != thing.version:
        raise Stale(thing, of_thing(ask.db, ask.actor.store_id, thing.id, ask.seen_version))


def changed(ask: Ask, person: Person, action: str, facts: Facts | None = None) -> None:
    person.version += 1
    ask.db.flush()
    write_down(ask, "person", person, action, facts)


def _name_is_taken(ask: Ask, sign_in: str, own_id: UUID | None) -> Refusal | None:
    known = signin.by_sign_in(ask.db, sign_in)
    if known is not None and known.id != own_id:
        return no("This sign-in name is taken: choose another one.", code="E-NAME-TAKEN", field="sign_in")
    return None


def _head_is_no_supervisor(ask: Ask, head_id: UUID | None) -> Refusal | None:
    if head_id is not None and head_id not in {person.id for person in supervisors(ask.db, ask.actor.store_id)}:
        return no("Choose a supervisor of this shop.", code="E-REQ-FIELD", field="group_head")
    return None


def _has_the_role(ask: Ask, person: Person, role: Role) -> Refusal | None:
    if role in people.roles_of(ask.db, person.id, ask.actor.store_id):
        return no("They work as that already: choose another role.", code="E-POSTED", field="role")
    return None


def _is_between_two_houses(ask: Ask, facts: NewPosting, held: frozenset[Role]) -> Refusal | None:
    """Whoever sells for a sub-dealer is of that house and of no other: they read only what is its own."""
    outside = facts.role is Role.SUB_DEALER
    here = select(SubDealer.id).where(SubDealer.store_id == ask.actor.store_id, SubDealer.id == facts.sub_dealer)
    if outside != (facts.sub_dealer is not None) or (outside and ask.db.scalar(here) is None):
        return no(
            "Name the sub-dealer of whoever sells for one, and of nobody else.",
            code="E-SUB-DEALER-ROLE", field="sub_dealer",
        )  # fmt: skip
    if held and outside != (Role.SUB_DEALER in held):
        return no(
            "Nobody works for our house and for a sub-dealer: give them an account for each.",
            code="E-SUB-DEALER-ROLE", field="role",
        )  # fmt: skip
    return None


def works_elsewhere_too(ask: Ask, person: Person) -> Refusal | None:
    """An administrator of one shop must not become somebody of another by giving them a password."""
    if any(posting.store_id != ask.actor.store_id for posting in roster.postings_of(ask.db, person.id)):
        return no(
            "{name} works in another shop too: end that posting there first, or give this shop an account of its own.",
            code="E-OTHER-SHOP", name=person.name,
        )  # fmt: skip
    return None


def _is_the_last_posting(ask: Ask, person: Person) -> Refusal | None:
    if len(people.roles_of(ask.db, person.id, ask.actor.store_id)) == 1:
        return no(
            "This is their only role: post them as something else first, or let them leave.", code="E-LAST-POSTING"
        )
    return None


def _is_you(ask: Ask, person: Person) -> Refusal | None:
    if ask.actor.id == person.id:
        return no("This would lock you out: another administrator does it.", code="E-YOURSELF")
    return None


def _is_for_yourself(ask: Ask, person: Person) -> Refusal | None:
    if ask.actor.id == person.id:
        return no("Nobody gives themselves a role: another administrator does it.", code="E-YOURSELF")
    return None


def _refuse_if_alone(ask: Ask, person: Person, lives: Iterable[Life], before: list[second_person.Missing]) -> None:
    """The change is made already; raising takes it back."""
    ask.db.flush()
    after = second_person.missing(ask.db, ask.actor.store_id, lives, ask.today)
    new = [each for each in after if each not in before]
    if new:
        raise Refused([second_person.refusal(person.name, new)])


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_shop(db: Session, store_id: UUID) -> list[Person]:
    """Everybody who works here or did, by name; those who left come last."""
    here = select(Posting.person_id).where(Posting.store_id == store_id)
    return list(db.scalars(select(Person).where(Person.id.in_(here)).order_by(Person.active.desc(), Person.name)))


def member(db: Session, who: Actor, person_id: UUID | None) -> Person | None:
    """Somebody of this shop by id; people of other shops are nobody here."""
    return next((person for person in of_shop(db, who.store_id) if person.id == person_id), None)


def at_work(db: Session, store_id: UUID) -> list[Person]:
    """Everybody who works here now."""
    return [person for person in of_shop(db, store_id) if person.active]


def supervisors(db: Session, store_id: UUID) -> list[Person]:
    """Those who carry a group."""
    rows = select(Posting.person_id).where(Posting.store_id == store_id, Posting.role == Role.SUPERVISOR)
    carrying = set(db.scalars(rows))
    return [person for person in at_work(db, store_id) if person.id in carrying]


def postings_here(db: Session, store_id: UUID) -> list[Posting]:
    """Every posting of the shop."""
    return list(db.scalars(select(Posting).where(Posting.store_id == store_id).order_by(Posting.id)))
