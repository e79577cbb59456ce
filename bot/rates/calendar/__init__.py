"""The calendar: changes of duties and milestones with their dates."""
