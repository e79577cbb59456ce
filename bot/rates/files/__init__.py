"""The rates files in `config/rates`: their schema, their checks, their measures."""
