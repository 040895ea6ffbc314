"""Who opens which page in a browser.

Every sort of page is looked at in both languages, and every address of the url map for everybody it opens to, in one
of them. To the eye two pages are alike when they are drawn alike, whatever is written in them: of such pages one is
opened for all, the fullest, so that a tenth of them stands for the whole.
"""

from collections.abc import Iterator

from tests.screens.crawl import LANGUAGES, Answer, Crawl

LANDING = "/today"  # opened by everybody for the sake of the frame around it, which is their own

Opened = tuple[str, Answer]  # by whom


def shares(crawls: list[Crawl]) -> dict[str, list[tuple[str, str]]]:
    """By person, the pages (language, address) they open."""
    alike: dict[tuple[str, str], list[Opened]] = {}
    for each in crawls:
        for language in LANGUAGES:
            for answer in each.answers[language]:
                if answer.is_page:
                    alike.setdefault((language, answer.looks), []).append((each.name, answer))
    stand_for = {key: set(_stands_for(key[0], pages)) for key, pages in alike.items()}
    left = set().union(*stand_for.values())
    plan = {each.name: [(language, LANDING) for language in LANGUAGES] for each in crawls}
    while left:
        key = max(stand_for, key=lambda key: len(stand_for[key] & left))
        left -= stand_for.pop(key)
        name, answer = max(alike[key], key=lambda opened: opened[1].length)
        if answer.url != LANDING:
            plan[name].append((key[0], answer.url))
    return {name: sorted(pages, key=lambda page: LANGUAGES.index(page[0])) for name, pages in plan.items()}


def _stands_for(language: str, pages: list[Opened]) -> Iterator[tuple[str, str]]:
    for name, answer in pages:
        yield name, answer.rule
        yield answer.sort, language
