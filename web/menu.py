"""The menu: who sees which line of it, and where it leads. The order is the same for everybody."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One line of the menu, or one tab of it: who sees it (None: everybody), where it leads, how it looks."""

    duty: str | None
    url: str
    icon: str
    label: str  # English: the key of its translation
    also: tuple[str, ...] = ()  # further addresses whose pages belong to it


@dataclass(frozen=True)
class Tabs:
    """One line of the menu for several lists of one subject: it leads to the first that somebody sees."""

    icon: str
    label: str
    entries: tuple[Entry, ...]


MENU: tuple[tuple[str | None, tuple[Entry | Tabs, ...]], ...] = (
    (
        None,
        (
            Entry(None, "/today", icon="house", label="Today"),
            Entry("see deals", "/deals", icon="briefcase", label="Deals"),
            Entry("see approvals", "/approvals", icon="patch-check", label="Approvals"),
            Entry("see visits", "/walkins", icon="person-walking", label="Walk-ins"),
        ),
    ),
    (
        "Customers",
        (
            Entry("see customers", "/customers", icon="buildings", label="Customers"),
            Entry("see cards", "/prospects", icon="person-vcard", label="Prospects"),
            Entry("see cards", "/hand-ins", icon="clipboard-check", label="Hand-ins"),
            Entry("see notes", "/notes", icon="chat-left-text", label="Feedback"),
            Tabs(
                icon="geo-alt",
                label="Out of the house",
                entries=(
                    Entry("see cards", "/outings", icon="geo-alt", label="Outbound visits"),
                    Entry("see the market", "/contacts", icon="person-rolodex", label="Outside contacts"),
                ),
            ),
            Entry(
                "see sub-dealers",
                "/network",
                icon="shop",
                label="Sub-dealers",
                also=("/support-requests", "/sub-dealer-statements"),
            ),
        ),
    ),
    (
        "Business",
        (
            Entry("see drives", "/drives", icon="calendar-week", label="Test drives"),
            Entry("ask for cars", "/trips", icon="key", label="Car requests"),
            Entry("see stock", "/deliveries", icon="truck", label="Deliveries"),
            Entry("see stock", "/stock", icon="boxes", label="Stock", also=("/allocation",)),
            Entry("see the money", "/money", icon="cash-coin", label="Money"),
            Tabs(
                icon="printer",
                label="Contracts",
                entries=(
                    Entry("see contracts", "/contracts", icon="printer", label="Contracts"),
                    Entry("see contracts", "/frameworks", icon="file-earmark-ruled", label="Frameworks"),
                ),
            ),
        ),
    ),
    (
        "Management",
        (
            Entry("see reports", "/reports", icon="bar-chart", label="Reports"),
            Entry("see plans", "/plans", icon="bullseye", label="Plans", also=("/workplans",)),
            Tabs(
                icon="exclamation-triangle",
                label="Risks and promises",
                entries=(
                    Entry("lead a group", "/group", icon="people", label="My group"),
                    Entry("raise risks", "/risks", icon="exclamation-triangle", label="Risks"),
                    Entry("see care", "/promises", icon="calendar-check", label="Promises"),
                    Entry("report emergencies", "/emergencies", icon="lightning", label="Emergencies"),
                ),
            ),
            Tabs(
                icon="award",
                label="Manufacturer and rebates",
                entries=(
                    Entry(
                        "see oem",
                        "/oem",
                        icon="award",
                        label="Policies and rebates",
                        also=("/oem-policies", "/filings", "/rebates"),
                    ),
                    Entry(
                        "see claims",
                        "/claims",
                        icon="folder-check",
                        label="Rebate claims",
                        also=("/sheet-layouts", "/statement-rows"),
                    ),
                ),
            ),
            Tabs(
                icon="binoculars",
                label="Market",
                entries=(
                    Entry("see campaigns", "/campaigns", icon="megaphone", label="Campaigns"),
                    Entry(
                        "see the market", "/competitors", icon="binoculars", label="Competitors", also=("/sightings",)
                    ),
                ),
            ),
            Tabs(
                icon="calendar-x",
                label="Leave and training",
                entries=(
                    Entry("ask for leave", "/leave", icon="calendar-x", label="Leave"),
                    Entry("ask for leave", "/training", icon="mortarboard", label="Training"),
                    Entry("ask for leave", "/appraisals", icon="clipboard-data", label="Appraisals"),
                ),
            ),
        ),
    ),
    (
        "After-sales",
        (
            Entry("see care", "/care", icon="telephone", label="Customer care", also=("/reviews",)),
            Entry("see complaints", "/complaints", icon="megaphone", label="Complaints"),
            Entry(
                "take enquiries",
                "/enquiries",
                icon="question-circle",
                label="Enquiries and appointments",
                also=("/appointments", "/workshop"),
            ),
        ),
    ),
    (
        "Settings",
        (
            Entry("see settings", "/pricelists", icon="tags", label="Price lists"),
            Entry("keep offer templates", "/offer-templates", icon="file-earmark-plus", label="Offer templates"),
            Entry("see clauses", "/clauses", icon="card-text", label="Clauses"),
            Entry("see inspection lists", "/inspection-lists", icon="list-check", label="Inspection lists"),
            Entry("see settings", "/people", icon="people", label="Staff"),
            Entry(
                "take data requests",
                "/requests",
                icon="shield-lock",
                label="Personal data",
                also=("/privacy", "/exports", "/sales-files"),
            ),
            Entry("see settings", "/policies", icon="sliders", label="House rules"),
            Entry("keep integrations", "/settings/integrations", icon="plug", label="Integrations"),
            Entry("see settings", "/settings", icon="gear", label="Shop"),
            Entry("keep the machine", "/jobs", icon="cpu", label="Background jobs"),
            Entry(
                "keep the machine",
                "/alerts/failed",
                icon="send",
                label="Messages out of the house",
                also=("/alerts/server",),
            ),
        ),
    ),
)
NEW = (
    Entry("start deals", "/deals/new", icon="briefcase", label="New deal"),
    Entry("log visits", "/walkins/new", icon="person-walking", label="New walk-in"),
    Entry("book drives", "/drives/new", icon="calendar-plus", label="Book a test drive"),
    Entry("ask for cars", "/trips/new", icon="key", label="Ask for a car"),
    Entry("register complaints", "/complaints/new", icon="megaphone", label="Register a complaint"),
)
