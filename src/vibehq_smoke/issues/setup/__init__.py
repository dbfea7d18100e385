"""What a repository needs around issues: forms, workflows, labels, milestones.

``choices`` is what differs from one repository to the next, ``files`` what a checkout gets, ``tables`` what the
repository on GitHub gets. All of them may be asked for again and again: what is as it should be is left alone.
"""
