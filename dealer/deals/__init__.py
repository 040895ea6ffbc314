"""Fleet deals: what their steps ask for and write down, their rules and gates, their lists."""
