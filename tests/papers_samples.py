"""Terms of the papers of story 1, and of papers in general: for tests, for docs/samples and for measures."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from dealer import terms as t
from dealer.engine.words import SHOP_ZONE
from tests.vins import vins

EVERY_CAPACITY = tuple(t.Capacity)

SHOP = t.Party(
    name="昆明云岭远行汽车销售服务有限公司",
    uscc="91530100MA6N8YRL9W",
    address="云南省昆明市官渡区环城东路 588 号",
    post_code="650200",
    legal_representative="周建国",
    phone="0871-65550100",
    bank="云岭农商银行昆明官渡支行",
    account="6200 1530 0100 8855 01",
    agent=t.Agent(
        name="陈静", phone="13888880010", authorisation_number="YLYX-SQ-2026-018", authorised_on=date(2026, 1, 4)
    ),
)
LETTERHEAD = t.Letterhead.model_validate(SHOP.model_dump(include=set(t.Letterhead.model_fields)))
POLICE = t.Party(
    name="某市公安局",
    uscc="11530100015112347K",
    address="云南省某市人民路 1 号",
    legal_representative="杨志远",
    phone="0871-63000110",
    bank="某市农商银行营业部",
    account="5300 1100 2200 3344",
    agent=t.Agent(
        name="杨帆", phone="13888880021", authorisation_number="公装财授〔2026〕31号", authorised_on=date(2026, 11, 3)
    ),
    capacities=EVERY_CAPACITY,
)


def x5(quantity: int = 10, exterior: str = "珍珠白") -> t.Vehicles:
    """X5 at the price of story 1: 131,800 = 116,637.17 + 15,162.83."""
    return t.Vehicles(
        brand="云岭",
        model="X5 1.5T CVT",
        configuration="公务尊享版",
        exterior=exterior,
        interior="深灰",
        engine="1.5T 汽油 135 kW",
        manufacturer="云岭汽车制造有限公司",
        use="公务",
        quantity=quantity,
        unit_price_fen=131_800_00,
        unit_net_fen=116_637_17,
        unit_vat_fen=15_162_83,
    )


def three_cars_claimed() -> t.ClaimPackTerms:
    """Three of the cars for the police, with one contract and two scans of each car."""
    cars = tuple(
        t.ClaimedCar(
            vin=vin, vehicle="云岭 X5 1.5T CVT 公务尊享版", exterior="珍珠白/深灰", engine_number=f"YL15T{at:06}",
            certificate_number=f"WAC{at:08}", invoice_number=f"2653{at:016}", invoiced_on=date(2026, 11, 26),
            price_fen=131_800_00, plate=f"云A{5500 + at}K",
        )
        for at, vin in enumerate(vins(3), 1)
    )  # fmt: skip
    of_cars = [
        t.ClaimedPaper(car=at, paper=paper, file=f"{car.vin}_{paper}.jpg", sha256=f"{at}{number}" * 32)
        for at, car in enumerate(cars, 1)
        for number, paper in enumerate(("机动车发票", "行驶证或登记证书"))
    ]
    contract = t.ClaimedPaper(car=0, paper="合同", file="YLYX-DKH-2026-0001.pdf", sha256="ab" * 32, pages=9)
    return t.ClaimPackTerms(
        dealer=LETTERHEAD,
        customer=POLICE.name,
        customer_code=POLICE.uscc,
        customer_class="公检法司",
        contract_number="YLYX-DKH-2026-0001",
        contract_day=date(2026, 11, 12),
        edition=1,
        made_on=date(2026, 12, 2),
        made_by="李娜",
        cars=cars,
        papers=(contract, *of_cars),
    )


def story_1() -> t.ContractTerms:
    """Ten X5 for the police, two batches, paid after acceptance, performance bond of 5 %."""
    yard = t.Contact(name="杨帆", phone="13888880021")
    place = "昆明云岭远行汽车销售服务有限公司交车区"
    return t.ContractTerms(
        dated=date(2026, 11, 9),
        signing_place="云南省昆明市官渡区",
        seller=SHOP,
        customers=(POLICE,),
        procurement=t.Procurement(
            project="某市公安局 2026 年执法执勤用车采购项目",
            number="MSZC2026-G1-00218",
            plan_number="JH2026-0417",
            way="公开招标",
            item="A02030599 其他乘用车",
            agency="某市公共资源交易中心",
            awarded_on=date(2026, 11, 2),
        ),
        vehicles=(x5(),),
        price_includes=("车辆及随车标准配置", "运至交付地点的费用", "售前检查", "发票税金"),
        price_excludes=("车辆购置税", "保险费", "注册登记费用"),
        instalments=(
            t.Instalment(amount_fen=790_800_00, moment=t.Moment.AFTER_ACCEPTANCE, working_days=10, batch=1),
            t.Instalment(amount_fen=527_200_00, moment=t.Moment.AFTER_ACCEPTANCE, working_days=10, batch=2),
        ),
        bond=t.Bond(amount_fen=65_900_00),
        batches=(
            t.Batch(number=1, shares=(t.Share(line=1, quantity=6),), due=date(2026, 11, 30), place=place, contact=yard),
            t.Batch(number=2, shares=(t.Share(line=1, quantity=4),), due=date(2026, 12, 10), place=place, contact=yard),
        ),
        receivers=(yard, t.Contact(name="段莉", phone="13888880022")),
        late_delivery=t.Late(per_ten_thousand=Decimal(5), cap_percent=5, end_after_days=30),
        late_payment=t.Late(per_ten_thousand=Decimal(5), cap_percent=5, end_after_days=30),
        storage_fen=50_00,
        warranty_months=36,
        warranty_km=100_000,
        court=t.Court.SELLER,
        copies_each=3,
        copies_filed=1,
        features=(
            t.Feature(name="警用标识与警灯", agreed="预留车顶警灯线束和 12 V 电源接口；标识由乙方自行喷涂。"),
            t.Feature(name="车载电台", agreed="预留电台安装支架和天线孔，位置按双方确认的图纸。"),
        ),
        services=(
            "交付后 3 日内回访，每年安排一次免费的安全检测。",
            "设大客户专席：报修后 30 分钟内答复，城区 2 小时内到场救援。",
            "维修超过 3 日的，提供同级别备用车一辆。",
        ),
        service_phone="0871-65550199",
    )


def contract_of(lines: int) -> t.ContractTerms:
    """A company's contract of so many vehicle lines, one vehicle each, delivered in one batch."""
    vehicles = tuple(x5(1, f"颜色{row:04}") for row in range(1, lines + 1))
    total = sum(line.amount_fen for line in vehicles)
    batch = t.Batch(
        number=1,
        shares=tuple(t.Share(line=row, quantity=1) for row in range(1, lines + 1)),
        due=date(2026, 12, 10),
        place="昆明",
    )
    given = story_1().model_dump() | {
        "procurement": None,
        "vehicles": vehicles,
        "batches": (batch,),
        "instalments": (t.Instalment(amount_fen=total, moment=t.Moment.AFTER_EFFECT, working_days=5),),
        "bond": None,
    }
    return t.ContractTerms.model_validate(given)


