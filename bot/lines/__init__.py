"""Lists of tariff lines that people or channels import, and what changes touch them."""
