"""Commands on any platform: a typed request in, a typed reply out."""
