"""Questionnaires to awarding entities, method decisions, collection windows."""
