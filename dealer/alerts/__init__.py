"""Alerts 提醒: what one person is told, where it comes from, and how it reaches them."""