def story_1_bid() -> t.QuotationTerms:
    """The bid of story 1: an offer that binds to the end of the bid's validity."""
    line = t.QuotedVehicles(**x5().model_dump(), list_price_fen=139_800_00, purchase_tax_fen=11_663_72)
    return t.QuotationTerms(
        vehicles=(line,),
        quoted_on=date(2026, 10, 20),
        offer=t.Offer.BINDING,
        valid_until=date(2027, 1, 18),
        seller=LETTERHEAD,
        customer=POLICE.name,
        contact=t.Contact(name="杨帆", phone="13888880021"),
        consultant=t.Contact(name="李娜", phone="13888880011"),
        project="某市公安局 2026 年执法执勤用车采购项目（MSZC2026-G1-00218）",
        tax_month=date(2026, 11, 1),
        delivery="分两批：合同生效后 20 日内交付 6 辆，30 日内交付 4 辆。",
        payment="逐批验收合格并收到发票后 10 个工作日内付款。",
        remarks=("本报价按采购文件的配置要求编制，不附赠品。",),
    )


def lessor_quotation() -> t.QuotationTerms:
    """A price for a rental company, for information: thirty E3 with gifts and paid extras, five more as an option."""
    line = t.QuotedVehicles(
        brand="云岭",
        model="E3 纯电动 510 km",
        configuration="智行版",
        exterior="极地白",
        interior="浅灰",
        engine="永磁同步 150 kW",
        manufacturer="云岭汽车制造有限公司",
        use="租赁",
        quantity=30,
        unit_price_fen=158_900_00,
        unit_net_fen=140_619_47,
        unit_vat_fen=18_280_53,
        list_price_fen=169_800_00,
        purchase_tax_fen=7_030_97,
        section="城区租赁车队",
        note="电池质保 8 年或 15 万公里，以先到者为准。",
    )
    option = t.QuotedOption(
        **line.model_dump(exclude={"quantity", "section", "note", "exterior"}),
        exterior="曜石黑",
        quantity=5,
        note="2027 年 3 月 31 日前交付。",
        extras=(t.Extra(name="7 kW 交流充电桩（含安装）", quantity=5, unit_price_fen=2_980_00),),
        gifts=(t.Gift(name="全车脚垫", quantity=5),),
    )
    return t.QuotationTerms(
        vehicles=(line,),
        options=(option,),
        extras=(t.Extra(name="7 kW 交流充电桩（含安装）", quantity=10, unit_price_fen=2_980_00),),
        gifts=(t.Gift(name="全车脚垫", quantity=30),),
        version=2,
        quoted_on=date(2026, 11, 3),
        offer=t.Offer.INVITATION,
        seller=LETTERHEAD,
        customer="滇行租赁公司",
        consultant=t.Contact(name="李娜", phone="13888880011"),
        tax_month=date(2026, 11, 1),
    )


