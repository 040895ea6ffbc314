"""What README and CONTRIBUTING say is so: links lead somewhere, the worked example works, words are the product's."""

import re
from types import SimpleNamespace

import pytest

from dealer import workflow
from dealer.deals import deal_rules
from dealer.deals.deals import Comment
from dealer.engine.settings import Settings
from dealer.engine.steps import Life, Refused, place
from dealer.engine.words import LANGUAGES, catalogue
from dealer.records.deals import Deal, DealState, Need, Use
from tests.cast import Shop
from tests.conftest import at
from tests.house import ROOT, listed

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/operating.md",
    "docs/scale.md",
    "docs/process/README.md",
    "docs/samples/README.md",
)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    lost = [link for link in links if not (ROOT / page).parent.joinpath(link).exists()]
    assert links
    assert not lost, listed(lost)


def test_every_variable_is_one_that_is_read() -> None:
    told = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    read = {"PORT", "DEALER_KEYS"} | {f"DEALER_{name.upper()}" for name in Settings.model_fields}
    assert told
    assert told <= read


def test_every_button_that_the_readme_names_is_called_so() -> None:
    named = re.findall(r"\*\*([^*]+)\*\* \((\w+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    english, chinese = catalogue("en"), catalogue("zh")
    codes = {(english[key], chinese[key]) for key in english}
    strange = [
        f"{one} {other}" for one, other in named if chinese.get((None, one)) != other and (one, other) not in codes
    ]
    assert named
    assert not strange, listed(strange)


def example(number: int) -> str:
    """One of the Python blocks of CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)[number]


def test_the_worked_example_of_a_step_works(shop: Shop) -> None:
    known = dict(vars(deal_rules))
    exec(example(0), known)  # the rule, as if it stood in dealer/deals/deal_rules.py
    rules = SimpleNamespace(no_day_is_promised=known["no_day_is_promised"])
    row = eval(example(1), dict(vars(workflow)) | {"rules": rules})  # the row, as if it stood in the table
    life = Life("deal", Deal, DealState, [*workflow.STEPS, row], workflow.PATH)
    with shop.acting("李娜", at("2026-11-10 10:00"), Comment(comment="客户改变了需求")) as ask:
        deal = Deal(store_id=shop.store.id, owner_id=ask.actor.id, number=1, version=0, since=ask.at, begun_at=ask.at)
        place(deal, DealState.QUOTATION)
        deal.need = Need(store_id=shop.store.id, use=Use.OFFICIAL, wanted_by=ask.today)
        with pytest.raises(Refused) as refused:
            life.advance(deal, "take_back", ask)
        ask.db.expunge_all()
    assert refused.value.codes == ("E-DAY-WANTED",)


def test_the_glossary_speaks_as_the_product_does() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("Only in the code:")[0]
    rows = dict(re.findall(r"^\| `(\w+)`[^|]* \| ([^|]+) \|", text, re.MULTILINE))
    lives = {life.kind: catalogue("zh")["Life", life.kind] for life in workflow.LIVES.values()}
    assert {kind: rows.get(kind) for kind in lives} == lives
    spoken = " ".join(each for language in LANGUAGES for each in catalogue(language).values())
    unknown = [word for word in rows.values() if not all(each in spoken for each in word.split("、"))]
    assert not unknown, listed(unknown)


def test_what_the_checklist_names_is_there() -> None:
    told = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")))
    there = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert told
    assert not told - there
