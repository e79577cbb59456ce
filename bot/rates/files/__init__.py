"""The rates files in `config/rates`: schema, validation and compilation into measures."""
