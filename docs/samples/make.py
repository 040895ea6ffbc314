"""Print the sample papers: page pictures to look at, and their wording as text, which test_papers.py compares.

Run it after a change to pdf_templates/ or dealer/terms/library, look at every picture, and commit both:

    .venv/bin/python docs/samples/make.py [FOLDER]

With a folder the papers themselves are written there as PDFs.
"""

import html
import re
import sys
from pathlib import Path

import pypdfium2

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1]))

from dealer.engine import papers  # noqa: E402 - found through the line above
from tests.papers_samples import SAMPLES, Sample  # noqa: E402

DOTS_PER_INCH = 84  # a page as wide as a phone in landscape: readable, 40 KB


# Papers and the pages of them that show something of their own; None is every page.
PICTURED: dict[str, tuple[int, ...] | None] = {
    "contract.zh": (1, 2, 3, 4, 5, 6, 7),
    "contract.en": (1,),
    "contract_enterprise.zh": (2,),
    "contract_lease.zh": (1, 5),
    "framework.zh": (1, 2, 4),
    "call_off.zh": (1, 2),
    "amendment.zh": None,
    "amendment_of_clauses.zh": (1,),
    "cover_sheet.zh": None,
    "quotation.zh": None,
    "quotation_invitation.zh": (1,),
    "testdrive_agreement.zh": None,
    "handover.zh": None,
    "claim_pack.zh": (1,),
    "handover_batch.zh": None,
    "morning_report.zh": None,
    "work_plan.zh": None,
    "sub_dealer_statement.zh": None,
}


def wording(sample: Sample, language: papers.Language) -> str:
    """What the paper says, a line for each piece of text, without the layout."""
    page = papers.typeset(sample.paper, sample.terms(), language=language, number=sample.number, trial=False)
    body = re.sub(r"<svg.*?</svg>|<head>.*?</head>", "", page, flags=re.DOTALL)
    lines = (
        html.unescape(re.sub(r"<[^>]+>", "", line)).strip()
        for line in re.split(r"</(?:td|th|p|h1|h2|h3|li|div)>|\n", body)
    )
    return "\n".join(line for line in lines if line) + "\n"


def pictures(pdf: bytes, name: str, pages: tuple[int, ...] | None) -> None:
    document = pypdfium2.PdfDocument(pdf)
    for old in FOLDER.glob(f"{name}-*.png"):
        old.unlink()
    for number, page in enumerate(document, 1):
        if pages is not None and number not in pages:
            continue
        picture = page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("L").quantize(16)
        picture.save(FOLDER / f"{name}-{number}.png", optimize=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for sample in SAMPLES:
        for language in ("zh", "en"):
            paper = papers.render(sample.paper, sample.terms(), language=language, number=sample.number)
            name = f"{sample.name}.{language}"
            (FOLDER / f"{name}.txt").write_text(wording(sample, language), encoding="utf-8")
            if name in PICTURED:
                pictures(paper.pdf, name, PICTURED[name])
            if folder is not None:
                (folder / f"{name}.pdf").write_bytes(paper.pdf)
            sys.stdout.write(f"{name}: {paper.pages} pages, sha256 {paper.sha256}\n")


if __name__ == "__main__":
    main()
