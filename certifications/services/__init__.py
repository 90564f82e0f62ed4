"""Every write to the shared model.

A mail that an act sends: the words in `templates/certifications/mail/`, without student data; `send_after_commit` of
`core.mail` called in that act's service, so that a mail and what it tells of come together or not at all.
"""
