"""What all agreements of a dealer have in common: parties, capacities, where disputes go, and their clauses."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from dealer.engine import amounts, words
from dealer.terms.basics import WORDING, Checkable, Count, Days, Letterhead, Line, Percent, Rate, Terms, Text, Word
from dealer.terms.clauses import Article, Own, Wording, compose

SIDES = {"zh": ("乙方", "丙方", "丁方"), "en": ("Party B", "Party C", "Party D")}
COURTS = {
    "seller": {"zh": "甲方住所地", "en": "the domicile of Party A"},
    "buyer": {"zh": "乙方住所地", "en": "the domicile of Party B"},
    "signing_place": {"zh": "合同签订地", "en": "the place of signing"},
}
NOTHING = "×"  # what is left blank is struck out


class Capacity(StrEnum):
    """What a party on the customer's side does; in a three-party contract these fall apart."""

    BUYS = "buys"
    IS_INVOICED = "is_invoiced"
    PAYS = "pays"
    USES = "uses"


class Agent(Terms):
    """Who signs for a party under a power of attorney (授权委托书)."""

    name: Line
    phone: Word = ""
    identifier: Word = ""
    authorisation_number: Word = ""
    authorised_on: date | None = None


class Party(Letterhead):
    """One side of a contract as its head prints it."""

    post_code: Word = ""
    legal_representative: Line = ""
    agent: Agent | None = None
    capacities: tuple[Capacity, ...] = ()


class Late(Terms):
    """Damages for delay: parts per ten thousand of the late value a day, up to a cap; then the batch may be ended."""

    per_ten_thousand: Rate
    cap_percent: Percent
    end_after_days: Days


class Court(StrEnum):
    """Where a dispute is brought: the competent court at one of these places."""

    SELLER = "seller"
    BUYER = "buyer"
    SIGNING_PLACE = "signing_place"


class Agreement(Checkable):
    """Seller and one to three parties on the customer's side, and what they agree on in words."""

    LATER: ClassVar[tuple[str, ...]] = ("articles", *Checkable.LATER)
    THIS: ClassVar[dict[str, str]] = {"zh": "本合同", "en": "this contract"}

    wording: Word = WORDING
    dated: date
    signing_place: Line = ""
    seller: Party
    customers: Annotated[tuple[Party, ...], Field(min_length=1, max_length=3)]
    arbitration: Line = ""
    court: Court | None = None
    copies_each: Count = 2
    special: Annotated[tuple[Text, ...], Field(max_length=40)] = ()
    articles: tuple[Article, ...] = ()

    @property
    def text_kind(self) -> str:
        """Which articles of the library it is made of."""
        raise NotImplementedError

    @property
    def spoken(self) -> tuple[Article, ...]:
        """The articles as printed: those that were frozen, or (before that) what the library says today."""
        return self.articles or self.composed()

    def composed(self, own: tuple[Own, ...] = (), house: Mapping[str, Wording] | None = None) -> tuple[Article, ...]:
        """The articles that the house's wordings and the own ones of this contract make of these terms."""
        words = {each: self.named(each) for each in ("zh", "en")}
        return compose(self.text_kind, words, self.holds(), self.special, own, house)

    # ── what clauses may speak of ──

    def named(self, language: str) -> dict[str, str]:
        """The names that a clause may have filled in, as a person of that language writes them."""
        everyone = self.everyone(language)
        this = self.THIS[language]
        return {
            **self.sides(language),
            "everyone": everyone,
            "Everyone": everyone.capitalize(),
            "this": this,
            "This": this.capitalize(),
            "court": COURTS[self.court][language] if self.court else NOTHING,
            "arbitration": self.arbitration or NOTHING,
            "copies": str(self.copies),
            "copies_each": str(self.copies_each),
        }

    def holds(self) -> set[str]:
        """The conditions of clauses that hold."""
        user, payer = self.side(Capacity.USES), self.side(Capacity.PAYS)
        return {
            name
            for name, so in (
                ("arbitration", bool(self.arbitration)),
                ("payer_apart", payer > 0),
                ("user_apart", user > 0),
                ("user_pays", user > 0 and user == payer),
            )
            if so
        }

    def everyone(self, language: str) -> str:
        """双方, or 各方 of more than two."""
        two, more = ("双方", "各方") if language == "zh" else ("both parties", "all parties")
        return more if len(self.customers) > 1 else two

    def sides(self, language: str) -> dict[str, str]:
        """Who pays, is invoiced and uses, as the sides of the paper are called."""
        names = SIDES[language]
        return {
            "payer": names[self.side(Capacity.PAYS)],
            "invoiced": names[self.side(Capacity.IS_INVOICED)],
            "user": names[self.side(Capacity.USES)],
        }

    def side(self, capacity: Capacity | str) -> int:
        """Which of the customers (from 0) buys, pays, uses or is invoiced; the first, where nobody is named for it."""
        return next((place for place, party in enumerate(self.customers) if capacity in party.capacities), 0)

    def disputes_are_settled_once(self) -> bool:
        """A court or arbitration, never both and never neither."""
        return bool(self.arbitration) != (self.court is not None)

    @property
    def copies(self) -> int:
        """All copies that are signed."""
        return self.copies_each * (1 + len(self.customers))


def plain(late: Late) -> str:
    """5, not 5.00; 0.5, not 5E-1."""
    return f"{late.per_ten_thousand.normalize():f}"


def delay(late_delivery: Late, late_payment: Late) -> dict[str, str]:
    """The names of what being late costs."""
    return {
        "late_delivery": plain(late_delivery),
        "late_delivery_cap": str(late_delivery.cap_percent),
        "late_delivery_end": str(late_delivery.end_after_days),
        "late_payment": plain(late_payment),
        "late_payment_cap": str(late_payment.cap_percent),
        "late_payment_end": str(late_payment.end_after_days),
    }


def sum_of(name: str, fen: int) -> dict[str, str]:
    """An amount and its capitals under a name."""
    return {name: amounts.money(fen), f"{name}_capitals": amounts.capitals(fen)}


def listed(items: tuple[str, ...], language: str) -> str:
    """Several things agreed, in one sentence."""
    return ("；" if language == "zh" else "; ").join(items) or NOTHING


def day(moment: date | None, language: str) -> str:
    """A day as a person of that language writes it."""
    return words.show_day(moment, language) if moment else NOTHING
