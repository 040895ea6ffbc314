"""What people type: made plain where that is safe, refused with a remedy where it is not."""

import unicodedata
from typing import Any

_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: " "}
# They come along when a number is copied from a chat, a PDF or a web page, and nobody sees them.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202C, 0x202D, 0x2060, 0xFEFF))
# Letters and signs by their category, and yet blank: the fillers of Hangul, a Braille cell without dots, a null note.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")


class Malformed(Exception):
    """A typed value cannot be what its field asks for.

    `sentence` is English for a person, with {placeholders}, and the key of its translation; it names the remedy.
    `code` stays the same for ever: tests, API and statistics go by it. `values` fill the placeholders.
    The value itself is never among them: it may be a personal number, and a message ends up in a log.
    """

    def __init__(self, sentence: str, code: str, **values: Any) -> None:
        super().__init__(code)
        self.sentence, self.code, self.values = sentence, code, values


def half_width(text: str) -> str:
    """１３１，８００ typed with a Chinese keyboard becomes 131,800; invisible characters go.

    Only the full-width forms are folded: Unicode's own folding would also turn ② and ² into a 2 nobody meant.
    """
    return text.translate(_HALF_WIDTH | _INVISIBLE).strip()


def is_seen(text: str) -> bool:
    """Whether anything of a text can be seen: a letter, a figure or a sign, not blanks and marks alone."""
    return any(unicodedata.category(each)[0] in "LNPS" and each not in _BLANK for each in text)


MOST_NUMBER = 2**31 - 1  # as much as a column of numbers holds


def whole_number(text: str) -> int | None:
    """The number that these digits write, if a row, a version or a count can have it; ² is a digit to nobody here."""
    digits = half_width(text)
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(MOST_NUMBER)):
        return None
    return value if (value := int(digits)) <= MOST_NUMBER else None
