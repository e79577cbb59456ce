"""WebSub: hubs that push the news of a feed."""
