"""Views of line lists."""