def yang_fan_drives() -> t.TestDriveAgreementTerms:
    """Story 3: 杨帆 drives the manual M7 on route R1."""
    return t.TestDriveAgreementTerms(
        dealer=SHOP.name,
        drives=True,
        name="杨帆",
        age=36,
        occupation="公务员",
        licence_masked="530102********8237",
        licence_class="C1",
        licence_valid_to=date(2031, 4, 2),
        phone="13888880021",
        address="云南省某市人民路 1 号",
        starts=datetime(2026, 11, 14, 2, 0, tzinfo=UTC),
        ends=datetime(2026, 11, 14, 2, 30, tzinfo=UTC),
        vehicle="云岭 M7 2.0T 手动 7 座",
        plate="云A7M002",
        route="R1 城市路线",
        route_detail="店门—环城东路—人民东路—白龙路—返回，约 12 公里，不含高速公路",
        consultant="王磊",
    )


def handed_x5(vin: str) -> t.HandedVehicle:
    return t.HandedVehicle(
        vehicle="云岭 X5 1.5T CVT 公务尊享版",
        exterior="珍珠白",
        interior="深灰",
        vin=vin,
        engine_number=f"YL15T{vin[-6:]}",
        certificate_number=f"WAB00{vin[-8:]}",
        invoice_number=f"2653{vin[-8:]}",
        odometer_km=18,
    )


