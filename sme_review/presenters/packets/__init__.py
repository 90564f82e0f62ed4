"""The packet for the approvers: its canonical form, and the PDF and spreadsheet that are drawn from it alone.

What goes into it is gathered in selectors/packet_content.py; services/packets.py freezes it. Nothing here reads the
database or the clock: the same content gives the same bytes, on every machine.
"""
