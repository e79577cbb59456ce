"""What `bench.polling` is made of: the feeds, their server, and a program for each peer."""
