"""Numbers for as many cars as a scene needs: domestic VINs whose check digit is right (GB 16735)."""

WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))


def vins(count: int, first: int = 1) -> tuple[str, ...]:
    """So many VINs, the serial numbers running from the first."""
    return tuple(_checked(f"LYLAA4180T2{100_000 + serial}") for serial in range(first, first + count))


def _checked(raw: str) -> str:
    total = sum(weight * int(VALUES.get(sign, sign)) for weight, sign in zip(WEIGHTS, raw, strict=True))
    return raw[:8] + "0123456789X"[total % 11] + raw[9:]
