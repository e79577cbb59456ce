"""The watches of the running bot, connected to its parts."""