def one_x5_handed_over() -> t.HandoverTerms:
    """The first car of story 1, checked on the tablet up to the papers."""
    ticked = [point for block in ("car", "papers") for point in t.HANDOVER_CHECKS[block]]
    return t.HandoverTerms(
        dealer=SHOP.name,
        contract_number="YLYX-DKH-2026-0001",
        batch=1,
        buyer=POLICE.name,
        user=POLICE.name,
        receiver=t.Contact(name="杨帆", phone="13888880021"),
        handed=handed_x5(vins(1)[0]),
        place="昆明云岭远行汽车销售服务有限公司交车区",
        day=date(2026, 11, 28),
        checks=tuple(t.Check(point=point, tick=t.Tick.YES) for point in ticked),
        service_phone="0871-65550199",
        service_advisor="冯涛",
        consultant="王磊",
        driven_off="15:20",
        inspected_on=date(2026, 11, 25),
        inspector="郑凯",
        inspected_items=38,
    )


def batch_of(count: int) -> t.HandoverBatchTerms:
    """A batch list of so many cars."""
    return t.HandoverBatchTerms(
        dealer=SHOP.name,
        contract_number="YLYX-DKH-2026-0001",
        batch=1,
        buyer=POLICE.name,
        user=POLICE.name,
        due=date(2026, 11, 30),
        day=date(2026, 11, 28),
        place="昆明云岭远行汽车销售服务有限公司交车区",
        receiver=t.Contact(name="杨帆", phone="13888880021"),
        units=tuple(
            t.ListedVehicle(**handed_x5(vin).model_dump(), receiver="杨帆", day=date(2026, 11, 28))
            for vin in vins(count)
        ),
        consultant="王磊",
    )


def story_1_batch() -> t.HandoverBatchTerms:
    return batch_of(6)


def lessor_contract() -> t.ContractTerms:
    """Four parties, 定金, gifts, paid extras, special terms, arbitration: what story 1 does not have."""
    car = t.Vehicles.model_validate(
        lessor_quotation().vehicles[0].model_dump(exclude={"list_price_fen", "purchase_tax_fen", "section", "note"})
    )
    lessor = t.Party(
        name="滇行租赁公司",
        uscc="91530100MA6KCX9U4R",
        address="云南省昆明市盘龙区白云路 66 号",
        legal_representative="赵行",
        phone="0871-63550077",
        capacities=(t.Capacity.BUYS, t.Capacity.IS_INVOICED),
    )
    bank = t.Party(name="云岭融资租赁有限公司", uscc="91530100MA6PT3KX29", capacities=(t.Capacity.PAYS,))
    user = t.Party(name="某区环卫服务中心", uscc="N2530102MF12345678", capacities=(t.Capacity.USES,))
    shares = (t.Share(line=1, quantity=30),)
    return t.ContractTerms(
        dated=date(2026, 11, 20),
        signing_place="昆明",
        seller=SHOP,
        customers=(lessor, bank, user),
        vehicles=(car,),
        extras=(t.Extra(name="7 kW 交流充电桩（含安装）", quantity=10, unit_price_fen=2_980_00),),
        gifts=(t.Gift(name="全车脚垫", quantity=30),),
        instalments=(
            t.Instalment(amount_fen=900_000_00, moment=t.Moment.AFTER_EFFECT, working_days=5),
            t.Instalment(amount_fen=3_800_000_00, moment=t.Moment.BEFORE_DELIVERY, working_days=3),
            t.Instalment(amount_fen=96_800_00, moment=t.Moment.ON_DAY, day=date(2027, 1, 31)),
        ),
        earnest=t.Earnest.DEPOSIT,
        batches=(t.Batch(number=1, shares=shares, due=date(2026, 12, 20), place="昆明市呈贡区", sent_by_seller=True),),
        late_delivery=t.Late(per_ten_thousand=Decimal("3.5"), cap_percent=5, end_after_days=20),
        late_payment=t.Late(per_ten_thousand=Decimal(3), cap_percent=5, end_after_days=20),
        arbitration="昆明仲裁委员会",
        special=("充电桩在车辆交付前 5 日安装完毕并验收。",),
    )


