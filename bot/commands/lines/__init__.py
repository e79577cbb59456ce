"""What commands do with line lists, for any platform."""
