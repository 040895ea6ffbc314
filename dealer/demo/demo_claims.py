"""Scenes of the demo about claims: papers of six cars became a dossier, sheets have layouts, a statement came in."""

from sqlalchemy import select

from dealer.contracts import contract
from dealer.demo.demo_contracts import POLICE
from dealer.demo.demo_stage import SCAN, Stage
from dealer.engine.fields import Uploaded
from dealer.engine.steps import Ask
from dealer.oem import claim_packs, claim_scans, oem_layouts, reconciliation, statements
from dealer.oem.claim_papers import of_deal
from dealer.oem.claim_scans import NewScans, Withdrawal
from dealer.oem.layout_examples import EXAMPLES
from dealer.oem.oem_layouts import LayoutText
from dealer.oem.reconciliation import ROWS, Explanation
from dealer.records.claims import ClaimPaper, SheetLayout, StatementRow
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.oem import OemPaperKind

K = OemPaperKind


def papers_of_a_claim_are_brought(stage: Stage) -> None:
    """Invoices and registrations by VIN, the papers of the customer; the dossier is made, then one scan withdrawn."""
    with stage.acting("李娜", 1, "16:00") as ask:
        vins = [car.unit.vin for car in of_deal(ask.db, _deal(ask)).cars]
    _filed(stage, "高洁", K.INVOICE, [f"{vin}_发票.pdf" for vin in vins])
    _filed(stage, "吴倩", K.REGISTRATION, [f"{vin}_行驶证.pdf" for vin in vins])
    _filed(stage, "李娜", K.IDENTITY, ["统一社会信用代码证书.pdf"])
    _filed(stage, "李娜", K.AWARD, ["中标通知书.pdf"])
    with stage.acting("李娜", 1, "16:30") as ask:
        claim_packs.order(ask, _deal(ask))
    stage.print_waiting()
    with stage.acting("吴倩", 0, "09:20", Withdrawal(reason="扫描件为另一辆车的行驶证，待重新扫描")) as ask:
        query = select(ClaimPaper).where(ClaimPaper.kind == K.REGISTRATION).order_by(ClaimPaper.id.desc())
        claim_scans.withdraw(ask, _deal(ask), ask.db.scalars(query.limit(1)).one())


def sheets_have_their_layouts(stage: Stage) -> None:
    """Claim, feedback and statement as the manufacturer wants them; a new layout of orders waits for approval."""
    for key in ("yunling_claim", "yunling_feedback", "yunling_statement"):
        number = stage.begin("陈静", 3, "10:00", "draft", oem_layouts.blank, _layout(stage, key))
        stage.take("陈静", 3, "10:10", SheetLayout, number, "submit")
        stage.take("周建国", 3, "11:00", SheetLayout, number, "approve")
    number = stage.begin("陈静", 1, "10:00", "draft", oem_layouts.blank, _layout(stage, "xingyuan_order"))
    stage.take("陈静", 1, "10:05", SheetLayout, number, "submit")


def a_statement_came(stage: Stage) -> None:
    """Two payments that nobody has claimed: finance has asked the manufacturer about one of them."""
    rows = [f"{vin},5000.00,{stage.day(2)},FL2026-118" for vin in ("LYLAA4182T2100095", "LYLAA4184T2100096")]
    content = "\n".join(["车辆识别代号,兑付金额（元）,兑付日期,凭证", *rows]).encode("utf-8-sig")
    with stage.acting("高洁", 0, "09:00") as ask:
        looked = statements.preview(content, ask.db, ask.actor, ask.today)
        _, found = statements.take_in(ask, looked, "返利兑付明细.csv")
        for row in found:
            ROWS.begin(reconciliation.birth_of(row), row, ask)
    told = Explanation(reason="厂家误付，已致电商务部，待下期扣回")
    stage.take("高洁", 0, "09:20", StatementRow, 1, "explain", told)


CLAIM_SCENES = (sheets_have_their_layouts, papers_of_a_claim_are_brought, a_statement_came)


def _layout(stage: Stage, key: str) -> LayoutText:
    found = EXAMPLES[key]
    return LayoutText(
        brand="云岭", purpose=found.purpose, title=found.title, file=found.file, sheet=found.sheet, above=found.above,
        columns=found.columns, from_day=stage.day(3), reason="厂家商务部 2026 年第 18 号通知",
    )  # fmt: skip


def _filed(stage: Stage, who: str, kind: OemPaperKind, names: list[str]) -> None:
    scans = tuple(Uploaded(name, SCAN.content + f"%{name}\n".encode()) for name in names)
    with stage.acting(who, 1, "16:10", NewScans(kind=kind, scans=scans)) as ask:
        claim_scans.keep(ask, _deal(ask))


def _deal(ask: Ask) -> Deal:
    """The deal of the police that is being delivered."""
    query = select(Deal).join(Customer, Customer.id == Deal.customer_id).where(Customer.name == POLICE.name)
    return next(deal for deal in ask.db.scalars(query.order_by(Deal.number)) if contract.is_effective(ask.db, deal))