def enterprise_contract() -> t.ContractTerms:
    """A company buys five X5 with a prepayment, gifts and one clause of its own."""
    buyer = t.Party(
        name="昆明滇池建设集团有限公司",
        uscc="91530100MA6K5D6R7X",
        address="云南省昆明市西山区滇池路 1200 号",
        post_code="650228",
        legal_representative="李建民",
        phone="0871-64300200",
        bank="云岭农商银行西山支行",
        account="6200 1530 0200 1234 08",
        agent=t.Agent(name="周颖", phone="13888880033", authorisation_number="DCJS-2026-117"),
        capacities=EVERY_CAPACITY,
    )
    given = story_1().model_dump() | {
        "kind": "sale",
        "customers": (buyer,),
        "procurement": None,
        "vehicles": (x5(3), x5(2, "曜石黑")),
        "gifts": (t.Gift(name="全车脚垫", quantity=5),),
        "instalments": (
            t.Instalment(amount_fen=100_000_00, moment=t.Moment.AFTER_EFFECT, working_days=5),
            t.Instalment(amount_fen=559_000_00, moment=t.Moment.BEFORE_DELIVERY, working_days=2),
        ),
        "earnest": t.Earnest.PREPAYMENT,
        "bond": None,
        "batches": (
            t.Batch(
                number=1,
                shares=(t.Share(line=1, quantity=3), t.Share(line=2, quantity=2)),
                due=date(2026, 12, 10),
                place="昆明云岭远行汽车销售服务有限公司交车区",
            ),
        ),
        "receivers": (t.Contact(name="周颖", phone="13888880033"),),
        "copies_each": 2,
        "copies_filed": 0,
        "features": (),
        "special": ("五辆车的车牌号码由乙方自行选定，甲方陪同办理。",),
    }
    agreed = t.ContractTerms.model_validate(given)
    own = t.Own(
        key="repair_or_replace", zh="车辆与约定不符的，甲方应在接到通知后5日内修复；逾期的，乙方可以要求更换新车。"
    )
    return agreed.model_copy(update={"articles": agreed.composed((own,))})


LESSOR = t.Party(
    name="滇行租赁公司",
    uscc="91530100MA6KCX9U4R",
    address="云南省昆明市盘龙区白云路 66 号",
    legal_representative="赵行",
    phone="0871-63550077",
    bank="云岭农商银行盘龙支行",
    account="6200 1530 0300 7766 02",
    capacities=(t.Capacity.BUYS, t.Capacity.IS_INVOICED, t.Capacity.PAYS),
)


def lease_contract() -> t.ContractTerms:
    """Story 7 as three parties sign it: the lessor buys and is invoiced, the lessee receives and uses."""
    lessee = t.Party(
        name="昆明春城出行服务有限公司",
        uscc="91530102MA6NQ2C83L",
        address="云南省昆明市五华区学府路 8 号",
        legal_representative="何春",
        phone="0871-65190066",
        capacities=(t.Capacity.USES,),
    )
    given = lessor_contract().model_dump() | {
        "kind": "lease",
        "customers": (LESSOR, lessee),
        "receivers": (t.Contact(name="段莉", phone="13888880022"),),
        "arbitration": "",
        "court": t.Court.SELLER,
        "special": (),
    }
    return t.ContractTerms.model_validate(given)


def framework() -> t.FrameworkTerms:
    """A year of agreed prices for a construction group: two models, no quantity."""
    prices = (
        t.AgreedPrice(
            brand="云岭",
            model="X5 1.5T CVT",
            configuration="公务尊享版",
            manufacturer="云岭汽车制造有限公司",
            list_price_fen=139_800_00,
            unit_price_fen=131_800_00,
            unit_net_fen=116_637_17,
            unit_vat_fen=15_162_83,
        ),
        t.AgreedPrice(
            brand="云岭",
            model="E3 纯电动 510 km",
            configuration="智行版",
            manufacturer="云岭汽车制造有限公司",
            list_price_fen=169_800_00,
            unit_price_fen=158_900_00,
            unit_net_fen=140_619_47,
            unit_vat_fen=18_280_53,
        ),
    )
    late = t.Late(per_ten_thousand=Decimal(5), cap_percent=5, end_after_days=30)
    return t.FrameworkTerms(
        dated=date(2026, 11, 16),
        signing_place="云南省昆明市官渡区",
        seller=SHOP,
        customers=enterprise_contract().customers,
        starts=date(2026, 12, 1),
        ends=date(2027, 11, 30),
        prices=prices,
        price_includes=("车辆及随车标准配置", "售前检查", "发票税金"),
        price_excludes=("车辆购置税", "保险费", "注册登记费用"),
        late_delivery=late,
        late_payment=late,
        court=t.Court.SELLER,
    )


