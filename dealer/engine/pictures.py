"""Pictures: what can be told of one without a person who looks at it."""

from io import BytesIO

FAINTEST_INK = 200
"""Of 255, which is white: a pencil on the screen of a tablet is darker."""
MOST_POINTS = 2400 * 1600
"""Nothing larger is unpacked here: no signature is, and a picture of a few kilobytes may have thousands of millions."""


def is_blank(content: bytes) -> bool:
    """Whether a whole, readable picture shows nothing on its paper. What cannot be read is not judged here."""
    from PIL import Image

    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_POINTS:
                return False
            drawn = picture.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # no picture, a broken or a huge one
        return False
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn)
    points_by_shade = paper.convert("L").histogram()
    return not any(points_by_shade[: FAINTEST_INK + 1])
