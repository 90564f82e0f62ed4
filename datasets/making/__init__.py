"""Making the demo, one file per part; `whole.make` makes all of it."""