def call_off() -> t.CallOffTerms:
    """The first order under that framework."""
    return t.CallOffTerms(
        vehicles=(x5(4),),
        dated=date(2026, 12, 7),
        signing_place="云南省昆明市官渡区",
        seller=SHOP,
        customers=framework().customers,
        framework_number="YLYX-KJ-2026-0001",
        framework_day=date(2026, 11, 16),
        batches=(
            t.Batch(
                number=1,
                shares=(t.Share(line=1, quantity=4),),
                due=date(2026, 12, 28),
                place="昆明市西山区滇池路 1200 号",
                sent_by_seller=True,
                contact=t.Contact(name="周颖", phone="13888880033"),
            ),
        ),
        receivers=(t.Contact(name="周颖", phone="13888880033"),),
        payment=t.OrderPayment(moment=t.Moment.BEFORE_DELIVERY, working_days=3),
    )


def story_1_amended() -> t.AmendmentTerms:
    """Two of story 1's ten cars fall away from the second batch, and who collects them changes."""
    whole = story_1()
    line = whole.vehicles[0]
    first, second = whole.batches
    return t.AmendmentTerms(
        dated=date(2026, 11, 20),
        signing_place=whole.signing_place,
        contract_number="YLYX-DKH-2026-0001",
        contract_day=date(2026, 11, 12),
        reason="本年度编制核减两个车位。",
        seller=whole.seller,
        customers=whole.customers,
        lines=(
            t.AmendedLine(
                line=1, brand=line.brand, model=line.model, configuration=line.configuration, exterior=line.exterior,
                interior=line.interior, unit_price_fen=line.unit_price_fen, before=10, after=8,
            ),
        ),
        batches=(first, second.model_copy(update={"shares": (t.Share(line=1, quantity=2),)})),
        instalments=(
            whole.instalments[0],
            whole.instalments[-1].model_copy(update={"amount_fen": 8 * 131_800_00 - whole.instalments[0].amount_fen}),
        ),
        parties_change=True,
        receivers_change=True,
        receivers=("杨帆 13888880021", "段莉"),
        figures=(
            t.ChangedFigure(item=t.Item.DAMAGES, before=50, after=40),
            t.ChangedFigure(item=t.Item.BOND, before=65_900_00, after=52_720_00),
        ),
        total_before_fen=whole.total_fen,
        total_after_fen=8 * 131_800_00,
        public=True,
        original_fen=whole.total_fen,
    )  # fmt: skip


def enterprise_amended() -> t.AmendmentTerms:
    """A clause of the enterprise's contract is worded anew, and its bank account is another."""
    whole = enterprise_contract()
    place, article = next((at, each) for at, each in enumerate(whole.spoken) if each.key == "acceptance")
    row, clause = next((at, each) for at, each in enumerate(article.clauses, 1) if each.key == "repair_or_replace")
    return t.AmendmentTerms(
        dated=date(2026, 11, 25),
        signing_place=whole.signing_place,
        contract_number="YLYX-DKH-2026-0003",
        contract_day=date(2026, 11, 16),
        reason="用车安排紧，缩短修复期限。",
        seller=whole.seller,
        customers=whole.customers,
        wordings=(
            t.ChangedWording(
                key=clause.key, article=article.zh, article_en=article.en, number=f"{place}.{row}",
                before=clause.text(), zh="车辆与约定不符的，甲方应在接到通知后5日内修复或者更换同型号、同配置的新车。",
                en="What does not conform Party A repairs or replaces within 5 days after notice.",
            ),
        ),
        parties_change=True,
        total_before_fen=whole.total_fen,
        total_after_fen=whole.total_fen,
        original_fen=whole.total_fen,
    )  # fmt: skip


