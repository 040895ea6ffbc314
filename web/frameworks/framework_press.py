"""What the press makes of a framework agreement."""

from typing import Any

from dealer.frameworks import framework_papers
from dealer.records.frameworks import Framework, FrameworkState
from web.asking import looking
from web.language import say
from web.papers import press_card


def waits_for_press(framework: Framework) -> bool:
    """Whether the press is still at a paper of this agreement."""
    submitted = framework.state is FrameworkState.SUBMITTED
    find = framework_papers.trial_of if submitted else framework_papers.paper_of
    return press_card.is_at_work(find(looking(), framework))


def card(framework: Framework, here: str) -> dict[str, Any] | None:
    """The card of its page."""
    trial = framework_papers.trial_of(looking(), framework)
    return press_card.draw(
        press_card.Press(
            framework, here, trial, framework_papers.paper_of(looking(), framework) or trial,
            waits_for_press(framework), framework.state in framework_papers.PRINTABLE,
            number=say("Number of the agreement"), paper=say("Numbered paper"), not_yet=say("Not approved yet"),
        )
    )  # fmt: skip
