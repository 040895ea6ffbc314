"""Settings on screen: staff, house rules, the shop, and one's own account."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from dealer.house.policies import DEFAULTS
from tests.cast import PASSWORD, STORE, Shop
from tests.desk import Desk, Page
from web.house.policies import SECTIONS

Desks = Callable[[str], Desk]
TANG = {"name": "唐果", "sign_in": "tangguo", "language": "zh", "role": "consultant", "phone": "13888880009"}
OWN = "a-walk-round-green-lake"


def of(shop: Shop, name: str) -> str:
    return f"/people/{shop.person(name).id}"


def given(page: Page) -> str:
    """The first password as the page shows it."""
    found = re.search(r"<code[^>]*>([a-z0-9-]+)</code>", page.html)
    return found[1] if found else ""


class Drawn(HTMLParser):
    """What a browser would send of a form that nobody touched."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take fields as they come; rows that a script would add have a place holder for their number."""
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in told:
            self.sent[self._select] = value
        elif tag == "input" and (told.get("type") not in ("radio", "checkbox") or "checked" in told):
            self.sent[name] = value


def as_drawn(html: str) -> dict[str, str]:
    """The fields of a house rule's form as they stand."""
    drawn = Drawn()
    drawn.feed(html)
    return {name: value for name, value in drawn.sent.items() if name.startswith("value") and "__n__" not in name}


# ── staff ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_colleague_chooses_their_own_password_before_anything_else(desk: Desks) -> None:
    admin = desk("许明")
    page = admin.submit("/people/new", TANG)
    password = given(page)
    assert "唐果 的初始密码" in page.text
    assert password not in admin.get(page.url).html  # shown once

    newcomer = desk("王磊")
    newcomer.post("/sign-out", {}, newcomer.get("/today"))
    blank = newcomer.get("/sign-in")
    assert newcomer.post("/sign-in", {"name": "tangguo", "password": password}, blank).url == "/account/password"
    assert newcomer.get("/deals").url == "/account/password"
    chosen = {"password_now": password, "password_new": OWN, "password_again": OWN}
    assert newcomer.submit("/account/password", chosen).url == "/account"
    assert newcomer.get("/deals").url == "/deals"


def test_a_form_of_a_new_colleague_that_arrives_twice_adds_one(desk: Desks) -> None:
    admin = desk("许明")
    blank = admin.get("/people/new")
    first, second = admin.post("/people/new", TANG, blank), admin.post("/people/new", TANG, blank)
    assert first.url == second.url
    assert admin.get("/people").text.count("唐果") == 1


def test_what_is_wrong_is_told_beside_its_field_and_the_rest_is_kept(desk: Desks) -> None:
    page = desk("许明").submit("/people/new", TANG | {"sign_in": "wanglei", "phone": ""})
    assert page.status == 409
    assert "此登录名已被使用" in page.text
    assert 'value="唐果"' in page.html


@pytest.mark.parametrize("who", ["王磊", "赵敏", "高洁"])
def test_settings_are_not_for_everybody(desk: Desks, who: str) -> None:
    for url in ("/people", "/policies", "/settings", "/people/new", "/policies/levels"):
        assert desk(who).get(url).status == 403


def test_a_manager_sees_the_staff_and_changes_nothing(desk: Desks, shop: Shop) -> None:
    manager = desk("陈静")
    assert "王磊" in manager.get("/people").text
    assert "重置密码" not in manager.get(of(shop, "王磊")).text
    for place in ("edit", "post", "password", "leave", "stand-in"):
        assert manager.get(f"{of(shop, '王磊')}/{place}").status == 403


def test_a_colleague_is_posted_regrouped_and_relieved(desk: Desks, shop: Shop) -> None:
    admin, here = desk("许明"), of(shop, "王磊")
    page = admin.submit(f"{here}/post", {"role": "specialist", "group_head": shop.person("张伟").id})
    assert page.text.count("大客户专员") == 2  # among the roles, and in what happened
    posting = re.findall(rf'action="({here}/postings/[^"]+/end)"', page.html)
    relieved = admin.post(posting[0], {}, page)
    assert relieved.status == 200
    refused = admin.post(re.findall(rf'action="({here}/postings/[^"]+/end)"', relieved.html)[0], {}, relieved)
    assert (refused.status, "这是其唯一岗位" in refused.text) == (409, True)


def test_who_leaves_is_out_at_once(desk: Desks, shop: Shop) -> None:
    consultant, admin = desk("王磊"), desk("许明")
    admin.submit("/people/new", TANG)  # or nobody could compare the licences that the other one enters
    admin.submit(f"{of(shop, '王磊')}/leave")
    assert consultant.get("/deals").url == "/sign-in"
    assert consultant.sign_in().status == 401
    assert "已离职" in admin.get(of(shop, "王磊")).text


def test_the_last_second_person_does_not_leave(desk: Desks, shop: Shop) -> None:
    page = desk("许明").submit(f"{of(shop, '马超')}/leave")
    assert page.status == 409
    assert "将无第二人办理" in page.text
    assert shop.person("马超").active