def their_paper() -> t.CoverSheetTerms:
    """Story 1 on the purchaser's own text."""
    whole = story_1()
    line = whole.vehicles[0]
    return t.CoverSheetTerms(
        dated=date(2026, 11, 3),
        seller=whole.seller,
        customers=whole.customers,
        their_number="公采合〔2026〕第 77 号",
        their_sha256="0f" * 32,
        quotation_number="12",
        lines=(
            t.TheirVehicles(
                line=1, brand=line.brand, model=line.model, configuration=line.configuration, exterior=line.exterior,
                interior=line.interior, quantity=10, unit_price_fen=line.unit_price_fen,
            ),
        ),
        total_fen=whole.total_fen,
        delivery="分两批交付：6 辆不迟于 2026 年 11 月 30 日，4 辆不迟于 2026 年 12 月 10 日。",
        payment="每批验收合格并收到发票后 10 个工作日内付清该批价款。",
        damages="逾期每日按逾期部分价款的万分之五，累计不超过百分之五。",
        dispute="采购人所在地有管辖权的人民法院。",
    )  # fmt: skip


def a_tuesday() -> t.MorningReportTerms:
    """The day of story 2, as it is read out on Wednesday morning."""
    rows = {"来店批次": ("0", "1", "1", "2"), "首次来店": ("0", "1", "1", "2"), "留档率": ("—", "100 %", "0 %", "50 %")}
    levels = {"H 级": ("1", "0", "0", "1"), "A 级": ("2", "1", "0", "3"), "B 级": ("0", "1", "0", "1")}
    blocks = [
        t.MorningBlock(title=title, rows=tuple(t.MorningRow(label=each, values=lines[each]) for each in lines))
        for title, lines in (("接待", rows), ("当日结束时的级别", levels))
    ]
    at = datetime(2026, 11, 11, 8, 40, tzinfo=SHOP_ZONE)
    return t.MorningReportTerms(
        dealer=story_1().seller.name,
        day=date(2026, 11, 10),
        printed_at=at,
        printed_by="马超",
        sheets=(t.MorningSheet(columns=("李娜", "王磊", "未分配", "合计"), blocks=tuple(blocks)),),
        overdue=(t.MorningContact(name="保女士", level="A 级", due=at - timedelta(days=2), owner="李娜"),),
        promised=(t.MorningContact(name="杨先生", level="B 级", due=at.replace(hour=9, minute=30), owner="王磊"),),
        history="YLYX 1024 9f2c41d07be85a36",
    )


def a_december() -> t.WorkPlanTerms:
    """The work plan of a month with what came of the month before."""
    lists = (
        (
            "上月计划与实绩",
            ("人员", "目标", "签约台数", "交付台数", "缺口"),
            (("李娜", "14", "10", "2", "4"), ("合计", "30", "15", "2", "15")),
        ),
        ("本月目标", ("人员", "目标"), (("李娜", "16"), ("合计", "34"))),
        (
            "月底前到期的在手商机",
            ("客户", "阶段", "负责人", "需求日期", "台数"),
            (("某市公安局", "报价", "李娜", "2026年12月20日", "12"),),
        ),
        ("应交付批次", ("客户", "交付日期", "台数", "状态"), ()),
        (
            "待完成的改进措施",
            ("措施内容", "负责人", "完成日期"),
            (("为两辆车安排专属保养工位", "冯涛", "2026年12月5日"),),
        ),
    )
    return t.WorkPlanTerms(
        dealer=story_1().seller.name,
        month="2026-12",
        blocks=tuple(
            t.WorkPlanBlock(title=title, heads=heads, rows=tuple(t.WorkPlanRow(cells=cells) for cells in rows))
            for title, heads, rows in lists
        ),
        summary="签约完成目标的一半，两项招标推迟到本月开标。",
        focus="完成两项公开招标，交付十台执法执勤用车。",
        measures="每周一核对在手商机，每周三跟进交付准备。",
        support="请厂家提前排产四台白色 X5。",
        written_by="陈静",
        approved_by="周建国",
        approved_on=date(2026, 11, 30),
    )


