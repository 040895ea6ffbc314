"""What must survive: each script brings one kind of fault about, prints a row of a table and exits 1 when it does not
hold. Files whose names begin with _ are what they share, also with the short versions in tests/faults."""
