"""The verbs of this app, the only writers of users and their roles."""
