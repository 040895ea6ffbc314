"""Price-limit exceptions: who is asked, in which order, and what an approval covers."""
