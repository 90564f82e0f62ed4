"""Every write to people and the audit trail.

A mail that an act sends: the words in `templates/accounts/mail/`; `send_after_commit` of `core.mail` called in that
act's
service. A secret goes into the mail's link alone.
"""
