"""Price-limit exceptions on screen."""
