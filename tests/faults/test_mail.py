"""A mail server in a bad mood: every alert goes, and is marked. (`./run faults mail` sends more, to one that hangs.)"""

from collections import Counter

from sqlalchemy import select

from dealer.records.alerts import AlertDelivery
from faults.mail import sent_in_spite
from tests.cast import Shop
from tests.mailbox import Mailbox


def test_no_alert_is_lost_and_only_what_was_not_answered_comes_twice(shop: Shop) -> None:
    with Mailbox() as box:
        forgot = sent_in_spite(shop.database, box, alerts=6, hanging=0)
        with shop.looking() as db:
            rows = list(db.scalars(select(AlertDelivery)))
        copies = Counter(box.keys())
        assert set(copies) == {str(row.id) for row in rows if row.sent_at is not None}
        assert (len(rows), copies.total() - len(copies)) == (6, forgot)
        assert 0 < forgot < 6
