"""Who opens which page in a browser.

Every sort of page is looked at in one of the languages, which take turns. With `--every-page` it is looked at in both,
and every address of the url map for everybody it opens to: that is for the night and before a release. To the eye two
pages are alike when they are drawn alike, whatever is written in them: of such pages one is opened for all, the
fullest, so that a tenth of them stands for the whole.
"""

from collections.abc import Iterator
from zlib import crc32

from tests.screens.crawl import LANGUAGES, Answer, Crawl

LANDING = "/today"  # opened by everybody for the sake of the frame around it, which is their own

Opened = tuple[str, Answer]  # by whom


def shares(crawls: list[Crawl], everything: bool) -> dict[str, list[tuple[str, str]]]:
    """By person, the pages (language, address) they open."""
    alike: dict[tuple[str, str], list[Opened]] = {}
    for each in crawls:
        for language in LANGUAGES:
            for answer in each.answers[language]:
                if answer.is_page:
                    alike.setdefault((language, answer.looks), []).append((each.name, answer))
    stand_for = {
        (language, looks): {
            owed for name, answer in pages for owed in owed_by(language, name, answer, everything=everything)
        }
        for (language, looks), pages in alike.items()
    }
    left = set().union(*stand_for.values())
    plan = {each.name: [(language, LANDING) for language in LANGUAGES] for each in crawls}
    while left:
        key = max(stand_for, key=lambda key: len(stand_for[key] & left))
        left -= stand_for.pop(key)
        name, answer = max(alike[key], key=lambda opened: opened[1].length)
        if answer.url != LANDING:
            plan[name].append((key[0], answer.url))
    return {name: sorted(pages, key=lambda page: LANGUAGES.index(page[0])) for name, pages in plan.items()}


def owed_by(language: str, name: str, answer: Answer, *, everything: bool) -> Iterator[tuple[str, str]]:
    """What a look at this page is good for."""
    if everything:
        yield name, answer.rule
        yield answer.sort, language
    elif language == LANGUAGES[crc32(answer.sort.encode()) % len(LANGUAGES)]:
        yield answer.sort, language
