"""docs/api.md: every curl example is sent as it stands there."""

import itertools
import re
import shlex
from collections.abc import Callable

from flask import Flask

from tests.cast import Shop
from tests.desk import Desk
from tests.house import ROOT
from tests.program import codes, connect

EXPECTED = ((200, ""), (200, ""), (201, ""), (200, ""), (409, "E-NEED"))


def test_every_example_of_the_guide_works_as_it_says(app: Flask, desk: Callable[[str], Desk], shop: Shop) -> None:
    _, erp = connect(desk("许明"), str(shop.person("陈静").id))
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    examples = re.findall(r"```sh\n(curl .*?)\n```", text, re.DOTALL)
    assert len(examples) == len(EXPECTED)
    for example, (status, code) in zip(examples, EXPECTED, strict=True):
        words = shlex.split(example.replace("\\\n", "").replace("$TOKEN", erp.token).replace("$SHOP", ""))
        told = list(itertools.pairwise(words))
        headers = dict(value.split(": ", 1) for name, value in told if name == "-H")
        method = next((value for name, value in told if name == "-X"), "GET")
        body = next((value for name, value in told if name == "-d"), None)
        answer = app.test_client().open(words[-1], method=method, headers=headers, data=body)
        assert answer.status_code == status, (example, answer.text)
        assert "".join(codes(answer)) == code
