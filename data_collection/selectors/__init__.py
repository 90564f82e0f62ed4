"""Every read: routes of results, questionnaires and their answers, decisions, due dates."""
