"""Figures out of what others have entered; nobody types a report.

A report is a `Report` (shape.py): a table of figures, rates made of two of them, and ways to divide them.

- A `Source` is a query for rows of one kind: those of the period that whoever looks may see, each in it once.
- A `Figure` is a condition on these rows: it counts them, adds up an amount of theirs, or takes its median. Its formula
  stands in words beside the number. A `Rate` divides one figure by others, and is none where there is nothing to
  divide by.
- A `Way` tells the rows apart: by person, by month, by the words of a list (ways.py). Every source of a report knows
  every way of it, so that the parts of a way add up to the whole.
- A `Look` (looking.py) is who looks, when, at which period and group. A supervisor sees the own group, a consultant the
  own rows; `look.sees(owner)` and `look.in_period(moment)` are the conditions that every source begins with.

counting.py counts and lists by one and the same condition, so that the rows behind a number are the number.

To add a report: a file beside this one with its sources and its `Report`, a line in shelf.py, and the words of its
titles and formulas in the translations. Page, rows (/reports/<name>/rows), chart, Excel and A4 come from the shape: the
page itself is printed (the style sheet knows paper), a workbook is made by report_sheet.py, which knows no screen and
thus serves whoever is sent a report too. A period that is none and a group that is not there are refused beside the
field (periods.py).

Every figure has an independent count over a generated year (tests/busy_year, tests/test_reports_year.py): a report
without one fails there. `./run bench reports` measures it, and who may read it may have it brought to them at an hour
(subscriptions.py).
"""
