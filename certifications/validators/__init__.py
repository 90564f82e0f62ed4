"""The rules for what a district may enter: plain values in, a Problem with a field and plain words out.

The same functions serve the entry pages, the correction of a returned record and files.
"""