def test_the_settings_name_the_steps_without_a_second_person(desk: Desks, shop: Shop) -> None:
    admin = desk("许明")
    assert "无论谁提出申请，都有其他人可以审批。" in admin.get("/settings").text
    with shop.database.writing(shop.store.id) as db:
        db.merge(shop.person("周建国")).active = False
    assert "店内规定 · 批准 店内无人能办理。" in admin.get("/settings").text


def test_somebody_of_another_shop_is_nobody_here(desk: Desks, shop: Shop) -> None:
    stranger = shop.store.id  # an id, but of no colleague
    assert desk("许明").get(f"/people/{stranger}").status == 404


# ── one's own account ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_present_password_changes_nothing(desk: Desks) -> None:
    consultant = desk("王磊")
    page = consultant.submit("/account/password", {"password_now": "wrong", "password_new": OWN, "password_again": OWN})
    assert page.status == 409
    assert OWN not in page.html
    assert desk("王磊").get("/today").status == 200


def test_a_new_password_signs_out_every_other_browser(desk: Desks) -> None:
    here, there = desk("王磊"), desk("王磊")
    chosen = {"password_now": PASSWORD, "password_new": OWN, "password_again": OWN}
    assert here.submit("/account/password", chosen).url == "/account"
    assert there.get("/today").url == "/sign-in"
    assert here.get("/today").url == "/today"


def test_one_names_a_stand_in_and_is_back(desk: Desks, shop: Shop) -> None:
    boss = desk("陈静")
    days = {"stand_in": shop.person("马超").id, "from_day": "2026-11-10", "to_day": "2026-11-12", "reason": "外出培训"}
    page = boss.submit("/account/stand-in", days)
    assert "外出培训" in page.text
    assert desk("许明").get("/people").text.count("马超") == 2  # himself, and beside 陈静
    end = re.search(r'action="(/account/stand-ins/[^"]+/end)"', page.html)
    assert end is not None
    assert "外出培训" not in boss.post(end[1], {}, page).text


# ── house rules ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_house_rule_stands_in_one_section() -> None:
    named = [name for _, names in SECTIONS for name in names]
    assert sorted(named) == sorted(DEFAULTS)


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_house_rule_is_shown_and_proposed_as_it_stands(desk: Desks, name: str) -> None:
    keeper = desk("陈静")
    assert keeper.get(f"/policies/{name}").status == 200
    blank = keeper.get(f"/policies/{name}/propose")
    page = keeper.post(
        f"/policies/{name}/propose", as_drawn(blank.html) | {"from_day": "2026-12-01", "reason": "照旧"}, blank
    )
    assert (page.status, page.url) == (200, "/policies/1")


def test_a_proposal_is_approved_by_the_general_manager_from_the_list_of_the_day(desk: Desks) -> None:
    keeper, boss = desk("陈静"), desk("周建国")
    keeper.submit(
        "/policies/reservation_days/propose", {"value": "5", "from_day": "2026-11-10", "reason": "到店周期长"}
    )
    assert "批准" not in keeper.get("/policies/1").text.split()
    assert "/policies/1" in boss.get("/today").html
    page = boss.submit("/policies/1/approve", {}, form_at="/policies/1")
    assert "已批准" in page.text
    assert "5 天" in boss.get("/policies").text


def test_ones_own_proposal_is_refused_with_its_code(desk: Desks, shop: Shop) -> None:
    keeper = desk("陈静")
    keeper.submit(
        "/policies/reservation_days/propose", {"value": "5", "from_day": "2026-11-10", "reason": "到店周期长"}
    )
    blank = desk("周建国").submit("/account/stand-in", {
        "stand_in": shop.person("陈静").id, "from_day": "2026-11-10", "to_day": "2026-11-12",
    })  # fmt: skip
    assert blank.status == 200
    assert keeper.ask("/policies/1/approve").codes == ("E-SELF-APPROVE",)


def test_a_value_beyond_its_limits_is_told_beside_its_field(desk: Desks) -> None:
    page = desk("陈静").submit(
        "/policies/vat_permille/propose", {"value": "1300", "from_day": "2026-11-10", "reason": "手误"}
    )
    assert page.status == 409
    assert "请填写 0 到 300 之间的数值。" in page.text
    assert 'value="1300"' in page.html


def test_there_is_no_house_rule_of_that_name(desk: Desks) -> None:
    assert desk("陈静").get("/policies/free_lunch").status == 404
    assert desk("陈静").get("/policies/free_lunch/propose").status == 404


# ── the shop ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_particulars_are_corrected_and_an_old_page_is_told(desk: Desks) -> None:
    admin = desk("许明")
    known = {name: STORE[name] for name in STORE if name != "code"}
    old = admin.get("/settings/shop")
    assert "0871-65551999" in admin.submit("/settings/shop", known | {"phone": "0871-65551999"}).text
    stale = admin.post("/settings/shop", known | {"phone": "0871-65551888"}, old)
    assert stale.status == 409
    assert "0871-65551888" in stale.html
    assert "编辑门店资料" in stale.text
