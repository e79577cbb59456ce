"""Official journals that publish changes of duties."""
