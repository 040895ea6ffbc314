"""Offer templates: what is usually offered to customers of a class, as an editor of a quotation starts from it."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Document, Flag, Moment, Name, OfStore, word_of
from dealer.records.customers import CustomerClass
from dealer.records.people import Person


class OfferTemplate(OfStore):
    """A named set of lines, extras and a remark. It is no offer: whoever uses it saves a draft of their own."""

    __tablename__ = "offer_templates"
    name: Mapped[Name]
    customer_class: Mapped[CustomerClass] = mapped_column(word_of(CustomerClass))
    content: Mapped[Document]  # lines, extras, remark, as the editor of a quotation takes them
    kept_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    since: Mapped[Moment]
    dropped: Mapped[Flag] = mapped_column(default=False)
    kept_by: Mapped[Person] = relationship()
    __table_args__ = (Index("ix_offer_templates_class", "store_id", "customer_class"),)
