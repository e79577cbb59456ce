"""What a story is about, by the rules of `config/topics.yaml`."""
