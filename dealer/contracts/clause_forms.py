"""What the steps around single clauses of a contract ask for."""

from typing import Annotated

from pydantic import Field

from dealer.engine.fields import Options, Paragraph
from dealer.engine.steps import Facts


class ClauseWording(Facts):
    """How one clause reads in this contract. Plain text: what is typed is what is printed."""

    clause: Annotated[str, Options("contract_clauses")] = Field(title="Clause")
    wording: Annotated[str, Paragraph] = Field(title="Wording in this contract", min_length=1, max_length=2000)
    english: Annotated[str, Paragraph] = Field(
        "",
        title="In English, for the reading copy",
        description="Left empty, the reading copy has the Chinese.",
        max_length=2000,
    )


class ChosenClause(Facts):
    """A clause that was worded anew."""

    clause: Annotated[str, Options("own_clauses")] = Field(title="Clause")


class ClauseRemark(Facts):
    """What a reviewer says about a clause."""

    clause: Annotated[str, Options("contract_clauses")] = Field(title="Clause")
    text: Annotated[str, Paragraph] = Field(title="Remark on the clause", min_length=1, max_length=2000)


class RemarkAnswer(Facts):
    """What the owner says to a remark, or did about it."""

    remark: Annotated[int, Options("open_remarks")] = Field(title="Remark on the clause")
    answer: Annotated[str, Paragraph] = Field(title="Answer to the remark", min_length=1, max_length=2000)
