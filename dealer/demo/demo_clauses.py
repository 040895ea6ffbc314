"""Scenes of the demo about the clause library: a wording that comes into force, one that waits, one being written."""

from dealer.contracts import clause_versions
from dealer.contracts.clause_versions import ClauseText
from dealer.demo.demo_stage import Stage
from dealer.records.clauses import ClauseVersion
from dealer.terms.clauses import library


def _drafted(stage: Stage, name: str, days_ago: int, key: str, facts: ClauseText) -> int:
    return stage.begin(name, days_ago, "15:30", "draft", lambda ask: clause_versions.blank(ask, key), facts)


def a_wording_comes_into_force(stage: Stage) -> None:
    """Approved last week, it counts from next week on: contracts submitted until then keep the one before."""
    facts = ClauseText(
        zh="因合同发生的争议，{everyone}先行协商；自一方书面提出之日起15日内协商不成的，向**{court}**有管辖权的人民法院起诉。",
        en="In disputes {everyone} first negotiate; what is not settled within 15 days after one side raised it in "
        "writing goes to the competent people's court at **{court}**.",
        from_day=stage.day(-7),
        reason="法务：写明协商期限",
    )  # fmt: skip
    number = _drafted(stage, "陈静", 6, "court", facts)
    stage.take("陈静", 6, "15:40", ClauseVersion, number, "submit")
    stage.take("周建国", 5, "10:00", ClauseVersion, number, "approve")


def a_wording_waits_for_the_general_manager(stage: Stage) -> None:
    """The clerk types what the lawyer sent: the page tells which drafts it touches."""
    was = library()["repair_or_replace"]
    facts = ClauseText(
        zh=was.zh.replace("10日内修复", "**7日**内修复"),
        en=was.en.replace("within 10 days", "within **7 days**"),
        from_day=stage.day(-14),
        reason="法务意见：与厂家的服务承诺一致",
    )
    stage.take("吴倩", 1, "16:40", ClauseVersion, _drafted(stage, "吴倩", 1, "repair_or_replace", facts), "submit")


def a_wording_is_being_written(stage: Stage) -> None:
    """Nothing of it counts yet."""
    was = library()["no_transfer"]
    facts = ClauseText(
        zh=f"{was.zh}本条不妨碍保险人依法代位求偿。",
        en=f"{was.en} This does not hinder an insurer's subrogation by law.",
        from_day=stage.day(-30),
        reason="待法务确认",
    )
    _drafted(stage, "陈静", 0, "no_transfer", facts)


CLAUSE_SCENES = (a_wording_comes_into_force, a_wording_waits_for_the_general_manager, a_wording_is_being_written)
