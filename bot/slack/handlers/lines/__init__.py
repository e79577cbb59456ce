"""Handles the forms and files of line lists."""
