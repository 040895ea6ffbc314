"""The table of alerts: what it names is there, and nothing stands in it twice."""

from dealer import workflow
from dealer.alerts import kinds, sight
from tests.house import sources
from tests.test_words import deadline_kinds


def test_every_row_of_the_table_names_a_step_of_a_life_and_a_thing_that_somebody_may_see() -> None:
    lives = {life.kind: life for life in workflow.LIVES.values()}
    for kind, rows in kinds.HAPPENED.items():
        assert kinds.RECORDS[kind] is lives[kind].record
        assert lives[kind].record.__tablename__ in sight.SEES, kind
        assert set(rows) <= set(lives[kind].actions()), kind
    assert set(kinds.RECORDS) == set(kinds.HAPPENED)


def test_every_task_of_the_table_is_planned_somewhere_and_stands_there_once() -> None:
    planned = {each for source in sources("dealer") for each in deadline_kinds(source)}
    listed = [task for tasks in kinds.TASKS.values() for task in tasks]
    assert set(listed) | set(kinds.URGENT_TASKS) | set(kinds.ROUTINE) <= planned
    assert len(listed) == len(set(listed))
    assert set(kinds.URGENT_TASKS) <= set(listed)
