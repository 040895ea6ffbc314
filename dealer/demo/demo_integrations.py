"""A program in the demo: the ERP of the group reads deals and brings its own, under the eyes of the key account."""

from dealer.demo.demo_stage import Stage
from dealer.integrations import integrations, webhooks
from dealer.integrations.events import Event
from dealer.integrations.integrations import IntegrationFacts, NewToken
from dealer.integrations.scopes import Scope
from dealer.integrations.webhooks import WebhookFacts


def the_group_connected_its_erp(stage: Stage) -> None:
    """Its token was handed over and is written down nowhere: whoever tries the API out makes another one."""
    facts = IntegrationFacts(
        name="集团 ERP", answers=stage.people["陈静"].id,
        scopes=(Scope.READ_DEALS, Scope.STEP_DEALS, Scope.READ_CONTRACTS, Scope.READ_UNITS),
    )  # fmt: skip
    with stage.acting("许明", 6, "15:40", facts) as ask:
        row = integrations.add(ask)
        integrations.give_token(ask.with_facts(NewToken(days=365)), row)
        # Nobody is there to listen, so it is paused.
        kinds = (Event.DEAL, Event.CONTRACT)
        told = ask.with_facts(WebhookFacts(address="https://erp.example.cn/dealer/events", kinds=kinds))
        webhooks.pause(ask.with_facts(None), webhooks.add(told, row)[0])


INTEGRATION_SCENES = (the_group_connected_its_erp,)
