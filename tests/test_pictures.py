"""A signature is what somebody wrote: an empty pad is refused, whatever the colour of its paper."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from dealer.engine import pictures


def drawn(paper: tuple[int, ...] | str, ink: str | None, mode: str = "RGBA", kind: str = "PNG") -> bytes:
    """A pad of 300 × 100 points with one stroke on it, or none."""
    picture = Image.new(mode, (300, 100), paper)
    if ink is not None:
        ImageDraw.Draw(picture).line((20, 80, 120, 20, 260, 70), fill=ink, width=2)
    held = BytesIO()
    picture.save(held, kind)
    return held.getvalue()


@pytest.mark.parametrize(
    "pad",
    [drawn("white", None), drawn((0, 0, 0, 0), None), drawn("white", None, "RGB", "JPEG"), drawn("#eee", None, "L")],
    ids=["white", "transparent", "jpeg", "grey paper"],
)
def test_an_empty_pad_is_blank(pad: bytes) -> None:
    assert pictures.is_blank(pad)


@pytest.mark.parametrize(
    "pad",
    [drawn("white", "#1f4fd8"), drawn((0, 0, 0, 0), "black"), drawn("white", "#777", "RGB", "JPEG")],
    ids=["blue ink", "on nothing", "pencil"],
)
def test_one_stroke_is_a_signature(pad: bytes) -> None:
    assert not pictures.is_blank(pad)


def test_what_is_no_whole_picture_is_for_others_to_refuse() -> None:
    for content in (b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(40)):
        assert not pictures.is_blank(content)


def test_a_small_file_that_unpacks_to_a_huge_picture_is_not_unpacked() -> None:
    held = BytesIO()
    Image.new("1", (20_000, 20_000), 1).save(held, "PNG")
    assert not pictures.is_blank(held.getvalue())
