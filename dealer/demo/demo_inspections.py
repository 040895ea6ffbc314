"""Scenes of the demo: the electric car has points of its own in its inspection list."""

from sqlalchemy import select

from dealer.deliveries import inspection_lists
from dealer.deliveries.inspection_lists import OwnList, OwnPoint
from dealer.demo.demo_stage import Stage
from dealer.records.vehicles import Model


def the_electric_car_has_its_own_list(stage: Stage) -> None:
    """The service manager adds what the maker asked for, and lets a spare key card be missing."""
    facts = OwnList(
        points=(
            OwnPoint(group="high_voltage", what="随车充电枪锁止正常"),
            OwnPoint(own_group="车联网", what="远程控制已激活", if_fitted=True),
        ),
        if_fitted=("keys_work",),
        reason="厂家 11 月技术通报要求加检充电枪和车联网",
    )
    with stage.acting("冯涛", 12, "09:30", facts) as ask:
        inspection_lists.keep(ask, ask.db.scalars(select(Model).where(Model.id == stage.models["E3"])).one())


INSPECTION_SCENES = (the_electric_car_has_its_own_list,)
