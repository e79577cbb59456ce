"""Finds the topics of a story by the rules of `config/topics.yaml`."""