def november_of_yiliang() -> t.StatementTerms:
    """Three cars of a sub-dealer, and one that has come back since October's statement."""
    cars = [
        ("LYLX5A3B6TA000001", "云岭 X5 1.5T CVT 舒适型", date(2026, 11, 12), False, 150_000),
        ("LYLX5A3B8TA000002", "云岭 X5 1.5T CVT 舒适型", date(2026, 11, 12), False, 150_000),
        ("LYLE3A3B2TA000003", "云岭 E3 510km 长续航", date(2026, 11, 27), False, 180_000),
        ("LYLX5A3B4TA000004", "云岭 X5 1.5T CVT 舒适型", date(2026, 10, 20), True, -150_000),
    ]
    return t.StatementTerms(
        dealer=story_1().seller.name,
        sub_dealer="宜良滇行汽贸",
        uscc="91530125MA6N2T4K1P",
        bank="中国农业银行宜良支行",
        bank_account="24012301040012345",
        month=date(2026, 11, 1),
        cars=tuple(
            t.StatementCar(vin=vin, model=model, delivered_on=day, came_back=back, pay_fen=pay)
            for vin, model, day, back, pay in cars
        ),
        total_fen=330_000,
        drawn_by="何涛",
        approved_by="陈静",
        approved_on=date(2026, 12, 3),
    )


class Sample(NamedTuple):
    """A paper of docs/samples."""

    name: str
    paper: str
    terms: Callable[[], t.Terms]
    number: str


SAMPLES = (
    Sample("contract", "contract", story_1, "YLYX-DKH-2026-0001"),
    Sample("contract_of_four", "contract", lessor_contract, "YLYX-DKH-2026-0002"),
    Sample("contract_enterprise", "contract", enterprise_contract, "YLYX-DKH-2026-0003"),
    Sample("contract_lease", "contract", lease_contract, "YLYX-DKH-2026-0004"),
    Sample("framework", "framework", framework, "YLYX-KJ-2026-0001"),
    Sample("call_off", "call_off", call_off, "YLYX-KJ-2026-0001-D1"),
    Sample("amendment", "amendment", story_1_amended, "YLYX-DKH-2026-0001-B1"),
    Sample("amendment_of_clauses", "amendment", enterprise_amended, "YLYX-DKH-2026-0003-B1"),
    Sample("cover_sheet", "cover_sheet", their_paper, "YLYX-DKH-2026-0006"),
    Sample("quotation", "quotation", story_1_bid, "YLYX-BJ-2026-0012"),
    Sample("quotation_invitation", "quotation", lessor_quotation, "YLYX-BJ-2026-0019"),
    Sample("testdrive_agreement", "testdrive_agreement", yang_fan_drives, "YLYX-SJ-2026-0031"),
    Sample("handover", "handover", one_x5_handed_over, "YLYX-JC-2026-0001"),
    Sample("claim_pack", "claim_pack", three_cars_claimed, ""),
    Sample("handover_batch", "handover_batch", story_1_batch, "YLYX-JJ-2026-0001"),
    Sample("morning_report", "morning_report", a_tuesday, ""),
    Sample("work_plan", "work_plan", a_december, ""),
    Sample("sub_dealer_statement", "sub_dealer_statement", november_of_yiliang, "JS-2026-11-0002"),
)
