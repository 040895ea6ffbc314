"""The drawn process and the table of refusals are what the tables and the source say."""

from pathlib import Path

import pytest

from dealer import diagram, refusals, workflow
from dealer.engine.steps import SAME, Life

ROOT = Path(__file__).parent.parent
LIVES = tuple(workflow.LIVES.values())
REMEDY = "run `./run diagram` and commit what it writes"


def test_the_drawn_process_is_what_the_tables_say() -> None:
    drawn = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "process").glob("*.md")}
    assert drawn == diagram.pages(LIVES), REMEDY


def test_the_table_of_refusals_is_what_the_source_says() -> None:
    written = (ROOT / "docs" / "refusals.md").read_text(encoding="utf-8")
    assert written == refusals.document(refusals.refusals_in(ROOT)), REMEDY


def test_the_readme_shows_the_process_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert diagram.overview(LIVES) in readme, "copy the picture of docs/process/README.md into README.md"


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.kind)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_move_of_a_life_is_an_arrow(life: Life, language: str) -> None:
    arrows = {line.split(":")[0].strip() for line in diagram.mermaid(life, language).splitlines() if "-->" in line}
    moves = {
        f"{'[*]' if source is None else source.value} --> {step.target.value}"
        for step in life.steps
        for source in step.sources
        if step.target is not SAME and source is not step.target
    }
    ends = {arrow for arrow in arrows if arrow.endswith("[*]")}
    assert arrows - ends == moves


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.kind)
def test_every_state_is_reached_from_birth(life: Life) -> None:
    """A state that no step leads to is a mistake in the table."""
    reached = {None}
    while True:
        more = {
            step.target
            for step in life.steps
            if step.target is not SAME and any(source in reached for source in step.sources)
        }
        if more <= reached:
            break
        reached |= more
    assert set(life.states) <= reached


def test_what_a_phase_asks_about_is_a_life() -> None:
    kinds = {life.kind for life in LIVES}
    phases = {state.value for state in workflow.PATH}
    assert set(diagram.SERVES) <= kinds
    assert set(diagram.SERVES.values()) <= phases


def test_writing_removes_the_page_of_a_life_that_is_no_more(tmp_path: Path) -> None:
    (tmp_path / "rental.md").write_text("a life that was given up", encoding="utf-8")
    written = diagram.write(tmp_path, LIVES)
    assert sorted(tmp_path.iterdir()) == sorted(written)


SOURCE = """
from dealer.engine.steps import no

LATE = "It is late: come tomorrow."

def shop_is_open(thing, ask):
    if ask.at.hour > 18:
        return no(LATE, code="E-LATE")
    code = "E-SUNDAY" if ask.today.isoweekday() == 7 else "E-HOLIDAY"
    return no("Closed today: come tomorrow.", code=code)
"""


def test_refusals_are_read_from_names_and_conditions_too(tmp_path: Path) -> None:
    (tmp_path / "dealer").mkdir()
    (tmp_path / "dealer" / "hours.py").write_text(SOURCE, encoding="utf-8")
    told = refusals.refusals_in(tmp_path, ("dealer",))
    assert [each.code for each in told] == ["E-HOLIDAY", "E-LATE", "E-SUNDAY"]
    assert {each.where for each in told} == {"dealer.hours.shop_is_open"}


def test_a_refusal_put_together_where_it_is_given_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "dealer").mkdir()
    (tmp_path / "dealer" / "hours.py").write_text('def f(day):\n    return no(f"Closed {day}", code="E-LATE")\n')
    with pytest.raises(refusals.NotReadable, match=r"dealer\.hours\.f"):
        refusals.refusals_in(tmp_path, ("dealer",))
