"""Risks of a deal: raised by facts and by people, in the way of a signature, overridden by name; emergencies."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from dealer import sweep
from dealer.engine.steps import Ask, place
from dealer.records.contracts import DepositKind
from dealer.records.credit import CreditProfile
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch
from dealer.records.risks import RiskItem, RiskKind, RiskLevel, RiskState
from dealer.records.vehicles import Certificate, Unit
from dealer.risks import risk_watch
from tests import contracts
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

Desks = Callable[[str], Desk]
S = RiskState
SIGNED = {
    "seller_signer": "陈静", "seller_signed_on": "2026-11-11", "buyer_signer": "杨帆", "buyer_signed_on": "2026-11-12",
    "same_text": "true", "scan": ("scan.pdf", b"%PDF-1.7 signed and sealed"),
}  # fmt: skip
RUMOUR = {"kind": "other", "level": "high", "what": "采购人预算被冻结的传闻尚未核实"}


def items(shop: Shop) -> list[RiskItem]:
    """Every item, in the order they came."""
    with shop.looking() as db:
        return list(db.scalars(select(RiskItem).order_by(RiskItem.number)))


def kinds(shop: Shop, state: RiskState = S.OPEN) -> set[tuple[RiskKind, RiskLevel]]:
    """What stands in a state."""
    return {(each.kind, each.level) for each in items(shop) if each.state is state}


def test_a_high_risk_stands_in_the_way_of_the_signatures_until_it_is_overridden_by_name(
    shop: Shop, desk: Desks
) -> None:
    deal, number = contracts.issued(shop)
    lina, chen, clerk = desk("李娜"), desk("陈静"), desk("吴倩")
    clerk.turn_clock("2026-11-12 16:00")
    lina, chen, clerk = desk("李娜"), desk("陈静"), desk("吴倩")
    assert lina.submit(f"/deals/{deal}/risks/new", RUMOUR).url == "/risks/1"
    assert "处理高风险" in chen.get("/today").text
    assert clerk.send(f"/contracts/{number}/record_signatures", SIGNED).codes == ("E-RISK-HIGH",)
    assert "其他" in clerk.get(f"/contracts/{number}/record_signatures").text
    # neither who owns the deal nor the clerk lets it pass, nor makes it less by a word
    assert lina.ask("/risks/1/override", {"reason": "客户口头确认"}).codes == ("E-NOT-YOURS",)
    assert lina.ask("/risks/1/close", {"comment": "已核实"}).codes == ("E-NOT-YOURS",)
    assert clerk.ask("/risks/1/assess", {"level": "low", "comment": "不严重"}).codes == ("E-NOT-YOURS",)
    assert chen.ask("/risks/1/override", {"reason": ""}).status == 422
    assert "某市公安局" in chen.get("/risks").text
    assert chen.submit("/risks/1/override", {"reason": "财政局已出具资金落实函"}).status == 200
    assert clerk.send(f"/contracts/{number}/record_signatures", SIGNED).status == 200
    # named in the history of the deal
    told = chen.get(f"/deals/{deal}").text
    assert "说明理由后放行" in told
    assert "财政局已出具资金落实函" in told
    assert chen.ask("/risks/1/close", {"comment": "资金已到位"}).status == 200
    assert items(shop)[0].outcome == "资金已到位"
    assert "某市公安局" in chen.get("/risks?state=closed").text
    # a low one is anybody's to close, and stands in nobody's way
    assert lina.ask(f"/deals/{deal}/risks/new", RUMOUR | {"level": "low"}).status == 200
    assert chen.ask("/risks/2/override", {"reason": "无碍"}).codes == ("E-NOT-NEEDED",)
    assert lina.ask("/risks/2/close", {"comment": "已核实"}).status == 200
    assert desk("赵敏").get("/risks").status == 403


def _acting(shop: Shop, work: Callable[[Ask], Any]) -> None:
    with shop.acting("高洁", at("2026-11-20 09:00")) as ask:
        work(ask)


def test_a_credit_that_lapses_is_a_high_risk_and_closes_by_itself_when_there_is_a_new_one(
    shop: Shop, desk: Desks
) -> None:
    deal = contracts.accepted_deal(shop, ("X5", 3, 138_000), public=False, customer="滇行租赁公司")

    def until(day: date) -> Callable[[Ask], None]:
        def change(ask: Ask) -> None:
            for profile in ask.db.scalars(select(CreditProfile)):
                profile.valid_until = day

        return change

    _acting(shop, until(date(2026, 11, 20)))
    # before the review nothing is at risk that its own gate does not ask for
    sweep.look_for_risks(shop.database, at("2026-11-21 00:01"))
    assert kinds(shop) == set()
    contracts.stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-20 10:00")
    sweep.look_for_risks(shop.database, at("2026-11-20 23:59"))
    assert kinds(shop) == set()
    for minute in ("00:01", "00:02"):
        sweep.look_for_risks(shop.database, at(f"2026-11-21 {minute}"))
    assert kinds(shop) == {(RiskKind.CREDIT, RiskLevel.HIGH)}
    assert len(items(shop)) == 1
    desk("陈静").turn_clock("2026-11-21 09:00")
    assert desk("陈静").ask("/risks/1/close", {"comment": "客户信用良好"}).codes == ("E-BY-ITSELF",)
    _acting(shop, until(date(2027, 3, 31)))
    sweep.look_for_risks(shop.database, at("2026-11-21 09:30"))
    assert (kinds(shop), kinds(shop, S.CLOSED)) == (set(), {(RiskKind.CREDIT, RiskLevel.HIGH)})
    # it lapses again, and the deal is lost: nothing is at risk any more
    _acting(shop, until(date(2026, 11, 1)))
    sweep.look_for_risks(shop.database, at("2026-11-21 10:00"))
    assert kinds(shop) == {(RiskKind.CREDIT, RiskLevel.HIGH)}
    contracts.stand(shop, deal, DealState.LOST, "2026-11-21 11:00")
    sweep.look_for_risks(shop.database, at("2026-11-21 11:01"))
    assert kinds(shop) == set()


def test_deposits_batches_and_certificates_are_watched_by_their_days(shop: Shop) -> None:
    number = scene.contract(
        shop, 2, ((2, "2026-11-30"),), effective="2026-11-10", deposit=(DepositKind.EARNEST, 100_00)
    )
    with shop.acting("孙强", at("2026-11-18 09:00")) as ask:
        deal = ask.db.scalars(select(Deal)).one()
        store = deal.store_id
        place(deal, DealState.TEST_DRIVE)
    watched = {watch.name: watch for watch in risk_watch.WATCHES}

    def seen(name: str, day: date) -> list[date | None]:
        with shop.looking() as db:
            return list(watched[name].found(db, store, day).values())

    assert seen("deposit_is_unpaid", date(2026, 11, 17)) == []
    assert seen("deposit_is_unpaid", date(2026, 11, 18)) == [date(2026, 11, 10)]
    with shop.acting("孙强", at("2026-11-18 09:00")) as ask:
        place(ask.db.get_one(Deal, deal.id), DealState.DELIVERY)
        assert ask.db.scalars(select(Batch)).one().due_on == date(2026, 11, 30)
    assert seen("deposit_is_unpaid", date(2026, 11, 18)) == []
    assert seen("a_batch_is_late", date(2026, 11, 30)) == []
    assert seen("a_batch_is_late", date(2026, 12, 1)) == [date(2026, 11, 30)]
    scene.allocated(shop, scene.batch(shop, number), *scene.arrive(shop, scene.VINS[0]))
    with shop.acting("孙强", at("2026-11-20 09:00")) as ask:
        for unit in ask.db.scalars(select(Unit)):
            unit.certificate = Certificate.PLEDGED
    assert seen("a_certificate_is_pledged", date(2026, 11, 15)) == []
    assert seen("a_certificate_is_pledged", date(2026, 11, 16)) == [date(2026, 11, 30)]
    sweep.look_for_risks(shop.database, at("2026-12-01 00:01"))
    assert kinds(shop) == {(RiskKind.DELIVERY, RiskLevel.MEDIUM), (RiskKind.CERTIFICATE, RiskLevel.MEDIUM)}


def test_an_emergency_has_actions_an_end_and_stays(shop: Shop, desk: Desks) -> None:
    deal, _ = contracts.in_review(shop)
    lina, chen = desk("李娜"), desk("陈静")
    lina.turn_clock("2026-11-10 15:00")
    wei, sun = str(shop.person("张伟").id), str(shop.person("孙强").id)
    form = lina.get(f"/emergencies/new?deal={deal}").html
    with shop.looking() as db:
        key = db.scalars(select(Deal.id)).one()
    assert f'value="{key}"' in form
    told = {
        "happened_at": "2026-11-10T14:30", "place": "彩云北路", "what": "运输车追尾，两台车前杠受损",
        "involved": "承运商驾驶员", "deal": str(key), "owner": wei,
    }  # fmt: skip
    assert lina.ask("/emergencies/new", told | {"happened_at": "2026-11-10T15:30"}).codes == ("E-DAY-AHEAD",)
    assert lina.submit("/emergencies/new", told).url == "/emergencies/1"
    assert "处理突发事件" in desk("张伟").get("/today").text
    assert desk("郑凯").get("/emergencies/1").status == 404
    action = {"what": "联系保险公司定损", "owner": sun, "due_on": "2026-11-12"}
    assert lina.ask("/emergencies/1/add_action", action).codes == ("E-NOT-YOURS",)
    assert desk("张伟").ask("/emergencies/1/add_action", action | {"due_on": "2026-11-09"}).codes == ("E-DAY-PAST",)
    assert desk("张伟").submit("/emergencies/1/add_action", action).status == 200
    assert chen.ask("/emergencies/1/close", {"comment": "已了结"}).codes == ("E-ACTIONS-OPEN",)
    keeper = desk("孙强")
    assert "落实事件措施" in keeper.get("/today").text
    chosen = keeper.get("/emergencies/1/finish_action").html.split('value="')
    action_key = next(part[:36] for part in chosen if "联系保险公司定损" in part[:120])
    assert keeper.submit("/emergencies/1/finish_action", {"action": action_key, "result": "定损八千元"}).status == 200
    assert desk("张伟").ask("/emergencies/1/close", {"comment": "已了结"}).codes == ("E-NOT-YOURS",)
    assert chen.submit("/emergencies/1/close", {"comment": "承运商已赔付，车辆更换"}).status == 200
    assert "承运商已赔付" in chen.get("/emergencies").text
    assert "上报了突发事件" in chen.get(f"/deals/{deal}").text
    # no request takes it away again
    for method in (chen.client.delete, chen.client.put):
        assert method("/emergencies/1").status_code in (400, 405)
    assert "定损八千元" in chen.get("/emergencies/1").text
