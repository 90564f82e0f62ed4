"""How fast the pages are on a state of half a million students: `make bench`, or `python -m benchmarks.run --help`."""
