"""Where people start: the Home tab, the help, and the form and the shortcuts that ask for them."""
