"""Filing a framework agreement as both have signed it: the back office has read the scan against the issued text.

With it the agreement comes into force. One that was agreed on another paper, before the house printed its own, is filed
with the number of that paper and is given ours beside it.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from dealer import deadlines
from dealer.approvals.rulings import kept
from dealer.engine.fields import Upload
from dealer.engine.steps import Ask, Facts, Personal, Refusal, Unrecorded, no
from dealer.frameworks import framework_papers as papers
from dealer.records.frameworks import Framework

Person = Annotated[str, Personal()]

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Signed(Facts):
    """Who signed when."""

    seller_signer: Person = Field(title="Signed for us by", min_length=1, max_length=200)
    seller_signed_on: date = Field(title="We signed on")
    buyer_signer: Person = Field(title="Signed for the buyer by", min_length=1, max_length=200)
    buyer_signed_on: date = Field(title="Buyer signed on")


class SignedAgreement(Signed):
    """Our own paper, signed by both."""

    scan: Annotated[Upload, Unrecorded()] = Field(title="Scan of the signed agreement")
    same_text: bool = Field(
        False,
        title="The signed text is the issued version: same number, all pages; the seals are official or contract seals",
    )


class OtherPaper(Signed):
    """A paper that did not come from our press."""

    scan: Annotated[Upload | None, Unrecorded()] = Field(
        None, title="Scan of the signed agreement", description="Without a new file the one on record stays."
    )
    other_number: str = Field(
        "", title="Number on that paper", max_length=40, description="Orders cite it. Left empty, they cite ours."
    )


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def signed_paper_is_not_filed_yet(framework: Framework, ask: Ask) -> Refusal | None:
    """What both have signed is filed once."""
    if framework.filed_by_id is not None:
        return no("The signed paper is filed already.", code="E-FRAMEWORK-FILED", quiet=True)
    return None


def it_has_our_number(framework: Framework, ask: Ask) -> Refusal | None:
    """Only what we have issued can come back signed."""
    if framework.code is None:
        return no("It was agreed on another paper: file that one.", code="E-FRAMEWORK-OTHER", quiet=True)
    return None


def it_has_no_paper_of_ours(framework: Framework, ask: Ask) -> Refusal | None:
    """Two papers of one agreement would leave open which of them binds."""
    if framework.code is not None:
        return no("It has a paper of ours: file that one as it was signed.", code="E-FRAMEWORK-OTHER", quiet=True)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def file_paper(framework: Framework, ask: Ask) -> None:
    """Who signed when, as the scan shows, and who has compared it; prices count as agreed from now on."""
    facts: SignedAgreement | OtherPaper = ask.facts
    for name in ("seller_signer", "seller_signed_on", "buyer_signer", "buyer_signed_on"):
        setattr(framework, name, getattr(facts, name))
    framework.paper_sha256 = kept(ask, facts.scan) or framework.paper_sha256
    framework.filed_by_id = ask.actor.id
    framework.in_force_at = framework.in_force_at or ask.at
    deadlines.finish(ask, framework, "file_framework")


def note_other_number(framework: Framework, ask: Ask) -> None:
    """Its own number, and one of ours: orders under it are numbered by that."""
    framework.other_number = ask.facts.other_number or None
    papers.give_number(framework, ask)
